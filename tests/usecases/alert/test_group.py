"""Alerts of one cause share one card: whatever happens to one of them, the card shows it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.cards.alert.group import GroupView
from bot.cards.ids import Verb
from bot.domain.access.source import Source
from bot.domain.alert.alert import State
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.outbox.outbox import CardKind
from bot.domain.outbox.placement import Placement
from bot.usecases.alert import button as press
from bot.usecases.alert import group as groups
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import board as boards
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring
from bot.usecases.reaction import reaction as reactions
from bot.usecases.reaction.reaction import Effect
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, add_source, firing, resolved, submission

CRITICAL = Severity.CRITICAL
MESSAGE = 900
KEY = '{}/{team="shop"}:{alertname="HighErrorRate"}'


@pytest.fixture
async def source(desk: Desk) -> Source:
    """Its alerts of one cause share a card."""
    found = await add_source(desk)
    await desk.storage.write(lambda tx: tx.sources.shape(found.id, CardShape.GROUP))
    return msgspec.structs.replace(found, card=CardShape.GROUP)


def pod(number: int, severity: Severity = Severity.WARNING, **more: object) -> Any:
    return firing(f"pod {number}", severity, group_key=KEY, **more)


async def places(desk: Desk, kind: CardKind = CardKind.GROUP, most: int = 9) -> list[Placement]:
    return await desk.storage.read(lambda tx: tx.cards.of(kind, range(1, most)))


async def raw(desk: Desk, sql: str) -> Any:
    return await desk.storage.read(lambda tx: tx.run_raw(sql).all())


async def show(desk: Desk, message_id: int = MESSAGE, *, pinged: bool = False) -> GroupView:
    """Delivery posts or edits the next card."""
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    assert isinstance(task.view, GroupView)
    await outbox.settle(
        desk,
        task.card,
        worker="w",
        message_id=message_id,
        shown=task.card.wanted,
        pinged=pinged,
        rang=0 if pinged else None,
    )
    return task.view


async def look(desk: Desk, group_id: int = 1) -> GroupView:
    view = await groups.look(desk, group_id)
    assert view is not None
    return view


async def test_alerts_of_one_cause_have_one_card(desk: Desk, send: Send) -> None:
    await send(*(pod(number) for number in range(40)))
    await send(*(pod(number) for number in range(40, 60)))
    assert await places(desk, CardKind.ALERT, 99) == []
    (place,) = await places(desk)
    assert (place.channel_id, place.wanted) == (CHANNEL, 2)
    view = await look(desk)
    assert (view.total, view.open, len(view.held)) == (60, 60, 60)
    assert view.wakes is Severity.WARNING


async def test_without_a_key_name_and_service_tell_the_cause(desk: Desk, source: Source) -> None:
    signals = [
        msgspec.structs.replace(firing(name), service=service)
        for name, service in (("slow", "cart"), ("slow", "cart"), ("slow", "shop"), ("down", "cart"))
    ]
    sent = submission(source, *signals)
    identified = [
        msgspec.structs.replace(each, signature=str(number)) for number, each in enumerate(sent.signals)
    ]
    await take_in(desk, [msgspec.structs.replace(sent, signals=tuple(identified))])
    found = await raw(desk, "SELECT group_id FROM alert ORDER BY id")
    assert [row.group_id for row in found] == [1, 1, 2, 3]


async def test_two_sources_do_not_share_a_group(desk: Desk, send: Send) -> None:
    other = await add_source(desk, "other")
    await send(pod(1))
    await take_in(desk, [submission(msgspec.structs.replace(other, card=CardShape.GROUP), pod(2))])
    assert len(await places(desk)) == 2


async def test_a_source_that_moves_to_another_channel_begins_a_group_there(
    desk: Desk, source: Source, send: Send
) -> None:
    await send(pod(1))
    moved = msgspec.structs.replace(source, channel_id=CHANNEL + 1)
    await take_in(desk, [submission(moved, pod(2))])
    assert sorted(place.channel_id for place in await places(desk)) == [CHANNEL, CHANNEL + 1]


async def test_a_late_alert_of_the_same_cause_begins_a_group_of_its_own(desk: Desk, send: Send) -> None:
    window = desk.rules.group_window
    await send(pod(1))
    desk.clock.advance(window)  # type: ignore[attr-defined]  # the clock of tests
    await send(pod(2))
    desk.clock.advance(window)  # type: ignore[attr-defined]  # the clock of tests
    await send(pod(3))
    desk.clock.advance(window + timedelta(seconds=1))  # type: ignore[attr-defined]  # the clock of tests
    await send(pod(4))
    assert [(await look(desk, each)).total for each in (1, 2)] == [3, 1]


Act = Callable[[Desk, Send], Awaitable[object]]
ACTS: dict[str, Act] = {
    "repeat": lambda _, send: send(pod(1)),
    "rise": lambda _, send: send(pod(1, CRITICAL)),
    "resolve by the sender": lambda _, send: send(resolved("pod 1")),
    "new member": lambda _, send: send(pod(3)),
    "ack": lambda desk, _: alerts.acknowledge(desk, 1, actor=ANNA),
    "claim": lambda desk, _: alerts.claim(desk, 1, actor=ANNA),
    "resolve": lambda desk, _: alerts.resolve(desk, 1, actor=ANNA),
    "note": lambda desk, _: alerts.annotate(desk, 1, actor=ANNA, note="mine"),
    "button": lambda desk, _: press.press(desk, Verb.ACK, 1, actor=ANNA),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_whatever_happens_to_a_member_its_card_shows(desk: Desk, send: Send, act: Act) -> None:
    await send(pod(1), pod(2))
    await show(desk)
    await act(desk, send)
    (place,) = await places(desk)
    assert place.wanted > place.shown


async def test_the_first_is_called_for_and_who_is_worse_the_rest_are_quiet(desk: Desk, send: Send) -> None:
    async def is_called() -> bool:
        desk.clock.advance(timedelta(seconds=70))  # type: ignore[attr-defined]  # the clock of tests
        return await ring.make_due(desk) > 0

    await send(pod(1))
    await show(desk, pinged=True)
    await send(pod(2))
    assert not await is_called()
    await send(pod(3, CRITICAL))
    assert await is_called()
    await alerts.acknowledge(desk, 3, actor=ANNA)
    await send(pod(4, CRITICAL))
    assert not await is_called()
    await send(*(resolved(f"pod {number}") for number in range(1, 5)))
    assert (await look(desk)).wakes is None
    assert not await is_called()
    await send(pod(5))
    assert await is_called()
    await send(pod(5, CRITICAL))
    assert await is_called()


async def test_who_becomes_worse_while_the_card_is_on_its_way_is_called_for(desk: Desk, send: Send) -> None:
    await send(pod(1))
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    await send(pod(2, CRITICAL))
    await outbox.settle(desk, task.card, worker="w", message_id=MESSAGE, shown=task.card.wanted, pinged=False)
    assert await ring.make_due(desk) == 1


async def test_a_group_is_taken_on_and_resolved_as_a_whole(desk: Desk, send: Send) -> None:
    await send(*(pod(number) for number in range(1, 6)))
    await show(desk)
    await alerts.acknowledge(desk, 1, actor=BEN)
    pressed = await groups.press(desk, Verb.GROUP_ACK, 1, actor=ANNA)
    assert (pressed.changed, pressed.view.untaken, pressed.view.wakes) == (4, 0, None)
    assert pressed.place is not None
    assert pressed.place.message_id == MESSAGE
    owners = {each.owner for each in pressed.view.held}
    assert owners == {"Anna", "Ben"}
    with pytest.raises(ConflictError):
        await groups.press(desk, Verb.GROUP_ACK, 1, actor=ANNA)
    over = await groups.press(desk, Verb.GROUP_RESOLVE, 1, actor=ANNA)
    assert (over.changed, over.view.open, over.view.ended_at) == (5, 0, desk.clock.now())
    entries = await raw(desk, "SELECT action, count(*) AS times FROM audit GROUP BY action ORDER BY action")
    assert {row.action: row.times for row in entries} == {"intake": 1, "ack": 5, "resolve": 5}
    (sums,) = await raw(desk, "SELECT sum(acks) AS acks, sum(resolves) AS resolves FROM recurrence")
    assert (sums.acks, sums.resolves) == (5, 5)
    with pytest.raises(NotFoundError):
        await groups.press(desk, Verb.GROUP_ACK, 77, actor=ANNA)


async def test_emoji_on_a_groups_card_are_meant_for_all_of_it(desk: Desk, send: Send) -> None:
    async def set_emoji(emoji: str, *, present: bool) -> Effect:
        effect, _ = await reactions.apply(desk, MESSAGE, emoji, actor=ANNA, present=present)
        return effect

    await send(pod(1), pod(2), pod(3))
    await show(desk)
    await alerts.acknowledge(desk, 2, actor=BEN)
    assert await reactions.card_of(desk, MESSAGE) is not None
    assert await set_emoji(reactions.ACK, present=True) is Effect.APPLIED
    assert await set_emoji(reactions.ACK, present=True) is Effect.KNOWN
    assert {(each.state, each.owner) for each in (await look(desk)).held} == {
        (State.ACKED, "Anna"),
        (State.ACKED, "Ben"),
    }
    assert await set_emoji(reactions.ACK, present=False) is Effect.APPLIED
    held = (await look(desk)).held
    assert sorted((each.id, each.state) for each in held) == [
        (1, State.NEW),
        (2, State.ACKED),
        (3, State.NEW),
    ]
    assert await set_emoji(reactions.NOISE, present=True) is Effect.IMPOSSIBLE


async def test_a_member_leads_to_the_card_of_its_group(desk: Desk, send: Send) -> None:
    await send(pod(1), pod(2))
    await show(desk)
    found = await alert_query.find(desk, 2)
    listed = await alert_query.listing(desk)
    assert found.place is not None
    assert {found.place.message_id, *(each.place and each.place.message_id for each in listed.lines)} == {
        MESSAGE
    }


async def test_a_deleted_card_comes_back_while_anything_is_open(desk: Desk, send: Send) -> None:
    await send(pod(1), pod(2))
    await show(desk)
    assert await outbox.forget_message(desk, MESSAGE)
    await show(desk, MESSAGE + 1)
    await send(resolved("pod 1"), resolved("pod 2"))
    desk.clock.advance(timedelta(seconds=5))  # type: ignore[attr-defined]  # the clock of tests
    await show(desk, MESSAGE + 1)
    await outbox.forget_message(desk, MESSAGE + 1)
    (place,) = await places(desk)
    assert (place.message_id, place.wanted) == (None, place.shown)


async def test_pages_show_open_ones_first_and_end_with_the_last(desk: Desk, send: Send) -> None:
    await send(*(pod(number, CRITICAL if number == 30 else Severity.WARNING) for number in range(45)))
    await send(resolved("pod 44"))
    first = await groups.page(desk, 1, number=0)
    last = await groups.page(desk, 1, number=99)
    assert (first.held[0].name, first.held[1].name) == ("pod 30", "pod 43")
    assert (last.number, last.pages, last.held[-1].state) == (1, 2, State.RESOLVED)


async def test_a_source_may_change_its_mind(desk: Desk, source: Source, send: Send) -> None:
    await send(pod(1))
    single = msgspec.structs.replace(source, card=CardShape.ALERT)
    await take_in(desk, [submission(single, pod(1), pod(2))])
    assert len(await places(desk)) == 1
    (place,) = await places(desk, CardKind.ALERT)
    assert place.subject_id == 2


async def test_a_waiting_group_is_on_the_board_with_all_its_alerts(desk: Desk, send: Send) -> None:
    await send(*(pod(number) for number in range(3)))

    def survey(tx: Any) -> Any:
        tx.boards.enter(desk.project.id, CHANNEL, now=desk.clock.now())
        return tx.boards.unposted(CHANNEL)

    unposted = await desk.storage.write(survey)
    assert unposted.count == 3
    shown = await boards.page(desk, CHANNEL, number=0, size=20)
    assert [each.name for each in shown.held] == ["pod 2", "pod 1", "pod 0"]
    await send(*(resolved(f"pod {number}") for number in range(3)))
    assert await desk.storage.write(lambda tx: tx.boards.settle_over(CHANNEL)) == 1
    (place,) = await places(desk)
    assert place.wanted == place.shown


async def test_only_news_and_people_are_urgent_for_a_group(desk: Desk, send: Send) -> None:
    await send(pod(1, CRITICAL))
    await show(desk)
    await send(pod(2, CRITICAL))
    (row,) = await raw(desk, "SELECT lane FROM card WHERE kind = 'group'")
    assert row.lane == Lane.WARNING
    await send(resolved("pod 2"))
    await alerts.acknowledge(desk, 1, actor=ANNA)
    (row,) = await raw(desk, "SELECT lane FROM card WHERE kind = 'group'")
    assert row.lane == Lane.PERSON


async def test_a_groups_card_follows_its_source_to_another_channel(
    desk: Desk, source: Source, send: Send
) -> None:
    await send(pod(1), pod(2))
    await show(desk)
    now = desk.clock.now()
    moved = await desk.storage.write(
        lambda tx: tx.channels.follow(source.id, CHANNEL, CHANNEL + 1, all_of_them=True, now=now)
    )
    (place,) = await places(desk)
    assert (moved, place.channel_id, place.message_id, place.shown) == (1, CHANNEL + 1, None, 0)


async def test_a_siren_on_a_group_is_for_the_worst_of_it(desk: Desk, send: Send) -> None:
    await send(pod(1), pod(2, CRITICAL), pod(3))
    await show(desk)
    effect, _ = await reactions.apply(desk, MESSAGE, reactions.SIREN, actor=ANNA, present=True)
    assert effect is Effect.APPLIED
    linked = await raw(desk, "SELECT alert_id FROM incident_alert")
    assert [row.alert_id for row in linked] == [2]
