"""Action items, for programs: what was promised after incidents, and that it is done."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.incident.action import Action, parse_ref
from bot.domain.incident.incident import format_ref as format_incident
from bot.domain.incident.incident import parse_ref as parse_incident
from bot.ingress.api.answer import Doer, Nothing, SomeWords, Text, show_actor_or_none
from bot.ingress.api.incident_view import UserId, person_or_none
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.incident import action as actions
from bot.usecases.incident import action_program


class NewPromise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is promised; ``owner`` is a Discord user's id, ``owner_name`` how they are called in the log.

    The owner is reminded in the incident's thread when ``due_at`` has come.
    """

    text: SomeWords
    owner: UserId = ""
    owner_name: Text = ""
    due_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class ActionItem(msgspec.Struct, frozen=True, kw_only=True):
    """A promise as it stands."""

    ref: str
    incident: str
    text: str
    owner: Doer | None
    due_at: datetime | None
    done_at: datetime | None
    done_by: Doer | None


class ActionItems(msgspec.Struct, frozen=True):
    """What is not done, the most urgent first."""

    actions: tuple[ActionItem, ...]


async def _list(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(ActionItems(tuple(_show(each) for each in await actions.waiting(caller.desk))))


async def _add(caller: Caller, asked: NewPromise) -> ApiReply:
    added = await action_program.promise(
        caller.desk,
        parse_incident(caller.ref),
        actor=caller.actor,
        text=asked.text,
        owner=person_or_none(asked.owner, asked.owner_name),
        due_at=asked.due_at,
    )
    return ApiReply(_show(added))


async def _finish(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(
        _show(await action_program.finish(caller.desk, parse_ref(caller.ref), actor=caller.actor))
    )


async def _reopen(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(
        _show(await action_program.reopen(caller.desk, parse_ref(caller.ref), actor=caller.actor))
    )


def _show(each: Action) -> ActionItem:
    return ActionItem(
        ref=each.ref,
        incident=format_incident(each.incident_id),
        text=each.text,
        owner=show_actor_or_none(each.owner),
        due_at=each.due_at,
        done_at=each.done_at,
        done_by=show_actor_or_none(each.done_by),
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/actions",
        scope=Scope.INCIDENTS_READ,
        summary="Action items that are not done, the most urgent first",
        takes=Nothing,
        act=_list,
        answers={200: ActionItems},
    ),
    Route(
        method="POST",
        path="/v1/incidents/{ref}/actions",
        scope=Scope.INCIDENTS_WRITE,
        summary="Promise something; saying the same again changes nothing",
        takes=NewPromise,
        act=_add,
        answers={200: ActionItem},
    ),
    Route(
        method="POST",
        path="/v1/actions/{ref}/done",
        scope=Scope.INCIDENTS_WRITE,
        summary="An action item is done",
        takes=Nothing,
        act=_finish,
        answers={200: ActionItem},
    ),
    Route(
        method="POST",
        path="/v1/actions/{ref}/reopen",
        scope=Scope.INCIDENTS_WRITE,
        summary="It was not done after all",
        takes=Nothing,
        act=_reopen,
        answers={200: ActionItem},
    ),
)
