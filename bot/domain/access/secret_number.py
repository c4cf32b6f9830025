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


_BEFORE_OTHERS: Final = re.compile(
    r"(?:(?<![A-Za-z])(?:order|trace|span|parent|invoice|ticket|tracking|parcel|offset|cursor|timestamp|ts|nanos|"
    r"ids?|uid|guid|seq|sequence|snowflake|build|batch|job|request|req|msg|message|channel|guild|imei|isbn|ean|"
    r"gtin|upc|serial|sku|inode|unix|epoch)|(?-i:[a-z](?:Id|ID|Uid)))"
    r"[ _.-]?(?:id|no|nr|num|number|key|ns)?\.?\\{0,3}[\"']?[ ]{0,3}[:=#]{0,2}[ ]{0,3}\\{0,3}[\"'#]?$",
    re.ASCII | re.IGNORECASE,
)
"""What says that another kind of number follows: ``trace_id=``, ``order #``, ``offset:``."""
_LENGTHS: Final = {
    land: length
    for length, lands in {
        15: "NO",
        16: "BE",
        18: "DK FI NL",
        19: "SI",
        20: "AT EE LT LU",
        21: "CH HR LI LV",
        22: "BG DE GB IE GE",
        23: "AE IL",
        24: "CZ ES RO SE SK SA",
        25: "PT",
        26: "IS TR",
        27: "FR GR IT MC SM",
        28: "CY HU PL",
        29: "UA",
        31: "MT",
    }.items()
    for land in lands.split()
}
"""Characters of an account's number by its country."""


class _Choice:
    asked = False


def look_for_numbers(*, asked: bool) -> None:
    """Choose once, at the start, whether cards and accounts are secrets in this process.

    It is one word for all who redact, the log among them, so that no door can forget to pass it on.
    """
    _Choice.asked = asked


def are_asked(numbers: bool | None) -> bool:
    """Whether numbers are secrets: what the caller says, else what was chosen."""
    return _Choice.asked if numbers is None else numbers


def names_other_number(name: str) -> bool:
    """Whether ``name`` says that a number under it is no card's: ``trace_id``, ``offset``."""
    return _BEFORE_OTHERS.search(name) is not None


def is_card(digits: str) -> bool:
    """Whether ``digits`` are all of the number of a card."""
    found = re.fullmatch(_CARD, digits, re.ASCII)
    return found is not None and not _fails_luhn(found)


def _is_no_card(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start("secret") - 32) : found.start("secret")]
    return _fails_luhn(found) or _BEFORE_OTHERS.search(before) is not None


def _fails_luhn(found: re.Match[str]) -> bool:
    digits = [int(char) for char in reversed(found["secret"]) if char.isdigit()]
    return (
        sum(digit if at % 2 == 0 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(digits)) % 10 != 0
    )


def _fails_mod_97(found: re.Match[str]) -> bool:
    number = found["secret"].replace(" ", "")
    if len(number) != _LENGTHS.get(number[:2], len(number)):
        return True
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 != 1


NUMBERS: Final = (
    Rule(
        name="card",
        clue=r"[2-6][0-9]{3}[ -]?[0-9]{4}",
        find=pattern(_CARD, spare=_is_no_card),
        matches=("card 4111111111111111", "4111 1111 1111 1111 declined", "amex 378282246310005."),
        misses=("4111111111111112", "trace_id=4111111111111111", "4111111111111111-x"),
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
