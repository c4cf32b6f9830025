"""A worker for every channel that has something due; none holds another up, and none is cut off."""

from typing import Any

import pytest

from bot.clock import SystemClock
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.wire.wire import Wire
from bot.domain.outbox.outbox import ParkReason
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.admin import status
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake.queue import take_in
from bot.usecases.intake.submission import Submission
from bot.usecases.outbox import card as outbox
from storage.transaction import Transaction
from tests.delivery.conftest import Stage
from tests.senders import firing, resolved, submission
from tests.waiting import until

POST = "POST /channels/{c}/messages"


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()


async def test_what_is_due_goes_out_by_itself(live: Stage) -> None:
    await live.send(firing())
    await until(live.shown)
    await live.send(resolved())
    await until(lambda: "RESOLVED" in live.titles()[0])


async def test_nothing_is_sent_before_the_client_was_ready(stage: Stage) -> None:
    await stage.send(firing())
    assert await stage.dispatcher.cards_not_stuck() is not None
    assert not stage.shown()
    stage.dispatcher.start()
    await until(stage.shown)
    assert await stage.dispatcher.cards_not_stuck() is None


async def test_a_slow_channel_keeps_no_other_waiting(live: Stage) -> None:
    other = await live.source_for("ops")
    slow = Rule(effect=Effect.LATENCY, route=POST, channel=str(live.channel_id), seconds=0.8)
    live.sandbox.mischief.arm(slow)
    await live.send(firing("slow"))
    await live.send(firing("quick"), source=other)
    await until(lambda: live.shown(live.sandbox.channels["ops"]))
    assert not live.shown()
    await until(live.shown)


async def test_a_failing_or_forbidden_channel_keeps_no_other_waiting(live: Stage) -> None:
    other = await live.source_for("ops")
    live.sandbox.mischief.arm(
        Rule(effect=Effect.STATUS, route=POST, channel=str(live.channel_id), status=503)
    )
    live.deny("SEND_MESSAGES", channel_id=live.sandbox.channels["alerts-low"])
    forbidden = await live.source_for("alerts-low")
    for number in range(5):
        await live.send(firing(f"failing {number}"))
        await live.send(firing(f"forbidden {number}"), source=forbidden)
        await live.send(firing(f"fine {number}"), source=other)
    await until(lambda: len(live.shown(live.sandbox.channels["ops"])) == 5)
    assert not live.shown()


async def test_what_another_process_changed_is_found_without_a_bell(live: Stage) -> None:
    elsewhere: Desk = await open_desk(
        live.desk.storage, live.clock, rules=Rules(default_channel_id=live.channel_id)
    )
    unheard: Submission = submission(live.source, firing())
    await take_in(elsewhere, [unheard])
    await until(live.shown)


async def test_a_channel_goes_on_by_itself_when_its_limit_ends(live: Stage) -> None:
    live.sandbox.mischief.set_limits(enabled=True, message_create={"calls": 3, "seconds": 0.5})
    await live.send(*(firing(f"alert {number}") for number in range(8)))
    await until(lambda: len(live.shown()) == 8)
    assert {call["status"] for call in live.calls("POST")} == {200}


async def test_a_granted_permission_brings_the_parked_cards(live: Stage) -> None:
    live.deny("SEND_MESSAGES")
    await live.send(firing())

    async def parked() -> bool:
        return bool((await status.outbox(live.desk)).parked)

    await until(parked)
    assert (await status.outbox(live.desk)).parked[0][1] is ParkReason.MISSING_PERMISSION
    live.deny()
    await until(live.shown)


async def test_a_channel_that_opens_while_its_refusal_is_written_down_is_not_left_parked(
    live: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, begun = outbox.park, 0

    async def park(*args: Any, **more: Any) -> int:
        nonlocal begun
        begun += 1
        await live.reconcile.recheck_parked()
        return await plain(*args, **more)

    monkeypatch.setattr(outbox, "park", park)
    live.sandbox.mischief.arm(Rule(effect=Effect.FORBIDDEN, route=POST, times=1))
    await live.send(firing())
    await until(live.shown)
    assert begun == 1


async def test_a_refusal_from_before_the_channel_opened_parks_nothing(
    live: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Wire.post

    async def post(*args: Any, **more: Any) -> Any:
        answer = await plain(*args, **more)
        await live.reconcile.recheck_parked()
        return answer

    monkeypatch.setattr(Wire, "post", post)
    live.sandbox.mischief.arm(Rule(effect=Effect.FORBIDDEN, route=POST, times=1))
    await live.send(firing())
    await until(live.shown)
    assert [call["status"] for call in live.calls("POST")] == [403, 200]


async def test_a_deleted_card_comes_back(live: Stage) -> None:
    await live.send(firing())
    await until(live.shown)
    (first,) = live.shown()

    async def settled() -> bool:
        return await outbox.showing(live.desk, int(first["id"])) is not None

    await until(settled)
    live.sandbox.person("operator").delete(first["id"])
    await until(lambda: live.shown() and live.shown()[0]["id"] != first["id"])


async def test_a_card_deleted_the_moment_it_is_posted_comes_back(live: Stage) -> None:
    live.sandbox.mischief.arm(Rule(effect=Effect.DELETE_MESSAGE, route=POST, times=1))
    await live.send(firing())
    await until(live.shown)
    assert len(live.shown()) == 1


async def test_stopping_finishes_the_calls_on_their_way(live: Stage) -> None:
    live.sandbox.mischief.arm(Rule(effect=Effect.LATENCY, route=POST, seconds=0.4))
    await live.send(*(firing(f"alert {number}") for number in range(4)))

    def on_the_way(tx: Transaction) -> int:
        begun = "SELECT count(*) FROM card WHERE posting_since IS NOT NULL"
        return int(tx.run_raw(begun).scalar_one())

    await until(lambda: live.desk.storage.read(on_the_way))
    await live.dispatcher.stop()
    shown = live.shown()
    assert len(shown) == 1
    assert await outbox.showing(live.desk, int(shown[0]["id"])) is not None
    assert await outbox.channels_due(live.desk) == [live.channel_id]


async def test_a_channel_whose_worker_breaks_harms_no_other(
    live: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await live.source_for("ops")

    async def broken() -> float:
        raise RuntimeError("a bug")

    monkeypatch.setattr(live.dispatcher._worker(live.channel_id), "step", broken)
    await live.send(firing("broken"))
    await live.send(firing("fine"), source=other)
    await until(lambda: live.shown(live.sandbox.channels["ops"]))


async def test_two_processes_share_the_work_without_doubling_it(live: Stage) -> None:
    second = Dispatcher(
        live.desk, live.wire, pings=live.pings, confirmations=live.confirmations, bot_view=live.bot_view
    )
    second.start()
    await live.send(*(firing(f"alert {number}") for number in range(30)))
    await until(lambda: len(live.shown()) >= 30)
    await live.dispatcher.stop()
    await second.stop()
    assert len(live.shown()) == 30
