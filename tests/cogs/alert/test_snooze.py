"""Snooze by select and by emoji: until when, by whom, and how it ends."""

from datetime import timedelta

from bot.domain.alert.alert import Alert
from bot.domain.alert.quiet import QuietKind
from tests.cogs.stage import Stage, find

BELL = "🔕"
KEY = "one cause"


def is_snoozed(alert: Alert) -> bool:
    return QuietKind.SNOOZE in alert.quiet_kinds


async def test_behind_more_one_picks_how_long_and_ends_it_there(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    more = (await responder.click(message_id, stage.on(message_id, "more")))["message"]
    told = await responder.click(more["id"], find(more, "snooze"), ["worse"])
    assert is_snoozed(await stage.alert(alert_id))
    assert "🔕 Snoozed until it gets worse by <@" in told["message"]["embeds"][0]["description"]
    await stage.post_all()
    assert "🔕 Snoozed until it gets worse" in stage.shown(message_id)["embeds"][0]["description"]
    refused = await responder.click(more["id"], find(told["message"], "snooze"), ["over"])
    assert refused
    assert not is_snoozed(await stage.alert(alert_id))


async def test_a_visitor_may_not_snooze(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    visitor = stage.person("visitor")
    more = (await visitor.click(message_id, stage.on(message_id, "more")))["message"]
    assert "🔒" in (await visitor.click(more["id"], find(more, "snooze"), ["30m"]))["content"]
    assert not is_snoozed(await stage.alert(alert_id))


async def test_a_struck_bell_snoozes_for_half_an_hour_and_its_end_ends_that(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    before = stage.desk.clock.now()
    responder.react(message_id, BELL)
    await stage.when(alert_id, is_snoozed)
    held = await stage.desk.storage.read(lambda tx: tx.quiet_reasons.of([alert_id]))
    (reason,) = held[alert_id]
    assert reason.until is not None
    assert timedelta(minutes=30) <= reason.until - before < timedelta(minutes=31)
    assert reason.by.ident == str(responder.member.user.id)
    responder.react(message_id, BELL, on=False)
    await stage.when(alert_id, lambda alert: not is_snoozed(alert))


async def test_a_group_is_snoozed_as_a_whole_and_says_so(stage: Stage) -> None:
    await stage.share_cards()
    first, second = await stage.fire("a", group_key=KEY), await stage.fire("b", group_key=KEY)
    message_id = (await stage.post_all())["group:1"]
    responder = stage.person("responder")
    await responder.click(message_id, stage.on(message_id, "group-snooze"), ["2h"])
    assert is_snoozed(await stage.alert(first))
    assert is_snoozed(await stage.alert(second))
    assert "🔕 2 of 2 snoozed, until <t:" in stage.shown(message_id)["embeds"][0]["description"]
    await responder.click(message_id, stage.on(message_id, "group-snooze"), ["over"])
    assert not is_snoozed(await stage.alert(first))
