"""Corpus: planted secrets and harmless texts, from templates and a seed.

The texts are made when the tests run, so that no file holds anything that looks like a live secret. Half of
them (by a hash of the template) is there to tune rules on; the other half is only measured.
"""

import random
import re
import string
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "corpus"
_HOLE: Final = re.compile(r"\{(?P<kind>[a-zA-Z0-9]+)(?::(?P<first>[A-Z0-9]+))?(?::(?P<second>\d+))?\}")
_SECRET: Final = re.compile("⟦(.*?)⟧", re.DOTALL)
_UPPER, _LOWER, _DIGIT = string.ascii_uppercase, string.ascii_lowercase, string.digits
_LETTER: Final = _UPPER + _LOWER
_ALPHABETS: Final = {
    "b62": _LETTER + _DIGIT,
    "b64": _LETTER + _DIGIT + "+/",
    "b64u": _LETTER + _DIGIT + "-_",
    "b32": _UPPER + "234567",
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "up": _UPPER + _DIGIT,
    "low": _LOWER + _DIGIT,
    "dig": _DIGIT,
}
_WORDS: Final = ("hunter", "Winter", "tiger", "Summer", "dragon", "correct", "Monkey", "battery", "kitten")


@dataclass(frozen=True)
class Sample:
    """``secrets`` is what must not be seen any more; a harmless text has none."""

    text: str
    secrets: tuple[str, ...]
    held_back: bool


def secrets(seed: int = 1) -> list[Sample]:
    """The texts with secrets in them."""
    blind = [replace(sample, held_back=True) for sample in _read("secrets_blind.txt", seed)]
    seen = [replace(sample, held_back=False) for sample in _read("secrets_seen.txt", seed)]
    return _read("secrets.txt", seed) + seen + blind


def harmless(seed: int = 1) -> list[Sample]:
    """The texts that must not change."""
    seen = [replace(sample, held_back=False) for sample in _read("harmless_seen.txt", seed)]
    blind = [replace(sample, held_back=True) for sample in _read("harmless_blind.txt", seed)]
    return _read("harmless.txt", seed) + seen + blind


def numbers(seed: int = 1) -> list[Sample]:
    """Texts with numbers of cards and accounts."""
    return _read("numbers.txt", seed)


def is_leaked(sample: Sample, clean: str) -> bool:
    """Whether more than half of a secret can still be read at one place."""
    for secret in sample.secrets:
        size = max(len(secret) // 2 + 1, min(len(secret), 4))
        if any(secret[at : at + size] in clean for at in range(len(secret) - size + 1)):
            return True
    return False


def _read(name: str, seed: int) -> list[Sample]:
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [_make(line, seed) for line in lines if line and not line.startswith("#")]


def _make(template: str, seed: int) -> Sample:
    digest = sha256(template.encode()).digest()
    dice = random.Random(digest + bytes([seed]))  # noqa: S311 -- texts of tests, the same each time
    text = _HOLE.sub(lambda hole: _fill(hole, dice), template)
    text = text.replace(r"\\", "\x00").replace(r"\n", "\n").replace(r"\t", "\t").replace("\x00", "\\")
    return Sample(_SECRET.sub(r"\1", text), tuple(_SECRET.findall(text)), held_back=digest[0] % 2 == 0)


def _fill(hole: re.Match[str], dice: random.Random) -> str:
    kind, first, second = hole["kind"], hole["first"], hole["second"]
    if kind in _ALPHABETS:
        return "".join(dice.choice(_ALPHABETS[kind]) for _ in range(int(first)))
    make = _MADE.get(kind)
    return hole[0] if make is None else make(dice, first or "", int(second or 0))


def _password(dice: random.Random, length: str, _: int) -> str:
    word = dice.choice(_WORDS) + dice.choice("!#.-_%+") + dice.choice(_WORDS).lower()
    digits = "".join(dice.choice(_DIGIT) for _ in range(3))
    return word[: max(int(length) - 3, 4)] + digits


def _uuid(dice: random.Random, _: str, __: int) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def _card(dice: random.Random, start: str, length: int) -> str:
    digits = start + "".join(dice.choice(_DIGIT) for _ in range(length - len(start) - 1))
    total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def _cards(dice: random.Random, start: str, length: int) -> str:
    digits = _card(dice, start, length)
    return " ".join(digits[at : at + 4] for at in range(0, length, 4))


def _iban(dice: random.Random, land: str, _: int) -> str:
    account = {"DE": "".join(dice.choice(_DIGIT) for _ in range(18))}.get(
        land, "WEST" + "".join(dice.choice(_DIGIT) for _ in range(14))
    )
    number = int("".join(str(int(char, 36)) for char in account + land + "00"))
    return f"{land}{98 - number % 97:02}{account}"


def _ibans(dice: random.Random, land: str, _: int) -> str:
    whole = _iban(dice, land, 0)
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


_MADE: Final[dict[str, Callable[[random.Random, str, int], str]]] = {
    "pw": _password,
    "uuid": _uuid,
    "card": _card,
    "cards": _cards,
    "iban": _iban,
    "ibans": _ibans,
}
