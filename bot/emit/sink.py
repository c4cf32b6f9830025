"""Sinks over HTTP: Tocsin itself, and webhooks in Discord's format or as plain JSON."""

from typing import Any, Final
from urllib.parse import urlsplit

from bot.emit.record import Record
from bot.emit.spool import SendResult

PATIENCE: Final = 5.0
"""Seconds for one request."""

_NEVER: Final = frozenset({400, 413, 415, 422})
_COLOURS: Final = {"critical": 0xE01E5A, "warning": 0xECB22E, "info": 0x36A2EB}
_SIGNS: Final = {"critical": "🔴", "warning": "🟠", "info": "🔵"}
_FIELD_NAME: Final = 256
_FIELD_VALUE: Final = 1_024
_SHORT: Final = 40  # characters that fit beside another field
_EMBED: Final = 5_800  # Discord takes 6,000 characters in all the embeds of a message
_DEAF: Final[dict[str, list[str]]] = {"parse": []}  # a text from anywhere mentions nobody


def post_to_tocsin(client: Any, url: str, token: str, record: Record) -> tuple[SendResult, str]:
    """Hand a record to Tocsin; the key makes a second try harmless."""
    import httpx

    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": record.key}
    try:
        answer = client.post(url, json=record.payload(), headers=headers, timeout=PATIENCE)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return SendResult.LATER, f"{type(error).__name__}: {error}"
    if answer.is_success:
        return SendResult.TAKEN, ""
    reason = f"{answer.status_code} {answer.text[:300]}"
    return (SendResult.NEVER if answer.status_code in _NEVER else SendResult.LATER), reason


def post_to_webhook(client: Any, url: str, record: Record) -> str:
    """Tell a webhook, at most twice; returns what went wrong, "" for nothing."""
    import httpx

    body = discord_message(record) if is_discord(url) else {"event": "alert", **record._asdict()}
    reason = ""
    for _ in range(2):
        try:
            answer = client.post(url, json=body, timeout=PATIENCE)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = f"{type(error).__name__}: {error}"
            continue
        if answer.is_success:
            return ""
        reason = f"it answers {answer.status_code}"
        if not answer.is_server_error:
            break
    return reason


def is_discord(url: str) -> bool:
    """Whether the address is of one of Discord's incoming webhooks (or of what looks the same)."""
    return urlsplit(url).path.startswith("/api/webhooks/")


def shown(url: str) -> str:
    """An address for logs: whatever follows the host may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or '?'}/..."


def discord_message(record: Record) -> dict[str, Any]:
    """A message with one embed, within Discord's limits whatever the record holds."""
    left = _EMBED - len(record.title) - len(record.message)
    fields = []
    for name, value in record.context.items():
        field = {
            "name": name[:_FIELD_NAME] or "-",
            "value": value[:_FIELD_VALUE] or "-",
            "inline": len(value) <= _SHORT,
        }
        left -= len(str(field["name"])) + len(str(field["value"]))
        if left < 0:
            break
        fields.append(field)
    sign = _SIGNS[record.severity]
    return {
        "content": f"{sign} {record.severity}: {record.title}",
        "embeds": [
            {
                "title": record.title,
                "description": record.message,
                "color": _COLOURS[record.severity],
                "timestamp": record.at,
                "fields": fields,
            }
        ],
        "allowed_mentions": _DEAF,
    }
