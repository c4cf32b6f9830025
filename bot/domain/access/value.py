"""Value: what a text looks like, whatever its name: drawn by lot, typed by a person, or an ordinary word.

Texts drawn by lot change between capitals, small letters and digits all the time; names of things are made of
words. That is the measure here: the average length of the pieces between such changes.
"""

import re
from typing import Final

from bot.domain.text import words

_PIECE: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ORDINARY: Final = re.compile(
    r"v?\d+(?:[.,:_/-]\d+)*(?:[-+._]?(?:rc|alpha|beta|build|deb|ubuntu|p)[\w.+~-]*)?"  # number, version, date
    r"|\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?"
    r"|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|[smhdwy]|[KMGT]i?B?|[kB]B?|%))+"  # duration, size, share
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:/\d+)?"
    r"|(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?"  # host
    r"|[a-z]+://\S*",
    re.ASCII,
)
_PLACEHOLDER: Final = re.compile(
    r"<[^>]*>?|\$\(.*|\$\{[^}:]*\}?|\$\{\w+:\?.*|\$[A-Za-z_]\w*|\$\$|%\(\w*\)?s?|\{\{.*|%\w+%?|"
    r"#\{.*|@\w+@|__\w+__"
    r"|(?-i:\{[a-z_]{0,40}\d?[a-z_]{0,40}\}?|\{[A-Z_]{0,40}\d?[A-Z_]{0,40}\}?)|\{[A-Za-z]*\}?|\{\d*\}?"
    r"|\$\d{1,2}|%[sd]|:[a-z_]+|!(?:vault|[Rr]ef|Sub|secret|reference|GetAtt|ImportValue|encrypted)\b.*|"
    r"(?:await|new|self|this|lambda|typeof)"
    r"|[A-Za-z_]+(?:\.[A-Za-z_]+)+[(\[].*|(?:var|process|os|self|this|local|config|cfg|conf|settings|env|"
    r"req|request|secrets|vault|data|module|each|ctx|"
    r"opts|options|args|params|props|app|state|user|context|input|inputs|github|values|"
    r"Values)(?:\.[A-Za-z_]+)+|[a-z_]+[A-Za-z_]*\(.*"  # code that fetches it
    r"|[*xX•.#_-]{2,}|\[.*|\(.*|REDACTED|REMOVED|MASKED|HIDDEN|changeme|your[-_ ]?\w*|example|\.{3}|…|-|\?+",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_PROSE: Final = frozenset(
    words(
        "a an and the is was are were be has have had not no none null nil undefined empty true false "
        "yes on off ok "
        "expired expires invalid missing required optional incorrect wrong denied refused rejected "
        "revoked failed "
        "failure failing fails unknown unauthorized unauthorised forbidden malformed mismatch permission "
        "access "
        "error errors context cannot could does for in of or to with must should too request response server "
        "timeout timed unable unexpected connection connect upstream closed open granted enabled "
        "disabled read write "
        "see use using only active inactive running stopped healthy unhealthy ready waiting pending sealed "
        "set unset rotated updated changed created deleted removed valid available unavailable eof "
        "bearer basic "
        "matched restarted throttled secure insecure exceeded lost found login logged user users from by "
        "at it as "
        "if this that there please reset policy succeeded success passed skipped got want expected internal "
        "str string int bool bytes text varchar password passwords token tokens secret secrets "
        "credentials unchanged "
        "signature signatures verification validation "
        "via requires needs flag option argument parameter instead "
        "your my our any all some still already will can may now been being"
    )
)


def is_prose(text: str) -> bool:
    """Whether a sentence goes on here."""
    first = text.split(None, 1)[:1]
    word = first[0].strip("\"'`().,:;!?").lower() if first else ""
    return word in _PROSE or (word.partition("-")[0] in _PROSE and word.replace("-", "").isalpha())


def is_placeholder(text: str) -> bool:
    """Whether it only stands for a value: ``${PASSWORD}``, ``<token>``, ``****``."""
    return _PLACEHOLDER.fullmatch(text) is not None or (
        text[:2] in {"${", "$(", "{{", "%("} and ":-" not in text
    )


def is_ordinary(text: str) -> bool:
    """Whether it is a number, a version, a time, an address, an identifier of the usual forms."""
    return _ORDINARY.fullmatch(text) is not None


def is_random(text: str, *, longest: float = 3.0) -> bool:
    """Whether letters and digits change as often as in a text drawn by lot."""
    pieces = _PIECE.findall(text[:400])
    letters = sum(map(len, pieces))
    return len(pieces) > 2 and letters <= longest * len(pieces)  # noqa: PLR2004


def has_three_classes(text: str) -> bool:
    """Whether there are capitals, small letters and digits in it."""
    return (
        any("a" <= char <= "z" for char in text)
        and any("A" <= char <= "Z" for char in text)
        and any("0" <= char <= "9" for char in text)
    )


def is_mixed(text: str) -> bool:
    """Whether letters stand beside digits, or a sign that words do not have: as in people's passwords."""
    letter = any(char.isalpha() for char in text)
    return (
        letter
        and not is_ordinary(text)
        and (any(char.isdigit() for char in text) or any(char in "!#$%^&*+?@~" for char in text))
    )
