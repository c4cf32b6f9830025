"""Number: cards and bank accounts, by their check digits. Only where the configuration asks for it."""

import re
from typing import Final

from bot.domain.access.rule import Rule, pattern

_CARD: Final = (
    r"(?<![\w.-])(?P<secret>(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6(?:011|4[4-9]\d|5\d\d)|"
    r"35\d\d)(?:[ -]?\d{4}){3}(?:\d{3})?|3[47]\d\d[ -]?\d{6}[ -]?\d{5})(?![\w-]|\.\d)"
)
_IBAN: Final = (
    r"(?<![A-Za-z0-9])(?P<secret>[A-Z]{2}\d\d(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?)(?![A-Za-z0-9])"
)


def _fails_luhn(found: re.Match[str]) -> bool:
    digits = [int(char) for char in reversed(found["secret"]) if char.isdigit()]
    return (
        sum(digit if at % 2 == 0 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(digits)) % 10 != 0
    )


def _fails_mod_97(found: re.Match[str]) -> bool:
    number = found["secret"].replace(" ", "")
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 != 1


NUMBERS: Final = (
    Rule(
        name="card",
        clue=r"[2-6][0-9]{3}[ -]?[0-9]{4}",
        find=pattern(_CARD, spare=_fails_luhn),
        matches=("card 4111111111111111", "4111 1111 1111 1111 declined", "amex 378282246310005."),
        misses=("4111111111111112", "order 1234567890123452", "4111111111111111-x"),
    ),
    Rule(
        name="IBAN",
        clue=r"[a-z]{2}[0-9]{2} ?[a-z0-9]{4}",
        find=pattern(_IBAN, spare=_fails_mod_97),
        matches=(
            "DE89370400440532013000",
            "to GB82 WEST 1234 5698 7654 32.",
            "IBAN: FR1420041010050500013M02606",
        ),
        misses=("DE88370400440532013000", "GB82", "node ip10-0-0-7"),
    ),
)
