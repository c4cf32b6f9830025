"""Looking at what comes back, ranking it, voting on it, and saying that it is mended."""

from datetime import timedelta

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.alert.signal import Signal
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.domain.recurrence.ranking import Query, RankingWindow, Sort
from bot.domain.recurrence.recurrence import Recurrence
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.alert.move import MAX_NOTE
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from bot.usecases.reaction.reaction import NOISE, Effect, apply
from bot.usecases.recurrence import dossier as dossiers
from bot.usecases.recurrence import query as recurrences
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing, resolved

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def live(send: Send, clock: ManualClock, *names: str, lasted: timedelta = HOUR) -> None:
    """Each fires and resolves by itself."""
    signals: list[Signal] = [firing(name) for name in names]
    await send(*signals)
    clock.advance(lasted)
    await send(*(resolved(name) for name in names))


async def get(desk: Desk, recurrence_id: int = 1) -> Recurrence:
    return (await recurrences.find(desk, recurrence_id)).profile.recurrence


async def names(desk: Desk, query: Query) -> list[str]:
    return [line.recurrence.name for line in (await recurrences.listing(desk, query)).lines]


async def show_cards(desk: Desk, *message_ids: int) -> None:
    for message_id in message_ids:
        task = await outbox.take(desk, CHANNEL, worker="w")
        assert isinstance(task, outbox.Task)
        await outbox.settle(
            desk, task.card, worker="w", message_id=message_id, shown=task.card.wanted, pinged=False
        )


async def test_each_order_puts_first_what_it_asks_for(desk: Desk, send: Send, clock: ManualClock) -> None:
    for _ in range(3):
        await live(send, clock, "often")
        clock.advance(HOUR)
    await send(firing("slow"), firing("loud"))
    await alerts.acknowledge(desk, 4, actor=ANNA)
    clock.advance(2 * HOUR)
    await send(resolved("slow"), resolved("loud"))
    await show_cards(desk, *range(9_001, 9_006))
    await apply(desk, 9_005, NOISE, actor=ANNA, present=True)
    assert (await names(desk, Query(sort=Sort.OCCURRENCES)))[0] == "often"
    assert (await names(desk, Query(sort=Sort.ATTENTION)))[0] == "slow"
    assert await names(desk, Query(sort=Sort.NOISE)) == ["loud", "often", "slow"]
    (first, *_) = (await recurrences.listing(desk, Query(sort=Sort.ATTENTION))).lines
    assert first.attention == 2 * HOUR


@pytest.mark.parametrize(
    ("window", "edge"),
    [(RankingWindow.DAY, 23 * HOUR), (RankingWindow.WEEK, 6 * DAY), (RankingWindow.MONTH, 29 * DAY)],
)
async def test_a_window_ends_where_it_says(
    desk: Desk, send: Send, clock: ManualClock, window: RankingWindow, edge: timedelta
) -> None:
    await send(firing())
    clock.advance(edge)
    (line,) = (await recurrences.listing(desk, Query(window=window))).lines
    assert (line.occurrences, line.episodes) == (1, 1)
    clock.advance(DAY if window is not RankingWindow.DAY else HOUR)
    assert await names(desk, Query(window=window)) == []


async def test_counts_are_those_of_the_window_alone(desk: Desk, send: Send, clock: ManualClock) -> None:
    await live(send, clock, "x")
    clock.advance(10 * DAY)
    await live(send, clock, "x")
    (line,) = (await recurrences.listing(desk, Query(window=RankingWindow.WEEK))).lines
    assert (line.occurrences, line.self_resolves) == (1, 1)
    assert line.recurrence.occurrences == 2


async def test_filters_and_pages(desk: Desk, send: Send) -> None:
    await send(*(firing(f"disk-{n}", target="100%_full") for n in range(12)), firing("cpu"))
    page = await recurrences.listing(desk, Query(text="DISK"), offset=10, limit=10)
    assert (page.total, len(page.lines)) == (12, 2)
    assert (await recurrences.listing(desk, Query(text="100%_"))).total == 12
    assert (await recurrences.listing(desk, Query(text="__"))).total == 0
    assert (await recurrences.listing(desk, Query(source_id=1))).total == 13
    assert (await recurrences.listing(desk, Query(source_id=2))).total == 0


async def test_find_tells_who_dealt_with_it_and_how(desk: Desk, send: Send, clock: ManualClock) -> None:
    await live(send, clock, "x", lasted=8 * timedelta(minutes=1))
    clock.advance(DAY)
    await send(firing("x"))
    clock.advance(HOUR)
    await alerts.acknowledge(desk, 2, actor=ANNA, note="restarted")
    clock.advance(HOUR)
    await alerts.resolve(desk, 2, actor=BEN)
    profile = (await recurrences.find(desk, 1)).profile
    assert [(episode.alert, episode.self_resolved) for episode in profile.last_episodes] == [
        ("A-2", False),
        ("A-1", True),
    ]
    episode = profile.last_episodes[0]
    assert (episode.owner, episode.resolved_by, episode.note) == (ANNA, BEN, "restarted")
    assert profile.self_resolved_share == 0.5
    assert (profile.medians.to_ack, profile.recurrence.attention) == (HOUR, HOUR)
    assert msgspec.json.decode(msgspec.json.encode(profile))["source"] == "prod"


