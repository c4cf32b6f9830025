"""Emoji on cards: while the bot listens, and while it did not."""

from typing import Any

import pytest

from bot import metrics
from bot.delivery.bot_view import BotView
from bot.domain.alert.alert import State
from bot.domain.errors import NotDurableError
from bot.sandbox.control.place import give_roles
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.reaction import missed as absence
from bot.usecases.reaction import reaction as reactions
from bot.usecases.reaction.reaction import ACK, CLAIM
from cogs import reconciliation
from cogs.reconciliation import Reconciliation
from tests.cogs.stage import Json, Stage
from tests.waiting import until

ACKED = State.ACKED


async def test_a_check_mark_acknowledges_and_taking_it_away_takes_it_back(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    responder.react(message_id, ACK)
    alert = await stage.when(alert_id, lambda alert: alert.state is ACKED)
    assert alert.owner is not None
    assert (alert.owner.ident, alert.owner.name) == (str(responder.member.user.id), "Responder")
    responder.react(message_id, ACK, on=False)
    await stage.when(alert_id, lambda alert: alert.state is State.NEW)


async def test_eyes_claim_and_taking_them_away_releases(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    stage.person("responder").react(message_id, CLAIM)
    await stage.when(alert_id, lambda alert: alert.state is State.PROCESSING)
    stage.person("responder").react(message_id, CLAIM, on=False)
    await stage.when(alert_id, lambda alert: alert.state is State.NEW)


async def test_an_emoji_set_and_taken_away_at_once_ends_as_nothing(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    for _ in range(5):
        responder.react(message_id, ACK)
        responder.react(message_id, ACK, on=False)
    await stage.until_acted(alert_id, 10)
    assert (await stage.alert(alert_id)).state is State.NEW
    assert [action for action, _ in await stage.actions(alert_id)] == ["ack", "unack"] * 5


async def test_a_visitors_emoji_changes_nothing_and_cannot_be_taken_back(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    stage.person("visitor").react(message_id, ACK)
    stage.person("visitor").react(message_id, ACK, on=False)
    stage.person("responder").react(message_id, CLAIM)
    await stage.when(alert_id, lambda alert: alert.state is State.PROCESSING)
    await stage.bot.bot_context.empty(2)
    assert [action for action, _ in await stage.actions(alert_id)] == ["claim"]


async def test_a_visitors_emoji_is_wiped_where_the_bot_may(stage: Stage) -> None:
    _, message_id = await stage.raise_card()
    await stage.allow_bot("MANAGE_MESSAGES")
    stage.person("visitor").react(message_id, ACK)
    await until(lambda: not stage.shown(message_id)["reactions"])


async def test_who_may_not_is_told_so_once_a_message_where_the_emoji_has_to_stay(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    visitor = stage.person("visitor")
    visitor.react(message_id, ACK)

    def said() -> list[Json]:
        replies = stage.sandbox.messages(stage.channel_id)
        return [each for each in replies if "does nothing." in each["content"]]

    await until(said)
    visitor.react(message_id, CLAIM)
    await stage.bot.bot_context.empty(2)
    await stage.reconciled()
    (reply,) = said()
    assert reply["message_reference"]["message_id"] == str(message_id)
    assert reply["content"].startswith(
        f"<@{visitor.member.user.id}> 🔒 To act on alerts you need the role <@&"
    )
    assert reply["content"].endswith(" Your ✅ does nothing.")
    assert not any(reply["sandbox"]["pinged"][each] for each in ("users", "roles", "everyone")), (
        "nobody's device rings for it"
    )
    assert (await stage.alert(alert_id)).state is State.NEW
    _, other = await stage.raise_card("Disk")
    visitor.react(other, ACK)
    await until(lambda: len(said()) == 2)


async def test_other_emoji_and_other_messages_mean_nothing(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    said = responder.say("look", stage.channel_id)
    responder.react(said["id"], ACK)
    responder.react(message_id, "🎉")
    responder.react(message_id, CLAIM)
    await stage.when(alert_id, lambda alert: alert.state is State.PROCESSING)
    await stage.bot.bot_context.empty(2)
    assert [action for action, _ in await stage.actions(alert_id)] == ["claim"]


async def test_nobody_takes_back_what_somebody_else_did(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    operator = stage.person("operator")
    stage.person("responder").react(message_id, ACK)
    await stage.when(alert_id, lambda alert: alert.state is ACKED)
    conflicts = metrics.ACTIONS.labels("emoji_ack", "conflict")._value
    before = conflicts.get()
    operator.react(message_id, ACK)
    operator.react(message_id, ACK, on=False)
    await until(lambda: conflicts.get() == before + 2)
    assert (await stage.alert(alert_id)).state is ACKED


async def test_an_event_that_comes_twice_counts_once(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    stage.sandbox.mischief.arm(Rule(effect=Effect.DOUBLE_EVENT, route="MESSAGE_REACTION_ADD"))
    stage.person("responder").react(message_id, ACK)
    await stage.when(alert_id, lambda alert: alert.state is ACKED)
    await stage.bot.bot_context.empty(2)
    assert [action for action, _ in await stage.actions(alert_id)] == ["ack"]


async def test_a_moderator_who_clears_all_emoji_takes_them_back(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await stage.allow_bot("MANAGE_MESSAGES")
    stage.person("responder").react(message_id, ACK)
    await stage.when(alert_id, lambda alert: alert.state is ACKED)
    await stage.message(message_id).clear_reactions()
    await stage.when(alert_id, lambda alert: alert.state is State.NEW)
    stage.person("responder").react(message_id, CLAIM)
    await stage.when(alert_id, lambda alert: alert.state is State.PROCESSING)
    await stage.message(message_id).clear_reaction(CLAIM)
    await stage.when(alert_id, lambda alert: alert.state is State.NEW)


async def test_an_emoji_on_a_card_whose_message_is_not_yet_known_waits_for_it(stage: Stage) -> None:
    alert_id = await stage.fire()
    message_id, settle = await stage.post_unsettled()
    stage.person("responder").react(message_id, ACK)
    await settle()
    await stage.when(alert_id, lambda alert: alert.state is ACKED)


async def test_an_emoji_heard_while_the_database_is_out_of_reach_counts_when_it_is_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id, message_id = await stage.raise_card()
    real, troubles = reactions.apply, [NotDurableError("locked"), NotDurableError("locked")]

    async def apply(*args: Any, **more: Any) -> tuple[reactions.Effect, str]:
        if troubles:
            raise troubles.pop()
        return await real(*args, **more)

    monkeypatch.setattr(reactions, "apply", apply)
    stage.person("responder").react(message_id, ACK)
    await stage.when(alert_id, lambda alert: alert.state is ACKED)


async def test_emoji_set_while_the_bot_was_down_are_applied_once_when_it_is_back(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await stage.stop_bot()
    stage.person("responder").react(message_id, ACK)
    await stage.start_bot()
    alert = await stage.when(alert_id, lambda alert: alert.state is ACKED)
    assert alert.owner is not None
    assert alert.owner.name == "Responder"
    await stage.stop_bot()
    await stage.start_bot()
    await stage.reconciled()
    assert [action for action, _ in await stage.actions(alert_id)] == ["ack"]


async def test_emoji_taken_away_while_the_bot_was_down_are_taken_back(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    stage.person("responder").react(message_id, ACK)
    await stage.when(alert_id, lambda alert: alert.state is ACKED)
    await stage.stop_bot()
    stage.person("responder").react(message_id, ACK, on=False)
    await stage.start_bot()
    await stage.when(alert_id, lambda alert: alert.state is State.NEW)


async def test_a_visitors_emoji_from_the_time_without_bot_changes_nothing(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await stage.stop_bot()
    stage.person("visitor").react(message_id, ACK)
    await stage.start_bot()
    await stage.reconciled()
    assert (await stage.alert(alert_id)).state is State.NEW


async def test_eyes_then_check_mark_of_the_time_without_bot_end_as_acknowledged(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await stage.stop_bot()
    for sign in (ACK, CLAIM):
        stage.person("responder").react(message_id, sign)
    await stage.start_bot()
    await stage.when(alert_id, lambda alert: alert.state is ACKED)
    assert [action for action, _ in await stage.actions(alert_id)] == ["claim", "ack"]


async def test_a_reaction_that_the_gateway_dropped_is_found_at_the_next_ready(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    stage.sandbox.mischief.arm(Rule(effect=Effect.DROP_EVENT, route="MESSAGE_REACTION_ADD", times=1))
    stage.person("responder").react(message_id, ACK)
    await stage.reconciled()
    assert (await stage.alert(alert_id)).state is ACKED


async def test_a_reaction_that_the_gateway_dropped_is_found_within_the_hour(stage: Stage) -> None:
    presence = BotView()
    await presence.tell_hour()  # nobody is there to hear it yet
    presence.meet(stage.bot)
    alert_id, message_id = await stage.raise_card()
    stage.sandbox.mischief.arm(Rule(effect=Effect.DROP_EVENT, route="MESSAGE_REACTION_ADD", times=1))
    stage.person("responder").react(message_id, ACK)
    await presence.tell_hour()
    await stage.when(alert_id, lambda alert: alert.state is ACKED)


async def test_who_sets_an_emoji_during_the_comparison_pushes_nobody_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id, message_id = await stage.raise_card()
    stage.person("responder").react(message_id, ACK)
    await stage.when(alert_id, lambda alert: alert.state is ACKED)
    real = reconciliation._standing

    def standing(*args: Any) -> Any:
        stage.person("operator").react(message_id, ACK)
        return real(*args)

    monkeypatch.setattr(reconciliation, "_standing", standing)
    await stage.reconciled()
    assert [action for action, _ in await stage.actions(alert_id)] == ["ack"]


async def test_one_call_reads_a_hundred_cards(stage: Stage) -> None:
    for number in range(20):
        await stage.raise_card(f"Alert{number}")
    before = len(stage.requests("GET", f"/channels/{stage.channel_id}/messages"))
    await stage.reconciled()
    assert len(stage.requests("GET", f"/channels/{stage.channel_id}/messages")) == before + 1


async def test_cards_far_apart_and_cards_that_are_gone_do_not_end_the_comparison(stage: Stage) -> None:
    first_id, first = await stage.raise_card("First")
    _, gone = await stage.raise_card("Gone")
    for number in range(150):
        stage.person("responder").say(f"word {number}", stage.channel_id)
    last_id, last = await stage.raise_card("Last")
    await stage.stop_bot()
    stage.person("operator").delete(gone)
    for message_id in (first, last):
        stage.person("responder").react(message_id, ACK)
    await stage.start_bot()
    for alert_id in (first_id, last_id):
        await stage.when(alert_id, lambda alert: alert.state is ACKED)


async def test_a_channel_out_of_reach_does_not_end_the_comparison(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await stage.stop_bot()
    stage.person("responder").react(message_id, ACK)
    rule = Rule(effect=Effect.FORBIDDEN, route="GET /channels/{c}/messages", times=1)
    stage.sandbox.mischief.arm(rule)
    await stage.start_bot()
    await until(stage.sandbox.mischief.hits)
    await stage.reconciled()
    assert (await stage.alert(alert_id)).state is ACKED
    assert isinstance(stage.bot.get_cog("Reconciliation"), Reconciliation)


async def test_who_lost_the_role_takes_nothing_back_and_is_not_asked_about_again(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    responder.react(message_id, ACK)
    await stage.when(alert_id, lambda alert: alert.state is ACKED)
    give_roles(stage.sandbox.world, responder.member, [])
    responder.react(message_id, ACK, on=False)
    user_id = responder.member.user.id
    await until(lambda: stage.requests("GET", f"/members/{user_id}"))
    await stage.bot.bot_context.empty(5)
    assert (await stage.alert(alert_id)).state is ACKED
    assert not await absence.is_set(stage.desk, message_id, user_id, ACK)
