"""``tocsin project``: what it says, and that the other verbs keep to the project they are told."""

import json
from pathlib import Path

import pytest

from bot.__main__ import main

CHANNEL, OTHER, ROLE = 123456789012345678, 123456789012345679, 123456789012345680


@pytest.fixture(autouse=True)
def data(tmp_path: Path, migrated_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing configured but the data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(migrated_data))
    for name in ("DATABASE_URL", "TOCSIN_DATABASE_URL", "TOCSIN_CONFIG"):
        monkeypatch.delenv(name, raising=False)


class Shell:
    """Types lines and reads what they say."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, line: str) -> tuple[int, str]:
        code = main(line.split())
        said = self._capsys.readouterr()
        return code, said.out + said.err


@pytest.fixture
def tocsin(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def test_a_project_is_made_shown_changed_renamed_and_removed(tocsin: Shell) -> None:
    assert "until it has a channel" in tocsin("project add shop")[1]
    assert tocsin("project add shop")[0] == 1
    assert tocsin("project add Shop!")[0] == 1
    code, said = tocsin(f"project set shop --channel {CHANNEL} --incidents {OTHER} --respond {ROLE}")
    assert code == 0, said
    code, said = tocsin("project list")
    assert [line.split()[0] for line in said.splitlines()[1:]] == ["default", "shop"]
    assert f"{CHANNEL}  {OTHER}" in said
    assert tocsin("project rename shop store")[0] == 0
    code, said = tocsin("source add prod --provider generic --project store --json")
    assert code == 0
    code, said = tocsin("project remove store")
    assert (code, "still has 1 source" in said) == (1, True)
    assert tocsin("source remove prod --project store")[0] == 0
    assert tocsin("project remove store")[0] == 0
    assert len(tocsin("project list")[1].splitlines()) == 2
    assert (tocsin("project remove default")[0], tocsin("project set shop --channel 0")[0]) == (1, 1)


def test_sources_and_tokens_of_a_project_are_its_own(tocsin: Shell) -> None:
    tocsin(f"project add shop --channel {CHANNEL}")
    assert tocsin("source add prod --provider generic --json")[0] == 0
    assert tocsin("source add prod --provider generic --project shop --json")[0] == 0
    assert tocsin("source add extra --provider generic --project shop --json")[0] == 0
    assert "extra" not in tocsin("source list")[1]
    assert "extra" in tocsin("source list --project shop")[1]
    assert tocsin("source rotate extra")[0] == 1
    assert json.loads(tocsin("source rotate extra --project shop --json")[1])["name"] == "extra"
    code, said = tocsin(f"source move prod --channel {CHANNEL}")
    assert (code, "belongs to the project shop" in said) == (1, True)
    assert tocsin("token add ci --role agent --project nowhere")[0] == 1
    assert json.loads(tocsin("token add ci --role agent --project shop --json")[1])["project"] == "shop"
    assert tocsin("token revoke ci")[0] == 1
    assert tocsin("token revoke ci --project shop")[0] == 0
    assert "entries" in tocsin("audit export --project shop --file shop.jsonl")[1]
    assert "source:extra" in Path("shop.jsonl").read_text()
