"""``/alert``: everything that can be done to alerts by typing, and the entry in a message's menu."""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.alert.listing import ListFilter, ListScope
from bot.cards.alert.snooze import SPANS
from bot.cards.ids import Verb
from bot.domain.alert.alert import Alert, State, parse_ref
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.signal import Severity
from bot.domain.alert.verb import SNOOZE
from bot.domain.errors import InvalidInputError, TocsinError
from bot.domain.sight import Subject
from bot.domain.zone import words
from bot.usecases.admin import audience
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import retry as retries
from bot.usecases.alert import snooze as snoozes
from bot.usecases.alert.move import MAX_NOTE
from cogs.alert import listing
from cogs.alert.button import TASKS, tell
from cogs.alert.resolution import resolve_all
from cogs.alert.several import act_on_each, said
from cogs.alert.suggestion import suggest
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.reference import resolve
from cogs.rights import Capability
from cogs.time_input import read_due, read_span, snooze_end

_LONGEST_TYPED: Final = 120  # a link; what is searched for has to travel in a button, see `listing.show`

Click = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]
Note = app_commands.Range[str, 1, MAX_NOTE]
Span = app_commands.Range[str, 1, 40]

_STATES: Final = [app_commands.Choice(name=scope.value, value=scope.value) for scope in ListScope]
_SEVERITIES: Final = [app_commands.Choice(name=each.value, value=each.value) for each in reversed(Severity)]
_ACKABLE: Final = AlertFilter(states=(State.NEW, State.PROCESSING, State.FAILED))
_SNOOZES: Final = [app_commands.Choice(name=said, value=value) for value, said in SPANS.items()]
_WHICH: Final = "Which alert: pick one, type A-1042, or paste its card's link"
_WHICH_ONES: Final = "Which: pick one, or type A-2,A-3, a card's link, or G-4 for a group's open ones"


