"""Work items, for programs: look at the plan, note that it was checked, hand it over.

A preview writes nothing, a dry run its own history and nothing else; neither changes an alert or an incident,
nor does a hand-over.
"""

from typing import Any, Final

import msgspec

from bot.domain import actor as actors
from bot.domain.access.token import Scope
from bot.domain.actor import Actor
from bot.domain.errors import InvalidInputError, StandingError
from bot.domain.recurrence.recurrence import format_ref, parse_ref
from bot.domain.recurrence.work import Check, HandoffKind, WorkMode
from bot.domain.snowflake import is_snowflake
from bot.ingress.api.answer import SomeWords, Text, Words
from bot.ingress.api.recurrence import PATH
from bot.ingress.api.recurrence_view import HandoffAnswer, WorkItem, show_handoff, show_work_item
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.recurrence import work
from bot.usecases.recurrence.work import Preview

UNTOUCHED: Final = ("alerts", "incidents", "runs", "recurrences")
"""What neither a preview nor a dry run nor a hand-over changes."""


class WorkQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``id`` is the work item's (W-12) or its recurrence's (R-12).

    With ``mode`` or ``provider`` it is refused unless that is its mode, or its source's provider.
    """

    id: SomeWords
    mode: WorkMode | None = None
    provider: Text = ""


class NewHandoff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A proposal for a ticket, or (``manual``) the work itself for a person.

    ``assignee`` is a Discord user id with an ``assignee_name`` for people to read; without one whoever hands
    over keeps it.
    """

    id: SomeWords
    kind: HandoffKind
    mode: WorkMode | None = None
    provider: Text = ""
    assignee: Text = ""
    assignee_name: Text = ""
    note: Words = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan as it would be carried out now; ``ready`` when all checks pass.

    ``title`` and ``proposal`` (Markdown) are what a ticket would begin with.
    """

    work_item: WorkItem
    recurrence: str
    steps: tuple[str, ...]
    checks: tuple[Check, ...]
    ready: bool
    title: str
    proposal: str
    provider: str
    untouched: tuple[str, ...] = UNTOUCHED


class Checked(Plan, frozen=True, kw_only=True):
    """A plan that was written down as checked; ``check_id`` is its number."""

    check_id: int


async def _preview(caller: Caller, asked: WorkQuery) -> ApiReply:
    return ApiReply(Plan(**_fields(await _expected(caller, asked))))


async def _dry_run(caller: Caller, asked: WorkQuery) -> ApiReply:
    await _expected(caller, asked)
    done = await work.dry_run(caller.desk, parse_ref(asked.id), actor=caller.actor)
    return ApiReply(Checked(**_fields(done.preview), check_id=done.check_id))


async def _hand_over(caller: Caller, asked: NewHandoff) -> ApiReply:
    await _expected(caller, asked)
    handed = await work.hand_over(
        caller.desk,
        parse_ref(asked.id),
        asked.kind,
        actor=caller.actor,
        assignee=_read_person(asked.assignee, asked.assignee_name) if asked.assignee else None,
        note=asked.note,
    )
    return ApiReply(show_handoff(handed), 201)


async def _expected(caller: Caller, asked: WorkQuery | NewHandoff) -> Preview:
    """The plan, if it is of the mode and provider that the caller means."""
    found = await work.preview(caller.desk, parse_ref(asked.id))
    if asked.mode is not None and asked.mode is not found.item.mode:
        raise StandingError(
            f"{found.item.ref} is {found.item.mode}, not {asked.mode}.", state=found.item.mode
        )
    if asked.provider not in {"", found.provider}:
        raise InvalidInputError("provider", f"{found.item.ref} is of {found.provider or 'a removed source'}")
    return found


def _read_person(user_id: str, name: str) -> Actor:
    if not is_snowflake(user_id):
        raise InvalidInputError("assignee", "must be the id of a Discord user, in digits")
    return actors.person(int(user_id), name or user_id)


def _fields(preview: Preview) -> dict[str, Any]:
    return {
        "work_item": show_work_item(preview.item),
        "recurrence": format_ref(preview.recurrence.id),
        "steps": preview.steps,
        "checks": preview.checks,
        "ready": preview.ready,
        "title": preview.title,
        "proposal": preview.proposal,
        "provider": preview.provider,
    }


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path=f"{PATH}/work-item/preview",
        scope=Scope.RECURRENCE_READ,
        summary="The plan and its checks; writes nothing",
        takes=WorkQuery,
        act=_preview,
        answers={200: Plan},
    ),
    Route(
        method="POST",
        path=f"{PATH}/work-item/dry-run",
        scope=Scope.RECURRENCE_WRITE,
        summary="The same, and a line in the history of checks",
        takes=WorkQuery,
        act=_dry_run,
        answers={200: Checked},
    ),
    Route(
        method="POST",
        path=f"{PATH}/work-item/handoff",
        scope=Scope.RECURRENCE_WRITE,
        summary="Write down a ticket proposal, or that a person has it now",
        takes=NewHandoff,
        act=_hand_over,
        answers={201: HandoffAnswer},
    ),
)
