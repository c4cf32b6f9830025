"""Better Stack: its outgoing webhook. An incident is known by its id; its times say how it is."""

from datetime import datetime

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.sender import Provider
from bot.providers.written_time import read_time


class BetterStack(Provider):
    """Better Stack."""

    name = "betterstack"
    title = "Better Stack"
    url_token = True
    only_url = True
    where = (
        "Integrations > Exporting data > Outgoing webhook, for incidents: started, acknowledged, resolved."
    )
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read ``{"data": {"id": ..., "type": "incident", "attributes": {...}}}``.

        Raises:
            InvalidInputError: there is no incident in it.
        """
        fields = field.read_object(payload)
        data = field.inner(fields, "data")
        about = field.inner(data, "attributes")
        if not about:
            if words := field.text(fields, "message", "text"):
                return Reading((), note=SenderNote("Better Stack says hello", cut(words, MAX_NOTE)))
            raise InvalidInputError("data.attributes", "is missing")
        kind = field.text(data, "type") or "incident"
        if kind != "incident":
            return Reading(())
        number = field.need(data, "id", path="data.")
        ended = about.get("resolved_at")
        status = field.text(about, "status").lower()
        cause = field.text(about, "cause")
        return one(
            build_signal(
                firing=not ended and status != "resolved",
                name=field.text(about, "name") or cause or f"incident {number}",
                severity=field.text(about, "severity") or "critical",
                summary=cause,
                description=field.text(about, "response_content"),
                labels=_labels(about),
                links=[
                    ("Incident", about.get("origin_url") or about.get("incident_url")),
                    ("Monitored address", about.get("url")),
                ],
                key=f"betterstack:{number}",
                rest=about,
                service=field.text(about, "team_name"),
                target=field.text(about, "url"),
                started_at=read_time(about.get("started_at")),
                ended_at=read_time(ended),
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """One field."""
        del token
        return f"URL:  {url}\n"

    def example(self, now: datetime) -> dict[str, object]:
        """An incident."""
        return _example(now, ended=False)

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, resolved."""
        return _example(now, ended=True)


def _labels(about: field.Object) -> dict[str, str]:
    wanted = ("http_method", "regions", "call", "status", "acknowledged_by", "http_status_code")
    return {name: said for name in wanted if (said := field.text(about, name))}


def _example(now: datetime, *, ended: bool) -> dict[str, object]:
    return {
        "data": {
            "id": "25",
            "type": "incident",
            "attributes": {
                "name": "shop.example.org",
                "url": "https://shop.example.org/",
                "http_method": "get",
                "cause": "Status 503",
                "started_at": now.isoformat(),
                "acknowledged_at": None,
                "resolved_at": now.isoformat() if ended else None,
                "status": "Resolved" if ended else "Started",
            },
        }
    }
