"""Who is expected and does not speak has an alert; whatever it sends next ends it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.signal import Severity, Signal
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.usecases.admin import expectation, own
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.intake.submission import Receipt
from tests.conftest import START
from tests.senders import ANNA, Send, firing, submission

EVERY = timedelta(minutes=5)


async def open_alerts(desk: Desk) -> list[Alert]:
    return await desk.storage.read(lambda tx: tx.alerts.listing(desk.project.id, OPEN_ALERTS))


async def look(desk: Desk) -> int:
    return await expectation.look(desk, up_since=START)


async def speak(desk: Desk, source: Source, signal: Signal) -> Receipt:
    sent = submission(source, signal)
    envelope = replace(sent.envelope, received_at=desk.clock.now())
    (receipt,) = await take_in(desk, [replace(sent, envelope=envelope)])
    return receipt


async def test_a_silent_source_has_one_alert_until_it_speaks(
    desk: Desk, source: Source, clock: ManualClock
) -> None:
    await expectation.expect(desk, source.name, every=EVERY, actor=ANNA)
    clock.advance(timedelta(minutes=5, seconds=59))
    assert await look(desk) == 0
    clock.advance(timedelta(seconds=1))
    assert await look(desk) == 1
    assert await look(desk) == 0
    (alert,) = await open_alerts(desk)
    assert (alert.name, alert.target, alert.severity) == ("SourceSilent", "prod", Severity.CRITICAL)
    assert "expected every 0:05:00 and was last heard never" in alert.summary
    pulse = await speak(desk, source, firing("Watchdog", Severity.INFO))
    assert pulse.alerts[0].state == "pulse"
    assert await look(desk) == 1
    assert await open_alerts(desk) == []
    events = await desk.storage.read(lambda tx: tx.run_raw("SELECT verdict FROM event ORDER BY id").all())
    assert [row.verdict for row in events].count("pulse") == 1


async def test_a_pulse_opens_nothing_and_makes_no_card(desk: Desk, send: Send) -> None:
    receipt = await send(
        firing("Watchdog"), firing("Ping", labels={"tocsin_pulse": "true"}), firing("Disk", labels={"a": "b"})
    )
    assert [each.ref for each in receipt.alerts] == ["", "", "A-1"]
    assert [each.name for each in await open_alerts(desk)] == ["Disk"]


async def test_what_a_person_resolved_is_left_alone_for_an_hour(
    desk: Desk, source: Source, clock: ManualClock
) -> None:
    await expectation.expect(desk, source.name, every=EVERY, grace=timedelta(0), actor=ANNA)
    clock.advance(EVERY)
    assert await look(desk) == 1
    (alert,) = await open_alerts(desk)
    await alerts.resolve(desk, alert.id, actor=ANNA)
    clock.advance(own.PATIENCE)
    assert await look(desk) == 0
    clock.advance(timedelta(seconds=1))
    assert await look(desk) == 1


async def test_time_in_which_nobody_listened_is_nobodys_silence(
    desk: Desk, source: Source, clock: ManualClock
) -> None:
    await expectation.expect(desk, source.name, every=EVERY, grace=timedelta(0), actor=ANNA)
    clock.advance(timedelta(hours=5))
    assert await expectation.look(desk, up_since=clock.now()) == 0
    clock.advance(EVERY)
    assert await expectation.look(desk, up_since=clock.now() - EVERY) == 1


async def test_nobody_waits_any_more_and_the_alert_is_over(
    desk: Desk, source: Source, clock: ManualClock
) -> None:
    await expectation.expect(desk, source.name, every=EVERY, actor=ANNA)
    clock.advance(timedelta(hours=1))
    await look(desk)
    assert await expectation.expect(desk, source.name, every=None, actor=ANNA) is None
    over = await desk.storage.read(
        lambda tx: tx.alerts.listing(desk.project.id, AlertFilter(states=(State.RESOLVED,)))
    )
    assert [each.name for each in over] == ["SourceSilent"]
    assert await look(desk) == 0


async def test_what_cannot_be_expected_is_refused(desk: Desk, source: Source) -> None:
    for every in (timedelta(seconds=9), timedelta(days=367)):
        with pytest.raises(InvalidInputError, match="every"):
            await expectation.expect(desk, source.name, every=every, actor=ANNA)
    with pytest.raises(InvalidInputError, match="grace"):
        await expectation.expect(desk, source.name, every=EVERY, grace=timedelta(days=367), actor=ANNA)
    with pytest.raises(NotFoundError):
        await expectation.expect(desk, "nobody", every=EVERY, actor=ANNA)
    with pytest.raises(InvalidInputError, match="own source"):
        await expectation.expect(desk, "tocsin", every=EVERY, actor=ANNA)
