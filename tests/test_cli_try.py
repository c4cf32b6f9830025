"""``tocsin source try`` and ``tocsin source recipe``."""

import json
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.domain.access.secret_number import look_for_numbers
from bot.providers.registry import PROVIDERS, SENDERS
from bot.providers.script import script
from tests.conftest import START


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, migrated_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(migrated_data))
    for name in ("TOCSIN_CONFIG", "DATABASE_URL", "TOCSIN_DATABASE_URL", "TOCSIN_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def tocsin(*line: str) -> int:
    return main(line)


def test_a_request_is_read_and_its_card_shown_and_nothing_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tocsin("source", "add", "kuma", "--provider", "uptime-kuma")
    body = tmp_path / "body.json"
    body.write_text(json.dumps(PROVIDERS["uptime-kuma"].example(START)))
    capsys.readouterr()
    assert tocsin("source", "try", "kuma", "--file", str(body)) == 0
    said = capsys.readouterr().out
    assert "--- alert 0: firing" in said
    assert "kuma:10" in said
    assert "Checkout API" in said.partition("--- its card")[2]
    assert "[Acknowledge]" in said or "[Ack]" in said


@pytest.mark.parametrize("asked", ["true", "false"])
def test_cards_are_secrets_by_the_setting(
    asked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_REDACTION_NUMBERS", asked)
    body = tmp_path / "body.json"
    body.write_text(
        json.dumps({"title": "payment 4111 1111 1111 1111 declined", "order_id": 4111111111111111})
    )
    tocsin("source", "add", "shop", "--provider", "generic")
    capsys.readouterr()
    try:
        assert tocsin("source", "try", "shop", "--file", str(body)) == 0
    finally:
        look_for_numbers(asked=False)
    said = capsys.readouterr().out
    assert ("4111 1111" not in said) == (asked == "true")
    assert ("Secrets taken out: 1" in said) == (asked == "true")


def test_a_mapping_can_be_tried_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tocsin.toml").write_text(
        '[senders.mapping.jobs]\ntitle = "{$.job} on {$.host}"\nkey = ["$.job", "$.host"]\n'
        'severity = { from = "$.level", values = { 3 = "critical" }, default = "info" }\n'
    )
    tocsin("source", "add", "jobs", "--provider", "generic")
    body = tmp_path / "body.json"
    body.write_text('{"job": "backup", "host": "nas-01", "level": 3, "password": "hunter2"}')
    capsys.readouterr()
    assert tocsin("source", "try", "jobs", "--file", str(body)) == 0
    said = capsys.readouterr().out
    assert "backup on nas-01" in said
    assert "backup/nas-01" in said
    assert "critical" in said
    assert "Secrets taken out: 1" in said
    assert "hunter2" not in said


def test_what_cannot_be_read_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tocsin("source", "add", "am", "--provider", "alertmanager")
    body = tmp_path / "body.json"
    body.write_text("disk full")
    capsys.readouterr()
    assert tocsin("source", "try", "am", "--file", str(body)) == 1
    assert tocsin("source", "try", "nobody", "--file", str(body)) == 1
    assert tocsin("source", "try", "am", "--file", str(body), "--header", "x") == 1
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_a_bad_mapping_is_named_by_its_field(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tocsin.toml").write_text('[senders.mapping.jobs]\ntitle = "$.a..b"\n')
    assert tocsin("source", "list") == 2
    assert "jobs.title" in capsys.readouterr().err


@pytest.mark.parametrize("provider", SENDERS)
def test_the_recipe_of_every_sender_has_address_and_token(
    provider: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_PUBLIC_URL", "https://alerts.example.org")
    monkeypatch.setenv("TOCSIN_TOKEN", "toc_secret")
    tocsin("source", "add", "mine", "--provider", provider)
    capsys.readouterr()
    assert tocsin("source", "recipe", provider, "--source", "mine") == 0
    said = capsys.readouterr()
    assert "alerts.example.org" in said.out
    assert "toc_secret" in said.out or provider in ("github", "sentry")
    assert "toc_secret" not in said.err


@pytest.mark.parametrize("provider", ["nagios", "icinga2", "monit", "zabbix"])
def test_a_script_is_printed_as_it_is_shipped(provider: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tocsin("source", "recipe", provider, "--script") == 0
    assert capsys.readouterr().out == script(provider)[1]
    assert tocsin("source", "recipe", "sentry", "--script") == 1