class AlertCommands(commands.GroupCog, group_name="alert", group_description="See alerts and act on them"):
    """The group; every answer is ephemeral, the card shows the change to everybody."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(name="list", description="Alerts that are open, or others")
    @app_commands.describe(
        state="Which states; open ones if nothing is said",
        severity="Only this severity",
        mine="Only those you took on",
        text="Words in the name, service, target or source; or refs, a card's link",
    )
    @app_commands.choices(state=_STATES, severity=_SEVERITIES)
    async def list_alerts(
        self,
        interaction: Click,
        state: str = ListScope.OPEN.value,
        severity: str | None = None,
        mine: bool = False,
        text: app_commands.Range[str, 0, _LONGEST_TYPED] = "",
    ) -> None:
        """``/alert list``."""
        context = InteractionContext.of(interaction)
        found = await resolve(context, text, Subject.ALERT)
        if found is not None:
            text = " ".join(audience.ref_of(each) for each in found)
        shown = ListFilter(
            scope=ListScope(state),
            severity=Severity(severity) if severity else None,
            owner_id=interaction.user.id if mine else 0,
            text=text.strip(),
        )
        await listing.show(context, shown)

    @app_commands.command(description="Everything about one alert")
    @app_commands.describe(alert=_WHICH)
    async def show(self, interaction: Click, alert: str) -> None:
        """``/alert show``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, listing.TASK)
        await tell(context, parse_ref(alert))

    @app_commands.command(description="Take alerts on")
    @app_commands.describe(
        alert=_WHICH_ONES,
        note="What the others should know",
        lasts="How long, such as 2h; yours goes on",
        until="When it ends instead: 18:00, tomorrow 9:00",
    )
    @app_commands.rename(lasts="for")
    async def ack(
        self, interaction: Click, alert: str, note: Note = "", lasts: Span = "", until: Span = ""
    ) -> None:
        """``/alert ack``."""
        context = _begin(interaction, Verb.ACK)
        span = await _lasting(context, lasts, until)
        desk = context.bot_context.desk
        await _act(
            context,
            alert,
            lambda each: alerts.acknowledge(desk, each, actor=context.actor, note=note, lasts=span),
            "acknowledged",
        )

    @app_commands.command(description="Let nobody be rung for alerts for a while")
    @app_commands.describe(alert=_WHICH_ONES, until="Pick one, or type 45 min, 18:00, tomorrow 9:00")
    @app_commands.rename(until="for")
    async def snooze(self, interaction: Click, alert: str, until: Span) -> None:
        """``/alert snooze``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.RESPOND, SNOOZE.task)
        desk = context.bot_context.desk
        zone = await context.zone()
        ends = snooze_end(until, desk.clock.now(), zone)
        await _act(
            context,
            alert,
            lambda each: snoozes.snooze(desk, each, actor=context.actor, until=ends),
            f"snoozed {SPANS.get(until) or _until(ends, zone)}",
        )

    @app_commands.command(description="Give acknowledged alerts back")
    @app_commands.describe(alert=_WHICH_ONES)
    async def unack(self, interaction: Click, alert: str) -> None:
        """``/alert unack``."""
        context = _begin(interaction, Verb.UNACK)
        await _act(
            context,
            alert,
            lambda each: alerts.unacknowledge(context.bot_context.desk, each, actor=context.actor),
            "waits for somebody again",
            "given back",
        )

    @app_commands.command(description="Say that you are looking at alerts")
    @app_commands.describe(alert=_WHICH_ONES)
    async def claim(self, interaction: Click, alert: str) -> None:
        """``/alert claim``."""
        context = _begin(interaction, Verb.CLAIM)
        await _act(
            context,
            alert,
            lambda each: alerts.claim(context.bot_context.desk, each, actor=context.actor),
            "claimed",
        )

    @app_commands.command(description="End your claim on alerts")
    @app_commands.describe(alert=_WHICH_ONES)
    async def release(self, interaction: Click, alert: str) -> None:
        """``/alert release``."""
        context = _begin(interaction, Verb.RELEASE)
        await _act(
            context,
            alert,
            lambda each: alerts.release(context.bot_context.desk, each, actor=context.actor),
            "released",
        )

    @app_commands.command(description="Say that it is over")
    @app_commands.describe(alert=_WHICH_ONES, note="What it was, what helped")
    async def resolve(self, interaction: Click, alert: str, note: Note = "") -> None:
        """``/alert resolve``."""
        context = _begin(interaction, Verb.RESOLVE)
        await resolve_all(context, alert, note)

    @app_commands.command(description="Have alerts that programs gave up tried again")
    @app_commands.describe(alert=_WHICH_ONES)
    async def retry(self, interaction: Click, alert: str) -> None:
        """``/alert retry``."""
        context = _begin(interaction, Verb.RETRY)
        await _act(
            context,
            alert,
            lambda each: retries.retry(context.bot_context.desk, each, actor=context.actor),
            "waits for another try",
            "given another try",
        )

    @app_commands.command(description="Write a note that everybody sees on the card")
    @app_commands.describe(alert=_WHICH_ONES, text="The note")
    async def note(self, interaction: Click, alert: str, text: Note) -> None:
        """``/alert note``."""
        context = _begin(interaction, Verb.NOTE)
        await _act(
            context,
            alert,
            lambda each: alerts.annotate(context.bot_context.desk, each, actor=context.actor, note=text),
            "has your note",
            "noted",
        )

    @snooze.autocomplete("until")
    async def _suggest_end(self, interaction: Click, typed: str) -> Choices:
        fitting = [each for each in _SNOOZES if typed.strip().lower() in each.name]
        context = InteractionContext.of(interaction)
        try:
            zone = await context.zone()
            ends = snooze_end(typed, context.bot_context.desk.clock.now(), zone)
        except TocsinError:
            return fitting
        return [*fitting, app_commands.Choice(name=_until(ends, zone), value=typed)]

    @ack.autocomplete("alert")
    async def _suggest_ackable(self, interaction: Click, typed: str) -> Choices:
        return await suggest(interaction, typed, _ACKABLE)

    @claim.autocomplete("alert")
    async def _suggest_new(self, interaction: Click, typed: str) -> Choices:
        return await suggest(interaction, typed, AlertFilter(states=(State.NEW,)))

    @unack.autocomplete("alert")
    async def _suggest_acked(self, interaction: Click, typed: str) -> Choices:
        return await suggest(interaction, typed, AlertFilter(states=(State.ACKED,)))

    @release.autocomplete("alert")
    async def _suggest_claimed(self, interaction: Click, typed: str) -> Choices:
        return await suggest(interaction, typed, AlertFilter(states=(State.PROCESSING,)))

    @retry.autocomplete("alert")
    async def _suggest_failed(self, interaction: Click, typed: str) -> Choices:
        return await suggest(interaction, typed, AlertFilter(states=(State.FAILED,)))

    @resolve.autocomplete("alert")
    @snooze.autocomplete("alert")
    async def _suggest_open(self, interaction: Click, typed: str) -> Choices:
        return await suggest(interaction, typed, OPEN_ALERTS)

    @show.autocomplete("alert")
    @note.autocomplete("alert")
    async def _suggest_any(self, interaction: Click, typed: str) -> Choices:
        return await suggest(interaction, typed, AlertFilter())


def _begin(interaction: Click, verb: Verb) -> InteractionContext:
    context = InteractionContext.of(interaction)
    context.demand(Capability.RESPOND, TASKS[verb])
    return context


async def _lasting(context: InteractionContext, lasts: str, until: str) -> timedelta | None:
    """How long an acknowledgement lasts, as long as somebody said it in one way."""
    if lasts and until:
        raise InvalidInputError("until", "say either for how long or until when")
    if not until:
        return read_span(lasts) if lasts else None
    now = context.bot_context.desk.clock.now()
    ends = read_due(until, now, await context.zone(), field="until")
    return None if ends is None else ends - now


def _until(ends: datetime | None, zone: ZoneInfo) -> str:
    return "until it gets worse" if ends is None else f"until {words(ends, zone)}"


async def _act(
    context: InteractionContext,
    text: str,
    act: Callable[[int], Coroutine[Any, Any, Alert]],
    what: str,
    done: str = "",
) -> None:
    """Do it to each; ``what`` is said of one, ``done`` of several where that is another word."""

    async def do(alert_id: int) -> str:
        return said(await act(alert_id), what)

    await act_on_each(context, text, do, done or what)
