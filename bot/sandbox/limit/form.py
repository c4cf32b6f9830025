"""A cursor over a decoded body that collects Discord's form errors by path.

Discord takes strings for integers when they parse, trims texts before it measures them, counts code points
and reports everything at once as ``{"a": {"0": {"_errors": [{"code", "message"}]}}}``.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.model.error import ApiError, Refusal

Json = dict[str, Any]
INT64 = (1 << 63) - 1
MAX_DIGITS = 20
REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")
WEB = ("http", "https")
# A name under a top-level domain, or an IPv4 address. Discord refuses http://localhost and http://prometheus:9090.
PUBLIC_HOST = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})\.?|\d{1,3}(?:\.\d{1,3}){3}"
)


class Form:
    """The errors found so far in one body."""

    def __init__(self) -> None:
        self.errors: Json = {}

    def refuse(self, path: tuple[str | int, ...], code: str, sentence: str) -> None:
        """Note an error at ``path``."""
        node = self.errors
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": sentence})

    def settle(self) -> None:
        """Let pass a body without errors.

        Raises:
            ApiError: 50035 with all errors.
        """
        if self.errors:
            raise ApiError(Refusal.INVALID_FORM, self.errors)


class Field:
    """One value of a body and where it stands; reading it checks it."""

    __slots__ = ("form", "path", "value")

    def __init__(self, form: Form, value: object, path: tuple[str | int, ...] = ()) -> None:
        self.form = form
        self.value = value
        self.path = path

    def __getitem__(self, key: str) -> "Field":
        """The field of that name; absent and null look alike."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Field(self.form, value, (*self.path, key))

    def __contains__(self, key: str) -> bool:
        """Whether the key was sent at all, be it null."""
        return isinstance(self.value, dict) and key in self.value

    @property
    def is_given(self) -> bool:
        """Whether there is a value other than null."""
        return self.value is not None

    def refuse(self, code: str, sentence: str) -> None:
        """Note an error here."""
        self.form.refuse(self.path, code, sentence)

    def demand(self) -> bool:
        """Whether there is a value; an error when there is none."""
        if self.value is None:
            self.refuse(*REQUIRED)
            return False
        return True

    def table(self) -> bool:
        """Whether this is an object; an error when it is something else."""
        if isinstance(self.value, dict):
            return True
        self.refuse("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return False

    def text(self, high: int, *, low: int = 0, required: bool = False) -> str | None:
        """A trimmed text of ``low`` to ``high`` code points; none when absent or refused."""
        if self.value is None:
            if required:
                self.refuse(*REQUIRED)
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            self.refuse("STRING_TYPE_CONVERT", "Could not interpret this as string.")
            return None
        value = str(self.value).strip()
        if required and not value:
            self.refuse(*REQUIRED)
        elif len(value) > high:
            if low:
                self.refuse("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
            else:
                self.refuse("BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif len(value) < low:
            self.refuse("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        else:
            return value
        return None

    def integer(self, low: int = -INT64, high: int = INT64, *, required: bool = False) -> int | None:
        """An integer from ``low`` to ``high``, also as a string of digits."""
        if self.value is None:
            if required:
                self.refuse(*REQUIRED)
            return None
        value = self.value
        if isinstance(value, str) and value.lstrip("-").isdecimal():
            value = int(value[:25])
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse("NUMBER_TYPE_COERCE", f'Value "{str(value)[:50]}" is not int.')
        elif value > high:
            self.refuse("NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        elif value < low:
            self.refuse("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        else:
            return value
        return None

    def one_of(self, choices: Iterable[int], *, required: bool = False) -> int | None:
        """One of a few integers."""
        allowed = tuple(choices)
        value = self.integer(required=required)
        if value is not None and value not in allowed:
            self.refuse(
                "BASE_TYPE_CHOICES",
                f"Value must be one of {{{', '.join(str(choice) for choice in allowed)}}}.",
            )
            return None
        return value

    def flag(self, *, default: bool = False) -> bool:
        """A boolean."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            self.refuse("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return self.value

    def snowflake(self, *, required: bool = False) -> int | None:
        """An id."""
        if self.value is None:
            if required:
                self.refuse(*REQUIRED)
            return None
        text = str(self.value)
        if isinstance(self.value, bool) or not (text.isdecimal() and 0 < len(text) <= MAX_DIGITS):
            self.refuse("NUMBER_TYPE_COERCE", f'Value "{text[:50]}" is not snowflake.')
            return None
        return int(text)

    def items(self, high: int, *, low: int = 0, required: bool = False) -> list["Field"]:
        """The fields of an array of ``low`` to ``high`` entries; empty when absent or refused."""
        if self.value is None:
            if required:
                self.refuse(*REQUIRED)
            return []
        if not isinstance(self.value, list):
            self.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if len(self.value) > high or len(self.value) < low:
            if low:
                self.refuse("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
            else:
                self.refuse("BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
            return []
        return [Field(self.form, entry, (*self.path, at)) for at, entry in enumerate(self.value)]

    def timestamp(self) -> str | None:
        """An ISO 8601 moment, as it was sent."""
        if self.value is None:
            return None
        try:
            datetime.fromisoformat(str(self.value))
        except ValueError:
            self.refuse(
                "DATE_TIME_TYPE_PARSE", f'Could not parse "{str(self.value)[:50]}". Should be ISO8601.'
            )
            return None
        return str(self.value)

    def url(self, high: int = 2048, *, schemes: tuple[str, ...] = WEB) -> str | None:
        """An address of one of the schemes; on the web its host must be one that everybody could reach."""
        value = self.text(high)
        if not value:
            return None
        scheme, separator, rest = value.partition("://")
        if not separator or not rest or any(letter.isspace() for letter in value):
            self.refuse("URL_TYPE_INVALID_URL", "Not a well formed URL.")
            return None
        if scheme.lower() not in schemes:
            names = ", ".join(repr(name) for name in schemes)
            self.refuse("URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme[:30]}" must be one of ({names}).')
            return None
        if scheme.lower() in WEB and not _is_public(value):
            self.refuse("URL_TYPE_INVALID_URL", "Not a well formed URL.")
            return None
        return value


def _is_public(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port != 0 and PUBLIC_HOST.fullmatch(parts.hostname or "") is not None
    except ValueError:  # a port or a bracket that is none
        return False
