"""Ack end: the two buttons of the message that reminds an owner that their acknowledgement ends soon."""

from collections.abc import Callable, Coroutine
from types import MappingProxyType
from typing import Any, Final, Protocol

from bot.cards import answer
from bot.cards.alert.ring import ALL
from bot.cards.ids import CustomId, Verb
from bot.cards.style import some
from bot.domain.actor import Actor
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert
from bot.domain.errors import InvalidInputError
from bot.domain.snowflake import is_snowflake
from bot.usecases.alert import ack_end
from bot.usecases.desk import Desk
from cogs.interaction import InteractionContext
from cogs.press import Act, Acts
from cogs.rights import Capability

_MAX_RUN: Final = 9  # digits


class _AckEndAnswer(Protocol):
    def __call__(
        self, desk: Desk, alert_id: int, *, run: int, actor: Actor, for_others: bool
    ) -> Coroutine[Any, Any, Alert]: ...


class _AllAnswer(Protocol):
    def __call__(
        self, desk: Desk, lead_id: int, *, actor: Actor, for_others: bool
    ) -> Coroutine[Any, Any, int]: ...


def _answering(
    task: str, give: _AckEndAnswer, say: Callable[[Alert], str], give_all: _AllAnswer, said: str
) -> Act:
    """The act of a button: its owner says so, or whoever manages the desk."""

    async def act_on_all(context: InteractionContext, lead_id: int) -> None:
        work = give_all(
            context.bot_context.desk,
            lead_id,
            actor=context.actor,
            for_others=context.bot_context.rights.allows(context.member, Capability.MANAGE),
        )
        done = await context.defer_if_slow(work, thinking=True)
        await context.reply_ephemeral(answer.done(f"{some(done, 'alert')} {said}"))

    async def act(context: InteractionContext, which: CustomId) -> None:
        context.demand(Capability.RESPOND, task)
        if which.extra.startswith(ALL) and is_snowflake(which.extra.removeprefix(ALL)):
            await act_on_all(context, int(which.extra.removeprefix(ALL)))
            return
        if not (which.extra.isascii() and which.extra.isdecimal() and len(which.extra) <= _MAX_RUN):
            raise InvalidInputError("custom_id", "names no run")
        work = give(
            context.bot_context.desk,
            which.number,
            run=int(which.extra),
            actor=context.actor,
            for_others=context.bot_context.rights.allows(context.member, Capability.MANAGE),
        )
        await context.reply_ephemeral(answer.done(say(await context.defer_if_slow(work, thinking=True))))

    return act


def _prolonged(alert: Alert) -> str:
    holder = alert.owner.mention if alert.owner else "nobody"
    until = f", until {alert.ack_until:%Y-%m-%d %H:%M} UTC" if alert.ack_until else ""
    return f"{alert.ref} stays with {holder}{until}"


def _given_back(alert: Alert) -> str:
    return f"{alert.ref} was given back; it waits for somebody again"


PRESSES: Final[Acts] = MappingProxyType(
    {
        Verb.STILL_ON_IT: _answering(
            verbs.PROLONG.task,
            ack_end.prolong,
            _prolonged,
            ack_end.prolong_all,
            "stay with whoever has them, for as long again",
        ),
        Verb.GIVE_BACK: _answering(
            verbs.UNACK.task,
            ack_end.give_back,
            _given_back,
            ack_end.give_back_all,
            "given back; now they wait for somebody",
        ),
    }
)
