"""Green means fixed: what a sender no longer speaks of goes quiet, and what matters stays open."""

from datetime import timedelta

import pytest

from bot.cards.alert.alert import render
from bot.cards.card import Button
from bot.cards.ids import Verb
from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.usecases.alert import button, lapse, retry
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from tests.senders import ANNA, BEN, add_source, firing, resolved, submission
from tests.usecases.crisis import escalate

HALF = timedelta(minutes=30)


@pytest.fixture
async def source(desk: Desk) -> Source:
    return await add_source(desk, "cron", silence=HALF)


async def fire(desk: Desk, source: Source, severity: Severity = Severity.WARNING) -> None:
    await take_in(desk, [submission(source, firing("Backup", severity))])


async def shown(desk: Desk, alert_id: int = 1) -> str:
    card = render((await alert_query.find(desk, alert_id)).view)
    labels = [part.label for row in card.rows for part in row if isinstance(part, Button)]
    return f"{card.content} {card.embeds[0].description} {labels}"


async def test_a_quiet_alert_is_neither_green_nor_resolved(
    desk: Desk, source: Source, clock: ManualClock
) -> None:
    await fire(desk, source)
    clock.advance(HALF)
    assert await lapse.end_silent(desk) == 1
    told = await shown(desk)
    assert "⚪ QUIET WARNING" in told
    assert "No word for 30 min, nobody confirmed" in told
    assert "It is over" in told
    assert "Still broken" in told
    assert "resolved" not in told.lower()
    assert "✅" not in told
    [known] = await desk.storage.read(
        lambda tx: tx.run_raw("SELECT resolves, self_resolves, resolve_us FROM recurrence").all()
    )
    assert tuple(known) == (0, 0, 0)


async def test_what_people_say_of_it_counts(desk: Desk, source: Source, clock: ManualClock) -> None:
    await fire(desk, source)
    clock.advance(HALF)
    await lapse.end_silent(desk)
    broken = await button.press(desk, Verb.REOPEN, 1, actor=ANNA)
    assert (broken.view.alert.state, broken.view.alert.loud_since) == (State.NEW, clock.now())
    rings = await desk.storage.read(lambda tx: tx.run_raw("SELECT reason FROM ring WHERE run = 2").all())
    assert [each.reason for each in rings] == ["still_broken"]
    clock.advance(10 * HALF)
    assert await lapse.end_silent(desk) == 0
    await alerts.resolve(desk, 1, actor=ANNA)
    await fire(desk, source)
    clock.advance(HALF)
    await lapse.end_silent(desk)
    over = await button.press(desk, Verb.CONFIRM, 1, actor=BEN)
    assert (over.view.alert.expired, over.view.alert.resolved_by) == (False, BEN)
    assert "✅ RESOLVED" in await shown(desk)


async def test_its_sender_may_confirm_later(desk: Desk, source: Source, clock: ManualClock) -> None:
    await fire(desk, source)
    clock.advance(HALF)
    await lapse.end_silent(desk)
    await take_in(desk, [submission(source, resolved("Backup"))])
    alert = (await alert_query.find(desk, 1)).view.alert
    assert (alert.expired, str(alert.resolved_by)) == (False, "source:cron")


@pytest.mark.parametrize("what", ["critical", "acked", "claimed", "failed", "incident", "given back"])
async def test_what_matters_never_ends_by_itself(
    desk: Desk, source: Source, clock: ManualClock, what: str
) -> None:
    await fire(desk, source, Severity.CRITICAL if what == "critical" else Severity.WARNING)
    match what:
        case "acked":
            await alerts.acknowledge(desk, 1, actor=ANNA)
        case "claimed":
            await alerts.claim(desk, 1, actor=ANNA, lease=3 * HALF)
        case "failed":
            await alerts.claim(desk, 1, actor=ANNA)
            await retry.fail(desk, 1, actor=ANNA)
        case "incident":
            await escalate(desk, 1)
            if (await alert_query.find(desk, 1)).view.alert.state is State.ACKED:
                await alerts.unacknowledge(desk, 1, actor=ANNA)
        case "given back":
            await alerts.acknowledge(desk, 1, actor=ANNA)
    clock.advance(HALF * 2)
    if what == "given back":
        await alerts.unacknowledge(desk, 1, actor=ANNA)
    assert await lapse.end_silent(desk) == 0
    assert (await alert_query.find(desk, 1)).view.alert.state.open
    if what == "incident":
        await fire(desk, source)
        assert (await alert_query.find(desk, 1)).view.alert.occurrences == 2
