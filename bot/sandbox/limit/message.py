"""The rules of a message body, for creating and for editing."""

from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET, UnsetType

from bot.sandbox.limit.component import read_components
from bot.sandbox.limit.embed import read_embeds
from bot.sandbox.limit.form import Field, Form
from bot.sandbox.limit.mention import read_allowed
from bot.sandbox.limit.poll import read_poll
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.file_store import File
from bot.sandbox.model.mention import Allowed
from bot.sandbox.model.message import Message, MessageFlag

Json = dict[str, Any]
MAX_CONTENT = 2000
MAX_NONCE = 25
MAX_FILES = 10
SETTABLE = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.IS_VOICE
    | MessageFlag.COMPONENTS_V2
)
V2_FORBIDS = ("content", "embeds", "sticker_ids", "poll")


@dataclass(slots=True)
class AttachmentDraft:
    """One entry of ``attachments``: a kept file by id, or an uploaded one by its index."""

    id: int
    filename: str | None = None
    description: str | None = None


@dataclass(slots=True)
class Draft:
    """A new message that obeys all rules of form."""

    allowed: Allowed
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    files: list[File] = field(default_factory=list)
    attachments: list[AttachmentDraft] = field(default_factory=list)
    tts: bool = False
    poll: Json | None = None
    reply_to: int | None = None
    reply_must_exist: bool = True
    nonce: str | int | None = None
    enforce_nonce: bool = False


@dataclass(slots=True)
class EditDraft:
    """Changes to a message; what was not sent is unset, null empties."""

    allowed: Allowed
    content: str | UnsetType = UNSET
    embeds: list[Json] | UnsetType = UNSET
    components: list[Json] | UnsetType = UNSET
    flags: int | UnsetType = UNSET
    files: list[File] = field(default_factory=list)
    attachments: list[AttachmentDraft] | UnsetType = UNSET


def _attachments(body: Field, files: dict[int, File]) -> list[AttachmentDraft]:
    found: list[AttachmentDraft] = []
    for entry in body["attachments"].items(MAX_FILES):
        if not entry.table():
            continue
        attachment_id = entry["id"].snowflake(required=True)
        if attachment_id is not None:
            name, description = entry["filename"].text(1024), entry["description"].text(1024)
            found.append(AttachmentDraft(attachment_id, name, description))
    listed = {draft.id for draft in found}
    return found + [AttachmentDraft(index) for index in files if index not in listed]


def _check_files(files: dict[int, File]) -> None:
    if len(files) > MAX_FILES:
        raise ApiError(Refusal.MAX_ATTACHMENTS)


def _nonce(body: Field) -> str | int | None:
    nonce = body["nonce"]
    if isinstance(nonce.value, int):
        return nonce.integer()
    return nonce.text(MAX_NONCE)


def _names(attachments: list[AttachmentDraft], files: dict[int, File]) -> set[str]:
    names = {file.filename for file in files.values()}
    return names | {draft.filename for draft in attachments if draft.filename}


def _forbid_legacy(body: Field, *, is_v2: bool) -> None:
    for key in V2_FORBIDS:
        if is_v2 and body[key].value:
            body[key].refuse(
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _reply(body: Field, draft: Draft) -> None:
    reference = body["message_reference"]
    if reference.is_given and reference.table():
        draft.reply_to = reference["message_id"].snowflake(required=True)
        draft.reply_must_exist = reference["fail_if_not_exists"].flag(default=True)


def read_draft(body: Field, files: dict[int, File], default: Allowed, *, extra_flags: int = 0) -> Draft:
    """A new message; ``extra_flags`` may be set beside the usual ones (EPHEMERAL for interactions).

    Raises:
        ApiError: 50035 for any rule of form, 50006 when nothing is said, 30015 for too many files.
    """
    _check_files(files)
    body.table()
    flags = (body["flags"].integer(0) or 0) & (SETTABLE | extra_flags)
    is_v2 = bool(flags & MessageFlag.COMPONENTS_V2)
    _forbid_legacy(body, is_v2=is_v2)
    attachments = _attachments(body, files)
    draft = Draft(
        read_allowed(body["allowed_mentions"], default),
        content=body["content"].text(MAX_CONTENT) or "",
        embeds=read_embeds(body["embeds"], _names(attachments, files)),
        components=read_components(body["components"], is_v2=is_v2),
        flags=flags,
        files=list(files.values()),
        attachments=attachments,
        tts=body["tts"].flag(),
        poll=read_poll(body["poll"]),
        nonce=_nonce(body),
        enforce_nonce=body["enforce_nonce"].flag(),
    )
    _reply(body, draft)
    body["sticker_ids"].items(3)
    body.form.settle()
    if not (draft.content or draft.embeds or draft.components or files or draft.poll):
        raise ApiError(Refusal.EMPTY_MESSAGE)
    return draft


def read_edit(body: Field, files: dict[int, File], default: Allowed, message: Message) -> EditDraft:
    """Changes to ``message``.

    Raises:
        ApiError: 50035 for any rule of form, 30015 for too many files.
    """
    _check_files(files)
    body.table()
    draft = EditDraft(read_allowed(body["allowed_mentions"], default), files=list(files.values()))
    flags = body["flags"].integer(0) or 0
    is_v2 = bool((flags | message.flags) & MessageFlag.COMPONENTS_V2)
    _forbid_legacy(body, is_v2=is_v2)
    if "flags" in body:
        draft.flags = flags
    if "attachments" in body or files:
        draft.attachments = _attachments(body, files)
    if "content" in body:
        draft.content = body["content"].text(MAX_CONTENT) or ""
    if "embeds" in body:
        kept = {attachment.filename for attachment in message.attachments}
        draft.embeds = read_embeds(body["embeds"], kept | _names(draft.attachments or [], files))
    if "components" in body:
        draft.components = read_components(body["components"], is_v2=is_v2)
    body.form.settle()
    return draft


def field_of(body: object) -> Field:
    """A cursor at the root of a body."""
    return Field(Form(), body)
