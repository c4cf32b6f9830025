"""Reference: what a command names, by refs or by links to messages, looked up before the command runs.

Links are spelled as refs where they stand, so that no command has to know of them; and whoever may not see
what is named learns nothing, not even what a link leads to.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from bot.domain.errors import InvalidInputError
from bot.domain.jump_link import MAX_NAMED, demand_few, parse_link, split
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.admin import audience
from bot.usecases.outbox import jump
from cogs import subject
from cogs.interaction import InteractionContext

SEVERAL: Final = frozenset(
    {
        *("alert ack", "alert unack", "alert claim", "alert release", "alert resolve", "alert retry"),
        *("alert note", "alert snooze", "incident link", "incident unlink"),
    }
)
"""Commands whose ``alert`` may be several."""
_WANTED: Final = {
    "alert": Subject.ALERT,
    "incident": Subject.INCIDENT,
    "into": Subject.INCIDENT,
    "recurrence": Subject.RECURRENCE,
    "action": Subject.ACTION,
}
_GROUP: Final = re.compile(r"g-?(\d{1,18})", re.ASCII | re.IGNORECASE)
_NAMED: Final = 5


async def admit_named(context: InteractionContext, command: str) -> None:
    """Let pass a member who sees what the command names, and spell it as refs.

    Of several that are named it is enough to see one; the others are in ``context.unseen``.

    Raises:
        InvalidInputError: something is no ref, or a link leads to nothing that they see.
        NotFoundError, ConflictError, NotDurableError: see `InteractionContext.admit`.
    """
    await context.admit()
    for part in _parts(context):
        name, value = part["name"], part["value"]
        read = subject.OPTIONS.get(name)
        if read is None or not isinstance(value, str) or not value.strip():
            continue
        if name not in _WANTED:
            await context.admit(read(value))
        elif name == "alert" and command in SEVERAL:
            part["value"] = ", ".join(await _several(context, value))
        else:
            part["value"] = await spelled(context, value, _WANTED[name])
            await context.admit(read(part["value"]))


async def resolve(context: InteractionContext, text: str, wanted: Subject) -> list[SubjectRef] | None:
    """What a link leads to, as far as the person sees it; None when the text is no link.

    Raises:
        InvalidInputError: that is nothing.
    """
    link = parse_link(text)
    if link is None:
        return None
    found = await context.within_deadline(jump.subjects(context.bot_context.desk, link, wanted))
    seen = await context.visible(found)
    if not seen:
        raise InvalidInputError("link", f"leads to no {wanted.value} on this desk that you see")
    return seen


async def spelled(context: InteractionContext, text: str, wanted: Subject) -> str:
    """The ref of what a link leads to; the text itself when it is no link.

    Raises:
        InvalidInputError: it leads to nothing of the kind, or to several.
    """
    found = await resolve(context, text, wanted)
    if found is None:
        return text.strip()
    if len(found) > 1:
        some = ", ".join(audience.ref_of(each) for each in found[:_NAMED])
        more = " …" if len(found) > _NAMED else ""
        raise InvalidInputError("link", f"stands for {len(found)} of them; name one: {some}{more}")
    return audience.ref_of(found[0])


async def _several(context: InteractionContext, text: str) -> list[str]:
    named: dict[SubjectRef, None] = {}
    for part in split(text):
        found = await resolve(context, part, Subject.ALERT)
        group = _GROUP.fullmatch(part)
        if found is not None:
            named |= dict.fromkeys(found)
        elif group is not None:
            named |= dict.fromkeys(await _of_group(context, int(group[1])))
        else:
            named[subject.OPTIONS["alert"](part)] = None
    demand_few(len(named))
    seen = await context.visible(named)
    context.unseen = tuple(each for each in named if each not in seen)
    await context.admit(*(seen or named))
    return [audience.ref_of(each) for each in seen]


async def _of_group(context: InteractionContext, group_id: int) -> list[SubjectRef]:
    group = SubjectRef(Subject.GROUP, group_id)
    await context.admit(group)
    found = await context.within_deadline(jump.group_alerts(context.bot_context.desk, group_id))
    if not found:
        raise InvalidInputError("alert", f"nothing in {audience.ref_of(group)} is open")
    if len(found) > MAX_NAMED:
        raise InvalidInputError(
            "alert", f"the group has {len(found)} open alerts, at most {MAX_NAMED} at once; use its buttons"
        )
    return found


def _parts(context: InteractionContext) -> Iterator[dict[str, Any]]:
    """The options of a command as they came, without what is still being typed."""
    data: dict[str, Any] = dict(context.interaction.data or {})
    parts: list[dict[str, Any]] = list(data.get("options", ()))
    while parts:
        part = parts.pop(0)
        parts += part.get("options", ())
        if "value" in part and not part.get("focused"):
            yield part