async def test_the_dossier_sums_up_and_tells_each(desk: Desk, send: Send, clock: ManualClock) -> None:
    await live(send, clock, "x", "y")
    clock.advance(DAY)
    await send(firing("x"), firing("x"))
    dossier = await dossiers.dossier(desk, Query(), limit=1)
    totals = dossier.summary.totals
    assert (totals.recurrences, totals.occurrences, totals.episodes, totals.flaps) == (2, 4, 3, 0)
    assert (totals.duplicates, totals.self_resolves, dossier.total) == (1, 2, 2)
    (item,) = [each.profile for each in dossier.items]
    assert (item.recurrence.name, item.source, item.provider) == ("x", "prod", "alertmanager")
    msgspec.json.encode(dossier)


async def test_what_is_marked_fixed_and_comes_back_is_open_again(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await live(send, clock, "x")
    await recurrences.mark_fixed(desk, 1, actor=ANNA, owner=BEN, note="more memory")
    clock.advance(DAY)
    await live(send, clock, "x")
    memory = (await alert_query.find(desk, 2)).view.memory
    assert memory is not None
    assert memory.regression is not None
    assert (memory.regression.owner, memory.regression.note) == (BEN, "more memory")
    first = (await alert_query.find(desk, 1)).view.memory
    assert first is not None
    assert first.regression is None
    fix = (await get(desk)).fix
    assert fix is not None
    assert (fix.regressed_at, fix.regressed_alert_id) == (clock.now() - HOUR, 2)
    await recurrences.mark_fixed(desk, 1, actor=ANNA)
    again = (await get(desk)).fix
    assert again is not None
    assert (again.owner, again.regressed_at) == (ANNA, None)


async def test_repeats_of_an_open_episode_are_no_regression_but_a_flap_is(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("x"))
    await recurrences.mark_fixed(desk, 1, actor=ANNA)
    await send(firing("x"))
    fix = (await get(desk)).fix
    assert fix is not None
    assert fix.regressed_at is None
    await send(resolved("x"))
    clock.advance(timedelta(minutes=1))
    await send(firing("x"))
    flapped = (await get(desk)).fix
    assert flapped is not None
    assert flapped.regressed_alert_id == 1


async def test_marking_leaves_one_entry_with_what_was_before(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    await recurrences.mark_fixed(desk, 1, actor=ANNA, note="one")
    await recurrences.mark_fixed(desk, 1, actor=BEN, note="two")
    entries = await desk.storage.read(lambda tx: tx.audit.about("recurrence:1"))
    assert [(each.entry.action, each.entry.actor, each.entry.note) for each in entries] == [
        ("recurrence.fixed", ANNA, "one"),
        ("recurrence.fixed", BEN, "two"),
    ]
    assert "person:1" in entries[1].entry.before


async def test_a_person_has_one_vote_however_many_cards_bear_the_thumb(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await live(send, clock, "x")
    clock.advance(DAY)
    await live(send, clock, "x")
    await show_cards(desk, 9_001, 9_002)
    for message_id, actor in ((9_001, ANNA), (9_002, ANNA), (9_001, BEN)):
        assert (await apply(desk, message_id, NOISE, actor=actor, present=True))[0] is Effect.APPLIED
    assert (await get(desk)).noise_votes == 2
    assert (await apply(desk, 9_001, NOISE, actor=ANNA, present=True))[0] is Effect.KNOWN
    await apply(desk, 9_001, NOISE, actor=ANNA, present=False)
    assert (await get(desk)).noise_votes == 2
    await apply(desk, 9_002, NOISE, actor=ANNA, present=False)
    assert (await get(desk)).noise_votes == 1
    assert (await recurrences.find(desk, 1)).voters == ("Ben",)
    entries = await desk.storage.read(lambda tx: tx.audit.about("recurrence:1"))
    assert [each.entry.action for each in entries] == ["noise", "noise", "noise", "unnoise", "unnoise"]


async def test_a_vote_changes_neither_alert_nor_card(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    await show_cards(desk, 9_001)
    before = (await alert_query.find(desk, 1)).view
    await apply(desk, 9_001, NOISE, actor=ANNA, present=True)
    assert (await alert_query.find(desk, 1)).view == before
    assert await outbox.channels_due(desk) == []


async def test_a_jump_leads_to_the_card_of_who_fixed_it_last(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("x"))
    await show_cards(desk, 9_001)
    await alerts.resolve(desk, 1, actor=ANNA, note="restarted")
    clock.advance(DAY)
    await send(firing("x"))
    desk.guild_id = 5
    memory = (await alert_query.find(desk, 2)).view.memory
    assert memory is not None
    assert memory.remedy is not None
    assert memory.remedy.jump_url == f"https://discord.com/channels/5/{CHANNEL}/9001"


async def test_what_is_not_there_is_not_found_and_words_are_bounded(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    with pytest.raises(NotFoundError, match="R-2"):
        await recurrences.find(desk, 2)
    with pytest.raises(NotFoundError, match="R-2"):
        await recurrences.mark_fixed(desk, 2, actor=ANNA)
    with pytest.raises(InvalidInputError):
        await recurrences.mark_fixed(desk, 1, actor=ANNA, note="x" * (MAX_NOTE + 1))
    assert await recurrences.find_of_alert(desk, 2) is None


async def test_suggestions_find_by_ref_name_and_place(desk: Desk, send: Send) -> None:
    await send(firing("disk", service="shop"), firing("cpu"))
    for typed, expected in (("DISK", [1]), ("shop", [1]), ("R-2", [2]), ("w2", [2]), ("%", []), ("", [1, 2])):
        assert sorted(each.id for each in await recurrences.suggest(desk, typed)) == expected
