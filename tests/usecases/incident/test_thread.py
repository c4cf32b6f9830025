"""Where an incident lives: its head, its nudges and all that mention it move together."""

import pytest

from bot.domain.errors import NotFoundError
from bot.domain.incident.incident import Incident
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.domain.outbox.placement import Placement
from bot.usecases.admin import setting
from bot.usecases.desk import Desk, Rules
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import membership
from bot.usecases.incident import thread as threads
from bot.usecases.incident.mutation import perform
from bot.usecases.outbox import card as outbox
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, firing
from tests.usecases.crisis import escalate, look, nudges

POST = 555
FORUM = 77


async def head(desk: Desk, incident_id: int = 1) -> Placement:
    (place,) = await desk.storage.read(lambda tx: tx.cards.of(CardKind.INCIDENT, [incident_id]))
    return place


async def told(desk: Desk) -> list[tuple[int, ParkReason | None]]:
    """Where each nudge goes, and what it waits for."""
    ids = [nudge.id for nudge in await nudges(desk)]
    places = await desk.storage.read(lambda tx: tx.cards.of(CardKind.NUDGE, ids))
    return [(place.channel_id, place.parked_reason) for place in sorted(places, key=lambda each: each.id)]


async def begun(desk: Desk, send: Send, **wish: object) -> Incident:
    await send(firing())
    await escalate(desk, **wish)  # type: ignore[arg-type]  # fields by name
    await perform(desk, incidents.mitigate(1, actor=ANNA))
    return await look(desk)


async def test_nudges_wait_for_the_thread_and_nobody_else_frees_them(desk: Desk, send: Send) -> None:
    await begun(desk, send)
    assert await told(desk) == [(CHANNEL, ParkReason.NO_THREAD)]
    await outbox.unpark(desk, CHANNEL)
    await setting.choose_channel(desk, 9, actor=ANNA)
    assert await told(desk) == [(CHANNEL, ParkReason.NO_THREAD)]
    await threads.settle(desk, 1, thread_id=POST)
    await perform(desk, incidents.resolve(1, actor=ANNA))
    assert await told(desk) == [(POST, None)] * 2


async def test_a_head_without_a_channel_leaves_its_nudges_waiting(desk: Desk, send: Send) -> None:
    desk.rules = Rules()
    await begun(desk, send)
    assert (await told(desk))[0][1] is ParkReason.NO_THREAD
    await setting.choose_channel(desk, 9, actor=ANNA)
    assert (await head(desk)).channel_id == 9
    assert (await told(desk))[0][1] is ParkReason.NO_THREAD
    await threads.settle(desk, 1, thread_id=POST)
    assert await told(desk) == [(POST, None)]


async def test_without_threads_they_go_beside_the_head_until_there_is_one(desk: Desk, send: Send) -> None:
    await begun(desk, send)
    assert await threads.forgo(desk, 1)
    assert not await threads.forgo(desk, 1)
    await perform(desk, incidents.resolve(1, actor=ANNA))
    assert await told(desk) == [(CHANNEL, None)] * 2
    wanted = (await head(desk)).wanted
    await threads.wish(desk, 1)
    assert (await head(desk)).wanted == wanted + 1
    await threads.settle(desk, 1, thread_id=POST)
    assert not (await look(desk)).threadless
    assert await told(desk) == [(POST, None)] * 2


async def test_the_head_of_a_post_lives_in_it_and_goes_home_when_it_is_lost(desk: Desk, send: Send) -> None:
    await begun(desk, send, channel_id=FORUM)
    await threads.settle(desk, 1, thread_id=POST, in_post=True)
    place = await head(desk)
    assert (place.channel_id, place.message_id) == (POST, POST)
    assert (await look(desk)).home_id == FORUM
    (standing,) = await threads.standing(desk)
    assert (standing.channel_id, standing.thread_id, standing.threadless) == (POST, POST, False)
    assert not await threads.lose(desk, FORUM)
    assert await threads.lose(desk, POST)
    assert not await threads.lose(desk, POST)
    place = await head(desk)
    assert (place.channel_id, place.message_id, place.shown) == (FORUM, None, 0)
    assert await told(desk) == [(FORUM, ParkReason.NO_THREAD)]


async def test_the_lost_post_of_a_closed_incident_is_not_made_again_until_it_is_reopened(
    desk: Desk, send: Send
) -> None:
    await begun(desk, send, channel_id=FORUM)
    await threads.settle(desk, 1, thread_id=POST, in_post=True)
    await perform(desk, incidents.resolve(1, actor=ANNA))
    await perform(desk, incidents.close(1, actor=ANNA))
    await threads.lose(desk, POST)
    place = await head(desk)
    assert (place.channel_id, place.message_id, place.shown) == (FORUM, None, place.wanted)
    await perform(desk, incidents.reopen(1, actor=ANNA))
    place = await head(desk)
    assert place.shown < place.wanted


async def test_what_went_into_an_incident_and_its_alerts_link_to_its_thread(desk: Desk, send: Send) -> None:
    await send(firing("one"), firing("two"))
    await escalate(desk, 1)
    await escalate(desk, 2)
    await membership.merge(desk, 1, 2, actor=ANNA)
    before = await head(desk, 1)
    await threads.settle(desk, 2, thread_id=POST)
    assert (await head(desk, 1)).wanted == before.wanted + 1
    shown = await desk.storage.read(lambda tx: incidents.view(tx, desk, 1))
    assert shown is not None
    assert shown.merged_into == f"<#{POST}>"


async def test_only_what_is_there_has_a_thread(desk: Desk) -> None:
    for doing in (threads.settle(desk, 9, thread_id=1), threads.forgo(desk, 9), threads.wish(desk, 9)):
        with pytest.raises(NotFoundError, match="I-9"):
            await doing
    assert await threads.standing(desk) == []
