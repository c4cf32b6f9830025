"""Bugsink: its "custom" webhook. An issue is known by its id; Bugsink does not say when one is resolved."""

from datetime import datetime

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.sender import Provider
from bot.providers.written_time import read_time


class Bugsink(Provider):
    """Bugsink."""

    name = "bugsink"
    title = "Bugsink"
    url_token = True
    only_url = True
    where = (
        "Project > Alerts > Add messaging service: kind *Custom webhook*. Bugsink refuses private addresses"
        " unless ALERTS_WEBHOOK_ALLOW_LIST names them."
    )
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read ``{"id": ..., "title": ..., "alert_reason": "NEW"}``.

        Raises:
            InvalidInputError: there is no issue in it.
        """
        fields = field.read_object(payload)
        number, title = field.text(fields, "id"), field.text(fields, "title")
        if not (number and title):
            words = field.text(fields, "text", "message", "msg")
            if words and not number:
                return Reading((), note=SenderNote("Bugsink says hello", cut(words, MAX_NOTE)))
            raise InvalidInputError("title" if number else "id", "is missing")
        firing = fields.get("is_resolved") is not True
        reason = field.text(fields, "alert_reason")
        if reason.upper() == "TEST":
            return Reading((), note=SenderNote("A test of Bugsink came through", cut(title, MAX_NOTE)))
        said = field.text(fields, "transaction")
        return one(
            build_signal(
                firing=firing,
                name=title,
                severity="error",
                summary=" ".join(filter(None, (reason.lower(), "issue", f"in {said}" if said else ""))),
                labels=field.flat(fields, "id", "title", "url", "first_seen", "last_seen"),
                links=[("Issue", fields.get("url"))],
                key=f"bs:{number}",
                rest=fields,
                service=field.text(fields, "project_name"),
                target=field.text(fields, "friendly_id"),
                started_at=read_time(fields.get("last_seen")),
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """One field."""
        del token
        return f"Webhook URL:  {url}\n"

    def example(self, now: datetime) -> dict[str, object]:
        """A new issue."""
        return {
            "id": "5517c16a-9881-4932-89fb-09f8299da6f6",
            "friendly_id": "SHOP-1",
            "project": 1,
            "project_name": "shop",
            "title": "KeyError: 'cart'",
            "calculated_type": "KeyError",
            "first_seen": now.isoformat(),
            "last_seen": now.isoformat(),
            "is_resolved": False,
            "url": "https://bugsink.example.org/issues/issue/5517c16a/event/last/",
            "alert_reason": "NEW",
        }
