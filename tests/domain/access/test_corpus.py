"""The two rates that matter: how many secrets are still seen, how many useful texts are destroyed."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bot.domain.access.redaction import redact
from bot.domain.access.rule import MARK
from bot.domain.access.secret_pattern import scrub


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpus", Path(__file__).parent / "corpus.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["corpus"] = module
    spec.loader.exec_module(module)
    return module


corpus = _load()
WORST = 0.03


def _clean(text: str) -> str:
    return str(redact([text]).value[0])  # type: ignore[index]


@pytest.mark.parametrize("held_back", [False, True], ids=["tuned on", "held back"])
def test_three_in_a_hundred_at_most_leak_and_at_most_three_are_destroyed(held_back: bool) -> None:
    secrets = [one for one in corpus.secrets() if one.held_back == held_back]
    harmless = [one for one in corpus.harmless() if one.held_back == held_back]
    leaked = [one.text for one in secrets if corpus.is_leaked(one, _clean(one.text))]
    destroyed = [one.text for one in harmless if _clean(one.text) != one.text]
    assert min(len(secrets), len(harmless)) >= 100
    assert len(leaked) <= WORST * len(secrets), leaked
    assert len(destroyed) <= WORST * len(harmless), destroyed


def test_the_corpus_is_large_enough() -> None:
    assert min(len(corpus.secrets()), len(corpus.harmless())) >= 200


def test_redacting_the_corpus_twice_changes_nothing() -> None:
    for sample in (*corpus.secrets(), *corpus.harmless(), *corpus.numbers()):
        clean = scrub(sample.text, numbers=True)[0]
        assert scrub(clean, numbers=True) == (clean, 0), sample.text


def test_cards_and_accounts_are_secrets_only_where_asked_for() -> None:
    for sample in corpus.numbers():
        assert not corpus.is_leaked(sample, scrub(sample.text, numbers=True)[0]), sample.text
        assert MARK not in scrub(sample.text)[0], sample.text


def test_what_stands_deep_in_a_long_text_is_found_at_every_seam() -> None:
    for place in (16_370, 16_384, 24_560, 24_576, 40_000):
        text = ("word " * (place // 5))[:place] + " DB_PASSWORD=hunter22 " + "word " * 6_000
        assert "hunter22" not in scrub(text)[0]
        assert scrub(text)[1] == 1
