"""The database: who decides which one it is, and how it is named without its password."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.settings.database import database_choice
from bot.settings.tree import ConfigError, Settings


def load(environ: Mapping[str, str], folder: Path, text: str = "") -> Settings:
    file = folder / "tocsin.toml"
    file.write_text(text, encoding="utf-8")
    return Settings.load(file, environ=environ)


def choose(environ: Mapping[str, str], folder: Path, text: str = "") -> tuple[str, str, bool]:
    choice = database_choice(load(environ, folder, text), environ)
    return choice.url, choice.origin, choice.embedded


def test_our_own_variable_wins_over_the_common_one_over_the_file(tmp_path: Path) -> None:
    ours = {"TOCSIN_DATABASE_URL": "postgresql://h/ours"}
    common = {"DATABASE_URL": "postgres://h/common"}
    data = {"TOCSIN_DATA": str(tmp_path)}
    assert choose(ours | common | data, tmp_path) == (
        "postgresql+asyncpg://h/ours",
        "TOCSIN_DATABASE_URL",
        False,
    )
    assert choose(common | data, tmp_path) == (
        "postgresql+asyncpg://h/common",
        "DATABASE_URL",
        False,
    )
    assert choose(data, tmp_path) == (
        f"sqlite+aiosqlite:///{tmp_path}/tocsin.db",
        "the data folder (TOCSIN_DATA)",
        True,
    )


def test_toml_counts_as_our_own(tmp_path: Path) -> None:
    text = '[storage]\ndatabase_url = "postgresql://h/d"'
    _, origin, _ = choose({"DATABASE_URL": "postgres://h/common"}, tmp_path, text)
    assert origin == "storage.database_url"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("sqlite:////var/lib/tocsin.db", "/var/lib/tocsin.db"),
        ("sqlite+aiosqlite:////var/lib/tocsin.db", "/var/lib/tocsin.db"),
        ("/var/lib/a b.sqlite", "/var/lib/a b.sqlite"),
    ],
)
def test_an_embedded_file_can_be_named(said: str, meant: str, tmp_path: Path) -> None:
    environ = {"TOCSIN_DATABASE_URL": said}
    choice = database_choice(load(environ, tmp_path), environ)
    assert (choice.url, choice.shown) == (f"sqlite+aiosqlite:///{meant}", meant)


def test_a_relative_file_is_made_absolute(tmp_path: Path) -> None:
    url, _, _ = choose({"TOCSIN_DATABASE_URL": "sqlite:///data/x.db"}, tmp_path)
    assert url == f"sqlite+aiosqlite:///{Path.cwd()}/data/x.db"


def test_libpq_words_are_translated_and_the_password_kept(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "postgres://u:p%40ss@h:5433/d?sslmode=require"}
    url, _, _ = choose(environ, tmp_path)
    assert url == "postgresql+asyncpg://u:p%40ss@h:5433/d?ssl=require"


@pytest.mark.parametrize("url", ["mysql://h/d", "nonsense", "sqlite://", "sqlite:///", "postgresql"])
def test_any_other_database_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL: must be postgresql://"):
        choose({"DATABASE_URL": url}, tmp_path)


def test_a_wrong_address_is_told_together_with_all_other_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        load({"TOCSIN_DATABASE_URL": "mysql://u:hunter2@h/d", "TOCSIN_PORT": "many"}, tmp_path)
    said = str(told.value)
    assert "2 errors" in said
    assert "storage.database_url (TOCSIN_DATABASE_URL): must be postgresql://" in said
    assert "http.port (TOCSIN_PORT): must be a whole number" in said
    assert "hunter2" not in said
