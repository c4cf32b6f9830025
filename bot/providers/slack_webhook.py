"""Slack webhook: what programs post to Slack's incoming webhooks (``text``, ``attachments``, ``blocks``)."""

import re
from collections.abc import Iterator
from typing import Any, Final

from bot.domain.alert.signal import Reading
from bot.domain.errors import InvalidInputError
from bot.providers.chat import MAX_PARTS, Part, read_parts

_MARKUP: Final = re.compile(r"<([^<>|]{1,2048})(?:\|([^<>]{0,2048}))?>")
_HEX: Final = re.compile(r"#?([0-9a-fA-F]{6})")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_FIELD: Final = re.compile(r"^\s*\*([^*\n]{1,200})\*:?\s*\n?(.*)$", re.DOTALL)


def read_message(payload: object) -> Reading:
    """Read a message: one alert for each attachment, or one for the rest.

    Raises:
        InvalidInputError: it is no object, or says nothing.
    """
    if not isinstance(payload, dict):
        raise InvalidInputError("body", "must be an object")
    lead = plain(_text(payload.get("text")))
    blocks = _Blocks(payload.get("blocks"))
    attachments = _objects(payload.get("attachments"))
    if not attachments:
        if not lead and not blocks.says_anything:
            raise InvalidInputError("text", "no_text")
        return read_parts([_of_blocks(lead, blocks, None, "")])
    head = lead or " ".join((blocks.title, *blocks.texts)).strip()
    return read_parts([_part(each, head) for each in attachments[:MAX_PARTS]])


def plain(text: str) -> str:
    """Slack's markup as plain text: ``<url|text>`` is its text, calls to everybody vanish."""
    found = _MARKUP.sub(_spell, text)
    for entity, letter in _ENTITIES:
        found = found.replace(entity, letter)
    return found.strip()


def _spell(found: re.Match[str]) -> str:
    target, label = found[1], found[2]
    if target[0] in "!@#":
        return label or ("" if target[0] == "!" else target)
    return label or target.removeprefix("mailto:")


class _Blocks:
    """What a list of blocks says."""

    def __init__(self, value: object) -> None:
        self.title = ""
        self.texts: list[str] = []
        self.fields: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        for block in _objects(value)[:MAX_PARTS]:
            self._take(block)

    @property
    def says_anything(self) -> bool:
        return bool(self.title or self.texts or self.fields)

    def _take(self, block: dict[str, Any]) -> None:
        text = plain(_text(_inner(block.get("text"), "text")))
        if block.get("type") == "header" and not self.title:
            self.title = text
        elif text:
            self.texts.append(text)
        for field in _objects(block.get("fields")):
            self._field(plain(_text(field.get("text"))))
        for element in (*_objects(block.get("elements")), *_objects([block.get("accessory")])):
            if url := _text(element.get("url")):
                self.links.append((plain(_text(_inner(element.get("text"), "text"))) or "Link", url))
            elif block.get("type") == "context" and (said := plain(_text(element.get("text")))):
                self.texts.append(said)
        self.texts += list(_rich(block))

    def _field(self, text: str) -> None:
        found = _FIELD.match(text)
        if found is not None:
            self.fields.append((found[1].strip(" :"), found[2].strip()))
        elif text:
            self.texts.append(text)


def _rich(block: dict[str, Any]) -> Iterator[str]:
    """The words of a rich text, section by section."""
    if block.get("type") != "rich_text":
        return
    for section in _objects(block.get("elements")):
        said = "".join(_text(each.get("text")) for each in _objects(section.get("elements")))
        if said.strip():
            yield said.strip()


def _of_blocks(lead: str, blocks: _Blocks, colour: int | None, word: str) -> Part:
    first, _, rest = lead.partition("\n")
    title = blocks.title or first
    return Part(
        lead=lead if blocks.title else rest,
        title=title or (blocks.texts[0].partition("\n")[0] if blocks.texts else ""),
        text="\n".join(blocks.texts),
        colour=colour,
        colour_word=word,
        fields=tuple(blocks.fields),
        links=tuple(blocks.links),
    )


def _part(attachment: dict[str, Any], lead: str) -> Part:
    colour_text = _text(attachment.get("color"))
    hexadecimal = _HEX.fullmatch(colour_text.strip())
    colour, word = (int(hexadecimal[1], 16), "") if hexadecimal else (None, colour_text)
    blocks = _Blocks(attachment.get("blocks"))
    title = plain(_text(attachment.get("title")))
    if not title and not attachment.get("fallback"):
        title = plain(_text(attachment.get("author_name")))
    text = plain(_text(attachment.get("text")))
    if not title and not text and blocks.says_anything:
        return _of_blocks(lead, blocks, colour, word)
    return Part(
        lead=lead or plain(_text(attachment.get("pretext"))),
        title=title or plain(_text(attachment.get("fallback"))) or text.partition("\n")[0],
        text="\n".join([text, *blocks.texts]) if title else text,
        colour=colour,
        colour_word=word,
        fields=tuple(
            (plain(_text(each.get("title"))), plain(_text(each.get("value"))))
            for each in _objects(attachment.get("fields"))
        ),
        links=(
            ("Link", _text(attachment.get("title_link"))),
            *(
                (plain(_text(each.get("text"))) or "Link", _text(each.get("url")))
                for each in _objects(attachment.get("actions"))
            ),
            *blocks.links,
        ),
        footer=plain(_text(attachment.get("footer"))),
    )


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _inner(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else value


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if type(value) in (int, float) else ""
