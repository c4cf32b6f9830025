"""Ids: the grammar of custom_ids, by which a press finds its subject after any restart.

``verb:tag:subject[:extra]``, e.g. ``ack:k7f3:1042``. The tag names this desk's database, so that a button of
another database's card is told apart instead of acting on a stranger. At most 100 characters (Discord).
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bot.domain.errors import InvalidInputError
from bot.domain.snowflake import is_snowflake

MAX_LENGTH: Final = 100


class Verb(StrEnum):
    """What a press asks for."""

    ACK = "ack"
    UNACK = "unack"
    STILL_ON_IT = "still-on-it"
    GIVE_BACK = "give-back"
    SNOOZE = "snooze"
    GROUP_SNOOZE = "group-snooze"
    CLAIM = "claim"
    RELEASE = "release"
    RETRY = "retry"
    RESOLVE = "resolve"
    RESOLVE_ONLY = "resolve-only"
    RESOLVE_BOTH = "resolve-both"
    REOPEN = "reopen"
    CONFIRM = "confirm"
    MENU = "menu"
    CANCEL = "cancel"
    NOTE = "note"
    MORE = "more"
    PAGE = "page"
    PICK = "pick"
    BOARD = "board"
    BOARD_ACK = "board-ack"
    BOARD_RESOLVE = "board-resolve"
    BOARD_CAUSE = "board-cause"
    UNDO = "undo"
    GROUP_ACK = "group-ack"
    GROUP_RESOLVE = "group-resolve"
    GROUP_PAGE = "group-page"
    SETUP = "setup"
    HELP = "help"
    TEST = "test"
    ESCALATE = "escalate"
    INCIDENT_SHOW = "incident-show"
    INCIDENT_PAGE = "incident-page"
    INCIDENT_TIMELINE = "incident-timeline"
    INCIDENT_MITIGATE = "incident-mitigate"
    INCIDENT_RESOLVE = "incident-resolve"
    INCIDENT_RESOLVE_ONLY = "incident-resolve-only"
    INCIDENT_RESOLVE_ALL = "incident-resolve-all"
    INCIDENT_REOPEN = "incident-reopen"
    INCIDENT_CLOSE = "incident-close"
    INCIDENT_UPDATE = "incident-update"
    INCIDENT_NOTE = "incident-note"
    INCIDENT_SEVERITY = "incident-severity"
    INCIDENT_ROLE = "incident-role"
    INCIDENT_SNOOZE = "incident-snooze"
    INCIDENT_POSTMORTEM = "incident-postmortem"
    ACTION_DONE = "action-done"
    RANK = "rank"
    RECUR = "recur"


class CustomId(msgspec.Struct, frozen=True, gc=False):
    """What a custom_id says: ``subject`` is an alert's number or a word, ``extra`` depends on the verb."""

    verb: Verb
    tag: str
    subject: str
    extra: str = ""

    @property
    def number(self) -> int:
        """The subject as an alert's or source's number.

        Raises:
            InvalidInputError: it is none.
        """
        if not is_snowflake(self.subject):
            raise InvalidInputError("custom_id", "names no number")
        return int(self.subject)


_REST: Final = r":(?P<tag>[a-z0-9]{4,8}):(?P<subject>[A-Za-z0-9_-]{1,40})(?::(?P<extra>[!-~]{1,85}))?"
_TEMPLATES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {verb.value: re.compile(verb.value + _REST, re.ASCII) for verb in Verb}
)


def template(verb: Verb) -> re.Pattern[str]:
    """The pattern of all custom_ids of a verb, with groups tag, subject, extra; match it in full."""
    return _TEMPLATES[verb.value]


def build(verb: Verb, tag: str, subject: str | int, extra: str = "") -> str:
    """Write a custom_id.

    Raises:
        InvalidInputError: a part has characters the grammar lacks, or all is longer than 100.
    """
    custom_id = f"{verb.value}:{tag}:{subject}:{extra}" if extra else f"{verb.value}:{tag}:{subject}"
    if len(custom_id) > MAX_LENGTH or not _TEMPLATES[verb.value].fullmatch(custom_id):
        raise InvalidInputError("custom_id", f"{custom_id[:120]!r} does not fit the grammar")
    return custom_id


def parse(custom_id: str) -> CustomId:
    """Read a custom_id.

    Raises:
        InvalidInputError: it is not one of this desk's grammar, e.g. from an older version.
    """
    verb = custom_id.partition(":")[0]
    pattern = _TEMPLATES.get(verb)
    match = pattern.fullmatch(custom_id) if pattern and len(custom_id) <= MAX_LENGTH else None
    if match is None:
        raise InvalidInputError("custom_id", f"{custom_id[:120]!r} is not understood")
    return CustomId(Verb(verb), match["tag"], match["subject"], match["extra"] or "")
