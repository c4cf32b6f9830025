"""The desk's own key: made once, kept private, never replaced."""

import stat
from pathlib import Path

import pytest

from bot.settings.key import signing_key
from bot.settings.tree import ConfigError, Settings

EXAMPLE = Path(__file__).parents[1] / "tocsin.example.toml"


def settings(folder: Path, **more: str) -> Settings:
    return Settings.load(EXAMPLE, environ={"TOCSIN_DATA": str(folder)} | more)


def test_the_first_start_makes_it_and_the_next_reads_it(tmp_path: Path) -> None:
    storage = settings(tmp_path / "data").storage
    key = signing_key(storage)
    assert len(key) == 32
    assert signing_key(storage) == key
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    signing_key(settings(tmp_path / "data").storage)
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_configured_one_needs_no_file(tmp_path: Path) -> None:
    storage = settings(tmp_path, TOCSIN_SECRET_KEY="long enough").storage
    assert signing_key(storage) == signing_key(storage)
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_refused_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("abc", encoding="ascii")
    with pytest.raises(ConfigError, match="is not a key"):
        signing_key(settings(tmp_path).storage)
