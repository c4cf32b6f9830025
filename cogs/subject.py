"""Subject: what a command's options, a button or a pick ask for, so that one place asks whether they may.

Law: what stands in no table here is refused, and a test walks every command, button, select and form. A new
option or verb is either about something that has a channel, or said to be harmless.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from bot.cards.ids import CustomId, Verb
from bot.domain.alert.alert import parse_ref as parse_alert
from bot.domain.alert.verb import PRESSED
from bot.domain.errors import InvalidInputError
from bot.domain.incident.action import parse_ref as parse_action
from bot.domain.incident.incident import parse_ref as parse_incident
from bot.domain.recurrence.recurrence import parse_ref as parse_recurrence
from bot.domain.sight import Subject, SubjectRef

Reading: TypeAlias = Callable[[str], SubjectRef]
Pressed: TypeAlias = Callable[[CustomId, list[str]], Iterable[SubjectRef]]


def read_alert(text: str) -> SubjectRef:
    """``A-1042``."""
    return SubjectRef(Subject.ALERT, parse_alert(text))


def read_incident(text: str) -> SubjectRef:
    """``I-7``."""
    return SubjectRef(Subject.INCIDENT, parse_incident(text))


def read_recurrence(text: str) -> SubjectRef:
    """``R-12`` or ``W-12``, or one of its alerts."""
    if text.strip().lower().startswith(("a", "#")):
        return read_alert(text)
    return SubjectRef(Subject.RECURRENCE, parse_recurrence(text))


def read_action(text: str) -> SubjectRef:
    """``T-3``."""
    return SubjectRef(Subject.ACTION, parse_action(text))


def read_source(text: str) -> SubjectRef:
    """The source of that name."""
    return SubjectRef(Subject.SOURCE, text)


OPTIONS: Final[Mapping[str, Reading]] = MappingProxyType(
    {
        "alert": read_alert,
        "incident": read_incident,
        "into": read_incident,
        "recurrence": read_recurrence,
        "action": read_action,
        "source": read_source,
    }
)
HARMLESS: Final = frozenset(
    {
        *(
            "at",
            "before",  # an entry of the audit log, which asks for each that it shows
            "code",
            "comment",
            "days",
            "env",
            "provider",
            "which",  # an event, for which the command asks itself
            "minutes",
            "name",
            "sender",
            "reason",
            "due",
            "entry",
            "kind",
            "lasts",
            "labels",
            "manage",
            "mine",
            "moment",
            "note",
            "owner",
            "person",
        ),
        *(
            "matchers",
            "post",
            "project",  # whose set-up it is, for which `/setup` asks itself
            "respond",
            "role",
            "service",
            "severity",
            "silence",
            "sort",
            "state",
            "text",
            "title",
            "to",
            "until",
            "view",
            "window",
            "zone",
        ),
    }
)
"""Options that name nothing with a channel; ``entry`` is one of the incident beside it."""


def _numbered(subject: Subject) -> Pressed:
    return lambda which, _: (SubjectRef(subject, which.number),)


def _picked(read: Reading) -> Pressed:
    return lambda _, values: [read(value) for value in values]


def _escalated(which: CustomId, _: list[str]) -> Iterable[SubjectRef]:
    """An alert, or nothing that is known yet."""
    return () if not which.subject.isdigit() else (SubjectRef(Subject.ALERT, which.number),)


def _nothing(_: CustomId, __: list[str]) -> Iterable[SubjectRef]:
    """A list, which shows each person what they may see, or the desk's own set-up."""
    return ()


_ALERT: Final = _numbered(Subject.ALERT)
_GROUP: Final = _numbered(Subject.GROUP)
_INCIDENT: Final = _numbered(Subject.INCIDENT)

PRESSES: Final[Mapping[Verb, Pressed]] = MappingProxyType(
    {
        **dict.fromkeys((Verb(each.name) for each in PRESSED), _ALERT),
        **dict.fromkeys((Verb.MORE, Verb.MENU, Verb.RESOLVE_ONLY, Verb.RESOLVE_BOTH), _ALERT),
        **dict.fromkeys((Verb.STILL_ON_IT, Verb.GIVE_BACK, Verb.SNOOZE), _ALERT),
        Verb.ESCALATE: _escalated,
        **dict.fromkeys((Verb.GROUP_ACK, Verb.GROUP_RESOLVE, Verb.GROUP_PAGE, Verb.GROUP_SNOOZE), _GROUP),
        **dict.fromkeys(
            (Verb.BOARD, Verb.BOARD_ACK, Verb.BOARD_RESOLVE, Verb.BOARD_CAUSE), _numbered(Subject.CHANNEL)
        ),
        **dict.fromkeys(
            (
                Verb.PAGE,
                Verb.INCIDENT_PAGE,
                Verb.RANK,
                Verb.SETUP,
                Verb.TEST,
                Verb.CANCEL,
                Verb.UNDO,
                Verb.HELP,
            ),
            _nothing,
        ),
        Verb.PICK: _picked(read_alert),
        Verb.INCIDENT_SHOW: _picked(read_incident),
        Verb.RECUR: _picked(read_recurrence),
        **dict.fromkeys((Verb.INCIDENT_TIMELINE, Verb.INCIDENT_POSTMORTEM), _INCIDENT),
        **dict.fromkeys((Verb.INCIDENT_MITIGATE, Verb.INCIDENT_RESOLVE, Verb.INCIDENT_REOPEN), _INCIDENT),
        **dict.fromkeys((Verb.INCIDENT_RESOLVE_ONLY, Verb.INCIDENT_RESOLVE_ALL), _INCIDENT),
        **dict.fromkeys((Verb.INCIDENT_CLOSE, Verb.INCIDENT_SNOOZE, Verb.INCIDENT_ROLE), _INCIDENT),
        **dict.fromkeys((Verb.INCIDENT_SEVERITY, Verb.INCIDENT_UPDATE, Verb.INCIDENT_NOTE), _INCIDENT),
        Verb.ACTION_DONE: _numbered(Subject.ACTION),
    }
)


def of_press(which: CustomId, values: list[str]) -> list[SubjectRef]:
    """What a button, a select or a form is about.

    Raises:
        InvalidInputError: that cannot be told.
    """
    told = PRESSES.get(which.verb)
    if told is None:
        raise InvalidInputError("custom_id", f"nobody said what {which.verb} is about")
    return list(told(which, values))
