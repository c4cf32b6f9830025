"""The settings of a verb that stays: what is misspelled in the environment is told when it starts."""

from argparse import Namespace
from collections.abc import Iterator

import pytest
import structlog

from bot.verbs.setting import load


@pytest.fixture(autouse=True)
def _set_back() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_misspelled_variable_is_told_with_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_DEFAULT_CHANEL", "1")
    load(Namespace(config=None))
    assert "did you mean TOCSIN_DEFAULT_CHANNEL?" in capsys.readouterr().err
