"""Monit: what the script that Tocsin ships posts from ``exec``.

Monit has no key. The same are host, service and kind of event: *Connection failed* meets *Connection
succeeded*, and *Resource limit matched* of the same service is another problem.
"""

import re
from datetime import datetime
from typing import Final

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.sender import Provider
from bot.providers.written_time import read_time

_OVER: Final = re.compile(
    r"succeeded|recovery|recovered|^exists?$|^link up|\bnot changed$|doesn't match",
    re.IGNORECASE,
)
_OUTCOME: Final = re.compile(
    r"\b(?:failed|succeeded|recovery|recovered|matched|match|exceeded|changed|error|up|down|not|does|doesn't|exists?"
    r"|missing)\b",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(r"instance changed|monit instance|action done|^none$", re.IGNORECASE)


class Monit(Provider):
    """Monit."""

    name = "monit"
    title = "Monit"
    where = (
        "Put the script onto the host; `tocsin source recipe monit --script` prints it. Then in `monitrc`:"
    )
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read ``{"host": ..., "service": ..., "event": ..., "description": ...}``.

        Raises:
            InvalidInputError: service or event is missing.
        """
        fields = field.read_object(payload)
        service, event = field.need(fields, "service"), field.need(fields, "event")
        host, said = field.text(fields, "host"), field.text(fields, "description")
        if _TOLD.search(event):
            return Reading((), note=SenderNote(f"Monit on {host or service}: {event}", cut(said, MAX_NOTE)))
        firing = not _OVER.search(event)
        family = " ".join(_OUTCOME.sub(" ", event).split()).lower() or "existence"
        moment = read_time(fields.get("date"))
        return one(
            build_signal(
                firing=firing,
                name=f"{service}: {event}" if firing else f"{service}: {family}",
                severity=field.text(fields, "severity") or "critical",
                summary=said,
                labels=field.flat(fields, "service", "event", "description", "date", "severity"),
                key=f"monit:{host}/{service}/{family}",
                service=service,
                target=host,
                started_at=moment if firing else None,
                ended_at=moment,
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """The file with address and token, and a check that uses the script both ways."""
        return (
            f"# /etc/monit/tocsin.conf, mode 0600\nTOCSIN_URL={url}\nTOCSIN_TOKEN={token}\n\n"
            "# monitrc: after each check\n"
            "check host web with address 127.0.0.1\n"
            "  if failed port 80 protocol http\n"
            '    then exec "/usr/local/bin/tocsin-monit.sh /etc/monit/tocsin.conf"\n'
            '    else if succeeded then exec "/usr/local/bin/tocsin-monit.sh /etc/monit/tocsin.conf"\n'
        )

    def example(self, now: datetime) -> dict[str, object]:
        """A connection that failed."""
        return _example(now, "Connection failed", "failed protocol test [HTTP] at [127.0.0.1]:80")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, succeeding."""
        return _example(now, "Connection succeeded", "connection succeeded to [127.0.0.1]:80")


def _example(now: datetime, event: str, said: str) -> dict[str, object]:
    return {
        "host": "nas-01",
        "service": "web",
        "event": event,
        "description": said,
        "date": now.strftime("%a, %d %b %Y %H:%M:%S"),
    }
