"""Macro: what Nagios and Icinga tell a notification script, under the names of Nagios' macros.

Host and service are the identity. A problem fires with the state it names and its recovery ends it; what else
there is to be notified of (acknowledgements, downtimes, flapping) is told as a note.
"""

from datetime import datetime
from typing import Final

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.written_time import read_time

_SEVERITIES: Final = {
    "CRITICAL": "critical",
    "DOWN": "critical",
    "UNREACHABLE": "critical",
    "WARNING": "warning",
    "UNKNOWN": "warning",
}
_FINE: Final = ("OK", "UP")
_PREFIXES: Final = ("nagios_", "icinga_", "notify_")
_SAID: Final = (
    "notificationtype", "hostname", "servicedesc", "servicename", "hoststate", "servicestate",
    "serviceoutput",
    "hostoutput", "longserviceoutput", "longhostoutput", "longdatetime", "timet",
)  # fmt: skip


def read_notification(payload: object, sender: str, title: str) -> Reading:
    """Read the macros; ``sender`` begins the identity, ``title`` is for people.

    Raises:
        InvalidInputError: there is no host or no state in them.
    """
    macros = _read_macros(field.read_object(payload))
    host = field.need(macros, "hostname", "host")
    service = field.text(macros, "servicedesc", "servicename", "service")
    kind = (field.text(macros, "notificationtype", "type") or "PROBLEM").upper().replace(" ", "")
    state = _read_state(macros, kind, is_service=bool(service))
    name = service or field.text(macros, "hostdisplayname", "hostalias") or host
    output = field.text(macros, "serviceoutput" if service else "hostoutput", "output")
    if kind not in ("PROBLEM", "RECOVERY", "CUSTOM"):
        said = " ".join(
            filter(None, (output, field.text(macros, "notificationcomment", "serviceackcomment", "comment")))
        )
        author = field.text(macros, "notificationauthor", "serviceackauthor", "author")
        head = f"{title}: {kind.lower()} of {service + ' on ' if service else ''}{host}"
        return Reading(
            (), note=SenderNote(cut(head + (f" by {author}" if author else ""), 200), cut(said, MAX_NOTE))
        )
    firing = kind != "RECOVERY" and state not in _FINE
    moment = read_time(macros.get("timet")) or read_time(macros.get("longdatetime"))
    return one(
        build_signal(
            firing=firing,
            name=name,
            severity=_SEVERITIES.get(state, "critical"),
            severity_word="" if state in ("CRITICAL", "WARNING") else state.lower(),
            summary=output or f"is {state}",
            description=field.text(macros, "longserviceoutput" if service else "longhostoutput"),
            labels=_labels(macros, host),
            links=_links(macros),
            key=f"{sender}:{host}/{service}" if service else f"{sender}:{host}",
            target=host,
            started_at=moment if firing else None,
            ended_at=moment,
        )
    )


def _read_macros(fields: Object) -> Object:
    macros: Object = {}
    for name, value in fields.items():
        plain = name.lower()
        for prefix in _PREFIXES:
            plain = plain.removeprefix(prefix)
        if isinstance(value, str) and value.startswith("$") and value.endswith("$"):
            continue  # a macro that was not known
        macros[plain.replace("_", "")] = value
    return macros


def _read_state(macros: Object, kind: str, *, is_service: bool) -> str:
    which = "servicestate" if is_service else "hoststate"
    state = field.text(macros, which, "state").upper()
    if not state and kind == "RECOVERY":
        return "OK"
    if not state:
        raise InvalidInputError(which, "is missing")
    if state not in _SEVERITIES and state not in _FINE:
        raise InvalidInputError(which, f"must be one of {', '.join([*_SEVERITIES, *_FINE])}")
    return state


def _labels(macros: Object, host: str) -> dict[str, str]:
    labels = field.flat(macros, *_SAID)
    return {"host": host, **{name: text for name, text in labels.items() if text != "0"}}


def _links(macros: Object) -> list[tuple[str, object]]:
    return [
        ("Runbook", macros.get("servicenotesurl")),
        ("Runbook", macros.get("hostnotesurl")),
        ("Action", macros.get("serviceactionurl") or macros.get("hostactionurl")),
    ]


def example(now: datetime, state: str) -> dict[str, object]:
    """What our script sends of a service in that state."""
    return {
        "notificationtype": "RECOVERY" if state == "OK" else "PROBLEM",
        "hostname": "nas-01",
        "hostaddress": "192.0.2.5",
        "hoststate": "UP",
        "servicedesc": "disk",
        "servicestate": state,
        "serviceoutput": "DISK OK - free 40%" if state == "OK" else "DISK CRITICAL - free 1%",
        "servicenotesurl": "https://runbooks.example.org/disk",
        "timet": str(int(now.timestamp())),
    }
