"""Limits: Discord's numbers, and `fit`, which makes any card one that Discord takes.

Sources: developers/resources/message.mdx (content, embeds), developers/components/reference.mdx (components),
the official OpenAPI (urls). Lengths are counted as in `cut`.

Law: whatever texts a card holds, Discord would not refuse ``fit(card)``, ``fit(fit(card)) == fit(card)``, and
a card that is fine already is returned as it is. Custom_ids are never cut, for a cut one would ask for
something else: what cannot be kept whole is dropped.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Option, Ping, Row, Select, SelectKind
from bot.cards.cut import cut, fits, units
from bot.cards.modal import Input, Modal, Pick
from bot.cards.text import public_address

CONTENT: Final = 2_000
EMBEDS: Final = 10
TITLE: Final = 256
DESCRIPTION: Final = 4_096
FIELDS: Final = 25
FIELD_NAME: Final = 256
FIELD_VALUE: Final = 1_024
FOOTER: Final = 2_048
EMBED_TOTAL: Final = 6_000  # over all embeds of a message: titles, descriptions, fields, footers
URL: Final = 2_048
BUTTON_URL: Final = 512
ROWS: Final = 5
BUTTONS: Final = 5  # a row
BUTTON_LABEL: Final = 80
CUSTOM_ID: Final = 100
OPTIONS: Final = 25
OPTION_TEXT: Final = 100
PLACEHOLDER: Final = 150
MENTIONS: Final = 100  # roles, and users, in allowed_mentions
MODAL_TITLE: Final = 45
INPUTS: Final = 5
INPUT_LABEL: Final = 45
INPUT_PLACEHOLDER: Final = 100
INPUT_LENGTH: Final = 4_000

NOTHING: Final = "—"  # stands where Discord refuses emptiness
_LEFT_OF_DESCRIPTION: Final = 1_000


def fit(card: Card) -> Card:
    """The card within all of Discord's limits."""
    content = _text(card.content, CONTENT)
    embeds = _embeds(card.embeds)
    rows = _rows(card.rows)
    if not (content or embeds or rows):
        content = NOTHING
    ping = _ping(card.ping)
    if content is card.content and embeds is card.embeds and rows is card.rows and ping is card.ping:
        return card
    return Card(content=content, embeds=embeds, rows=rows, ping=ping, file=card.file)


def fit_modal(modal: Modal) -> Modal:
    """The modal within all of Discord's limits."""
    return Modal(
        custom_id=modal.custom_id,
        title=_text(modal.title, MODAL_TITLE) or NOTHING,
        inputs=tuple(
            _pick(field) if isinstance(field, Pick) else _input(field) for field in modal.inputs[:INPUTS]
        ),
    )


def _text(text: str, limit: int) -> str:
    """Trimmed as Discord trims, and cut."""
    trimmed = text.strip()
    if trimmed == text and fits(text, limit):
        return text
    return cut(trimmed, limit)


def _embeds(embeds: tuple[Embed, ...]) -> tuple[Embed, ...]:
    fitted = tuple(embed for embed in map(_embed, embeds[:EMBEDS]) if _measure(embed))
    fitted = _within_total(_apart(fitted))
    unchanged = len(fitted) == len(embeds) and all(map(_same, fitted, embeds))
    return embeds if unchanged else fitted


def _same(one: object, other: object) -> bool:
    return one is other


def _embed(embed: Embed) -> Embed:
    title = _text(embed.title, TITLE)
    url = embed.url if embed.url == public_address(embed.url, URL) else ""
    description = _text(embed.description, DESCRIPTION)
    fields = _fields(embed.fields)
    footer = _text(embed.footer, FOOTER)
    if (
        title is embed.title
        and url is embed.url
        and description is embed.description
        and fields is embed.fields
        and footer is embed.footer
    ):
        return embed
    return msgspec.structs.replace(
        embed, title=title, url=url, description=description, fields=fields, footer=footer
    )


def _fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    fitted = tuple(map(_field, fields[:FIELDS]))
    return fields if len(fitted) == len(fields) and all(map(_same, fitted, fields)) else fitted


def _field(field: Field) -> Field:
    name = _text(field.name, FIELD_NAME) or NOTHING
    value = _text(field.value, FIELD_VALUE) or NOTHING
    return field if name is field.name and value is field.value else Field(name, value, field.inline)


def _measure(embed: Embed) -> int:
    """What Discord counts of an embed towards the total."""
    total = units(embed.title) + units(embed.description) + units(embed.footer)
    return total + sum(units(field.name) + units(field.value) for field in embed.fields)


def _apart(embeds: tuple[Embed, ...]) -> tuple[Embed, ...]:
    """Of embeds with the same url Discord shows only the first: let only that one keep it."""
    urls = [embed.url for embed in embeds if embed.url]
    if len(urls) == len(set(urls)):
        return embeds
    seen: set[str] = set()
    kept = []
    for embed in embeds:
        kept.append(msgspec.structs.replace(embed, url="") if embed.url in seen else embed)
        seen.add(embed.url)
    return tuple(kept)


