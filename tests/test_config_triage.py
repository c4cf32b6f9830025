"""Whom the desk may speak to is the configuration's to say, and it is told at once what is wrong with it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings.tree import ConfigError, Settings
from tests.outgoing.agent import SECRET

HOST = 'hosts = ["triage.example.org"]'


def load(text: str, folder: Path) -> Settings:
    file = folder / "tocsin.toml"
    file.write_text(f"[triage]\n{text}", encoding="utf-8")
    return Settings.load(file, environ={})


def test_without_a_webhook_nobody_is_asked() -> None:
    assert Settings().triage.rules.agent == ""


def test_a_webhook_needs_a_host_that_is_named_and_a_secret(tmp_path: Path) -> None:
    text = f'{HOST}\nwebhook = "https://triage.example.org/ask"\nsecret = "{SECRET}"\nagent = "sherlock"'
    triage = load(f'{text}\ncooldown = "5m"\nattempts = 2', tmp_path).triage
    assert (triage.rules.agent, triage.rules.attempts, triage.rules.cooldown) == (
        "sherlock",
        2,
        timedelta(minutes=5),
    )
    assert SECRET not in repr(triage)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('webhook = "https://triage.example.org"\nsecret = "S"', "its host must be named in triage.hosts"),
        (f'{HOST}\nwebhook = "https://e.vil"\nsecret = "S"', "its host must be named in triage.hosts"),
        (f'{HOST}\nwebhook = "http://triage.example.org"\nsecret = "S"', "must begin with https://"),
        (f'{HOST}\nwebhook = "https://triage.example.org"', "needs triage.secret"),
        (f'{HOST}\nwebhook = "https://triage.example.org?k=1"\nsecret = "S"', "must be a bare address"),
        ('secret = "whsec_c2hvcnQ="', "must be whsec_ and 24 to 64 bytes in base64"),
        ('timeout = "61s"', 'must be from "1s" to "1m"'),
        ('timeout = "0s"', 'must be from "1s" to "1m"'),
        ("attempts = 0", "must be greater than or equal to 1"),
        ('agent = ""', "at least 1 character"),
    ],
)
def test_what_cannot_work_is_told_at_the_start(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text.replace('"S"', f'"{SECRET}"'), tmp_path)
    (problem,) = caught.value.problems
    assert reason in str(problem)
    assert SECRET not in str(problem)
    assert "c2hvcnQ" not in str(problem)


def test_a_host_in_ones_own_network_may_do_without_tls(tmp_path: Path) -> None:
    text = (
        f'private_hosts = ["agent.internal"]\nwebhook = "http://agent.internal:8000/ask"\nsecret = "{SECRET}"'
    )
    assert load(text, tmp_path).triage.rules.agent == "triage"
