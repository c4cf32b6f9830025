"""Card: a message of the desk as plain data, in the words of Discord's JSON.

Nothing here knows limits (see `limits`) or hostile text (see `text`): these are the shapes alone.
`to_payload` gives what Discord's REST takes; delivery and cogs make library objects of it.
"""

from datetime import datetime
from enum import IntEnum
from typing import Any, Final, TypeAlias

import msgspec

Payload: TypeAlias = dict[str, Any]

_ACTION_ROW: Final = 1
_BUTTON: Final = 2


class ButtonStyle(IntEnum):
    """Discord's numbers for how a button looks; `LINK` needs a url, the others a custom_id."""

    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5


class SelectKind(IntEnum):
    """Discord's numbers for what a select offers: own options, or what the server has."""

    STRING = 3
    USER = 5
    ROLE = 6
    CHANNEL = 8


class Field(msgspec.Struct, frozen=True, gc=False):
    """A titled paragraph of an embed."""

    name: str
    value: str
    inline: bool = False


class Embed(msgspec.Struct, frozen=True, kw_only=True):
    """The framed part of a message; ``color`` is 0xRRGGBB, ``timestamp`` aware UTC, ``image`` an address."""

    title: str = ""
    url: str = ""
    description: str = ""
    color: int | None = None
    fields: tuple[Field, ...] = ()
    footer: str = ""
    timestamp: datetime | None = None
    image: str = ""

    def to_payload(self) -> Payload:
        """Discord's embed object; empty parts are left out."""
        payload: Payload = {}
        if self.title:
            payload["title"] = self.title
        if self.url:
            payload["url"] = self.url
        if self.description:
            payload["description"] = self.description
        if self.color is not None:
            payload["color"] = self.color
        if self.fields:
            payload["fields"] = [
                {"name": field.name, "value": field.value, "inline": field.inline} for field in self.fields
            ]
        if self.footer:
            payload["footer"] = {"text": self.footer}
        if self.timestamp is not None:
            payload["timestamp"] = self.timestamp.isoformat()
        if self.image:
            payload["image"] = {"url": self.image}
        return payload


class Button(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One button: ``custom_id`` (see `ids`), or ``url`` for a link; ``emoji`` is a Unicode emoji."""

    label: str = ""
    custom_id: str = ""
    url: str = ""
    style: ButtonStyle = ButtonStyle.SECONDARY
    emoji: str = ""
    disabled: bool = False

    def to_payload(self) -> Payload:
        """Discord's button component."""
        payload: Payload = {"type": _BUTTON, "style": int(self.style)}
        if self.label:
            payload["label"] = self.label
        if self.emoji:
            payload["emoji"] = {"name": self.emoji}
        if self.style is ButtonStyle.LINK:
            payload["url"] = self.url
        else:
            payload["custom_id"] = self.custom_id
        if self.disabled:
            payload["disabled"] = True
        return payload


class Option(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of a string select; ``value`` comes back when it is chosen."""

    label: str
    value: str
    description: str = ""
    emoji: str = ""
    default: bool = False

    def to_payload(self) -> Payload:
        """Discord's select option."""
        payload: Payload = {"label": self.label, "value": self.value}
        if self.description:
            payload["description"] = self.description
        if self.emoji:
            payload["emoji"] = {"name": self.emoji}
        if self.default:
            payload["default"] = True
        return payload


class Select(msgspec.Struct, frozen=True, kw_only=True):
    """A drop-down list; it fills a row alone.

    ``options`` belong to `SelectKind.STRING`; ``channel_types`` (Discord's numbers) and ``defaults``
    (ids chosen beforehand) to `SelectKind.CHANNEL` and `SelectKind.ROLE`.
    """

    custom_id: str
    placeholder: str = ""
    options: tuple[Option, ...] = ()
    kind: SelectKind = SelectKind.STRING
    channel_types: tuple[int, ...] = ()
    defaults: tuple[int, ...] = ()
    disabled: bool = False
    optional: bool = False

    def to_payload(self) -> Payload:
        """Discord's select component; exactly one value is chosen, or none where it is ``optional``."""
        payload: Payload = {"type": int(self.kind), "custom_id": self.custom_id}
        if self.placeholder:
            payload["placeholder"] = self.placeholder
        if self.kind is SelectKind.STRING:
            payload["options"] = [option.to_payload() for option in self.options]
        if self.channel_types:
            payload["channel_types"] = list(self.channel_types)
        if self.defaults:
            kind = self.kind.name.lower()
            payload["default_values"] = [{"id": str(ident), "type": kind} for ident in self.defaults]
        if self.optional:
            payload["min_values"] = 0
        if self.disabled:
            payload["disabled"] = True
        return payload


Row: TypeAlias = tuple[Button | Select, ...]


class Ping(msgspec.Struct, frozen=True, gc=False):
    """Whom a message may wake; empty wakes nobody."""

    roles: tuple[int, ...] = ()
    users: tuple[int, ...] = ()
    everyone: bool = False

    def __bool__(self) -> bool:
        return bool(self.roles or self.users or self.everyone)

    @property
    def mentions(self) -> str:
        """The mentions themselves, to stand in the content: only there do they wake anybody."""
        parts = ["@everyone"] if self.everyone else []
        parts += [f"<@&{role}>" for role in self.roles]
        parts += [f"<@{user}>" for user in self.users]
        return " ".join(parts)

    def to_allowed_mentions(self) -> Payload:
        """Discord's allowed_mentions; ``parse`` is always explicit, for its absence means everybody."""
        return {
            "parse": ["everyone"] if self.everyone else [],
            "roles": [str(role) for role in self.roles],
            "users": [str(user) for user in self.users],
            "replied_user": False,
        }


class File(msgspec.Struct, frozen=True, gc=False):
    """A text to be attached; nobody escapes what stands in it."""

    name: str
    text: str

    @property
    def content(self) -> tuple[bytes, str]:
        """What is sent, and its media type."""
        return self.text.encode(), "text/plain; charset=utf-8"


class Archive(msgspec.Struct, frozen=True, gc=False):
    """A ZIP of one text, for one that is too long to be read where it stands."""

    name: str
    zipped: bytes

    @property
    def content(self) -> tuple[bytes, str]:
        """What is sent, and its media type."""
        return self.zipped, "application/zip"


class Image(msgspec.Struct, frozen=True, gc=False):
    """A PNG to be attached; ``words`` say the same to those who cannot see it."""

    name: str
    png: bytes
    words: str

    @property
    def content(self) -> tuple[bytes, str]:
        """What is sent, and its media type."""
        return self.png, "image/png"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One message: ``content`` outside the frame, embeds, rows of components, and whom it may wake.

    ``file`` goes beside the payload, which does not know of it.
    """

    content: str = ""
    embeds: tuple[Embed, ...] = ()
    rows: tuple[Row, ...] = ()
    ping: Ping = Ping()
    file: File | Archive | Image | None = None

    def to_payload(self) -> Payload:
        """``content``, ``embeds`` and ``components``, always present, so that an edit clears old parts."""
        return {
            "content": self.content,
            "embeds": [embed.to_payload() for embed in self.embeds],
            "components": [
                {"type": _ACTION_ROW, "components": [part.to_payload() for part in row]} for row in self.rows
            ],
        }