def _within_total(embeds: tuple[Embed, ...]) -> tuple[Embed, ...]:
    """Shorten what is least missed: late embeds' descriptions, then their fields, then they go."""
    excess = sum(map(_measure, embeds)) - EMBED_TOTAL
    if excess <= 0:
        return embeds
    kept = list(embeds)
    for index in range(len(kept) - 1, -1, -1):
        before = _measure(kept[index])
        kept[index] = _lighten(kept[index], excess)
        excess -= before - _measure(kept[index])
        if excess <= 0:
            break
    while excess > 0 and len(kept) > 1:
        excess -= _measure(kept.pop())
    return tuple(embed for embed in kept if _measure(embed))


def _lighten(embed: Embed, excess: int) -> Embed:
    """Take ``excess`` units from the description and the last fields, as far as they reach."""
    length = units(embed.description)
    wanted = max(length - excess, _LEFT_OF_DESCRIPTION)
    if wanted < length:
        embed = msgspec.structs.replace(embed, description=cut(embed.description, wanted))
        excess -= length - units(embed.description)
    fields = list(embed.fields)
    while excess > 0 and fields:
        last = fields.pop()
        excess -= units(last.name) + units(last.value)
    return embed if len(fields) == len(embed.fields) else msgspec.structs.replace(embed, fields=tuple(fields))


def _rows(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    seen: set[str] = set()
    fitted = tuple(row for row in (_row(row, seen) for row in rows) if row)[:ROWS]
    return rows if len(fitted) == len(rows) and all(map(_same, fitted, rows)) else fitted


def _row(row: Row, seen: set[str]) -> Row:
    """A select stands alone in its row: the first part decides what the row is."""
    parts = tuple(_parts(row, seen))
    if len(parts) == len(row) and all(map(_same, parts, row)):
        return row
    return parts


def _parts(row: Row, seen: set[str]) -> Iterator[Button | Select]:
    taken = 0
    for part in row:
        if taken and (taken == BUTTONS or isinstance(part, Select)):
            continue
        fitted = _button(part) if isinstance(part, Button) else _select(part)
        if fitted is None or (part.custom_id and part.custom_id in seen):
            continue
        if part.custom_id:
            seen.add(part.custom_id)
        taken = BUTTONS if isinstance(part, Select) else taken + 1
        yield fitted


def _button(button: Button) -> Button | None:
    label = _text(button.label, BUTTON_LABEL)
    if not (label or button.emoji):
        label = NOTHING
    if button.style is ButtonStyle.LINK:
        if not button.url or button.url != public_address(button.url, BUTTON_URL):
            return None
    elif not _sound(button.custom_id):
        return None
    return button if label is button.label else msgspec.structs.replace(button, label=label)


def _sound(custom_id: str) -> bool:
    return bool(custom_id.strip()) and fits(custom_id, CUSTOM_ID)


def _select(select: Select) -> Select | None:
    options = tuple(_options(select.options))
    if not _sound(select.custom_id) or (select.kind is SelectKind.STRING and not options):
        return None
    placeholder = _text(select.placeholder, PLACEHOLDER)
    if placeholder is select.placeholder and options == select.options:
        return select
    return msgspec.structs.replace(select, placeholder=placeholder, options=options)


def _options(options: tuple[Option, ...]) -> Iterator[Option]:
    values: set[str] = set()
    chosen = False
    for option in options:
        if option.value in values or not (option.value.strip() and fits(option.value, OPTION_TEXT)):
            continue
        if len(values) == OPTIONS:
            return
        values.add(option.value)
        default = option.default and not chosen
        chosen = chosen or default
        yield msgspec.structs.replace(
            option,
            label=_text(option.label, OPTION_TEXT) or NOTHING,
            description=_text(option.description, OPTION_TEXT),
            default=default,
        )


def _ping(ping: Ping) -> Ping:
    if len(ping.roles) <= MENTIONS and len(ping.users) <= MENTIONS:
        return ping
    return Ping(ping.roles[:MENTIONS], ping.users[:MENTIONS], ping.everyone)


def _pick(field: Pick) -> Pick:
    return msgspec.structs.replace(
        field,
        label=_text(field.label, INPUT_LABEL) or NOTHING,
        options=tuple(_options(field.options)),
        description=_text(field.description, OPTION_TEXT),
    )


def _input(field: Input) -> Input:
    max_length = min(max(field.max_length, 1), INPUT_LENGTH)
    return msgspec.structs.replace(
        field,
        label=_text(field.label, INPUT_LABEL) or NOTHING,
        placeholder=_text(field.placeholder, INPUT_PLACEHOLDER),
        max_length=max_length,
        value=_text(field.value, max_length),
    )
