"""Discord webhook: what programs post to Discord's incoming webhooks (``content`` and ``embeds``)."""

from typing import Any, Final

from bot.domain.alert.signal import Reading
from bot.domain.errors import InvalidInputError
from bot.providers.chat import MAX_PARTS, Part, read_parts

_HIGHEST: Final = 0xFFFFFF


def read_message(payload: object) -> Reading:
    """Read a message: one alert for each embed, or one for the words alone.

    Raises:
        InvalidInputError: it is no object, or says nothing.
    """
    if not isinstance(payload, dict):
        raise InvalidInputError("body", "must be an object")
    content = _text(payload.get("content")).strip()
    embeds = payload.get("embeds")
    listed = [each for each in embeds if isinstance(each, dict)] if isinstance(embeds, list) else []
    if not listed and not content:
        raise InvalidInputError("content", "Cannot send an empty message")
    if not listed:
        title, _, rest = content.partition("\n")
        return read_parts([Part(title=title, text=rest)])
    return read_parts([_part(each, content) for each in listed[:MAX_PARTS]])


def _part(embed: dict[str, Any], content: str) -> Part:
    title = _text(embed.get("title")) or _text(_inner(embed.get("author"), "name"))
    return Part(
        lead=content,
        title=title,
        text=_text(embed.get("description")),
        colour=_colour(embed.get("color")),
        fields=tuple(
            (_text(each.get("name")), _text(each.get("value"))) for each in _objects(embed.get("fields"))
        ),
        links=(
            ("Link", _text(embed.get("url"))),
            ("Link", _text(_inner(embed.get("author"), "url"))),
            ("Image", _text(_inner(embed.get("image"), "url"))),
        ),
        footer=_text(_inner(embed.get("footer"), "text")),
    )


def _colour(value: object) -> int | None:
    """Some senders write the number as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:  # noqa: PLR2004 -- 24 bits
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _HIGHEST:
        return None
    return value


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _inner(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if type(value) in (int, float) else ""
