"""What senders say besides alerts."""

from datetime import timedelta

from bot.clock import ManualClock
from bot.domain.alert.signal import SenderNote
from bot.domain.outbox.outbox import CardKind
from bot.usecases.desk import Desk
from bot.usecases.intake.note import view
from bot.usecases.intake.queue import Intake
from tests.senders import add_source, submission


async def test_a_note_is_owed_once_and_counts_what_comes_within_a_minute(
    desk: Desk, clock: ManualClock
) -> None:
    source, intake = await add_source(desk), Intake(desk)
    for number in range(3):
        said = submission(source, key=str(number))
        await intake.take(
            type(said)(source=source, envelope=said.envelope, signals=(), note=SenderNote("Hello", "x"))
        )
    shown = await desk.storage.read(lambda tx: view(tx, desk, 1))
    assert shown is not None
    assert (shown.source_name, shown.title, shown.text, shown.count) == ("prod", "Hello", "x", 3)
    clock.advance(timedelta(minutes=2))
    said = submission(source, key="later")
    await intake.take(type(said)(source=source, envelope=said.envelope, signals=(), note=SenderNote("Again")))
    later = await desk.storage.read(lambda tx: view(tx, desk, 2))
    assert later is not None
    assert (later.title, later.count) == ("Again", 1)
    kinds = await desk.storage.read(lambda tx: tx.run_raw("SELECT kind FROM card").scalars().all())
    assert kinds == [CardKind.NOTE.value] * 2


async def test_a_note_that_is_none_is_nothing(desk: Desk) -> None:
    assert await desk.storage.read(lambda tx: view(tx, desk, 99)) is None
