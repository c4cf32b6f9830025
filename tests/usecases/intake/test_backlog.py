"""What waits is bounded; what is over goes first and is still let in; nobody's own order is broken."""

import asyncio

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.source import Source
from bot.domain.alert.signal import Signal
from bot.domain.errors import NotDurableError
from bot.usecases.intake.backlog import MAX_BATCH, Backlog, Bounds
from bot.usecases.intake.submission import Submission
from tests.conftest import START
from tests.senders import firing, resolved, submission

SOURCE = Source(id=1, project_id=1, name="prod", provider="alertmanager", created_at=START)


def request(*signals: Signal, size: int = 2) -> Submission:
    made = submission(SOURCE, *signals)
    return msgspec.structs.replace(
        made, envelope=msgspec.structs.replace(made.envelope, original_length=size)
    )


def crowd(*, begin: int = 0, count: int = MAX_BATCH) -> Submission:
    return request(*(firing(f"crowd {number}") for number in range(begin, begin + count)))


def order(backlog: Backlog) -> list[Submission]:
    """Everything in the order in which it is written."""
    written = []
    while backlog:
        batch = backlog.next_batch()
        backlog.done(batch)
        written += [entry[0] for entry in batch]
    return written


async def test_resolves_are_let_in_where_firing_ones_are_refused() -> None:
    backlog = Backlog(Bounds(signals=3))
    for name in "abc":
        backlog.add(request(firing(name)))
    with pytest.raises(NotDurableError):
        backlog.add(request(firing("d")))
    with pytest.raises(NotDurableError):
        backlog.add(request(resolved("x"), firing("d")))
    for name in "xyz":
        backlog.add(request(resolved(name)))
    with pytest.raises(NotDurableError):
        backlog.add(request(resolved("w")))
    assert backlog.signals == 6


async def test_bytes_are_bounded_like_signals() -> None:
    backlog = Backlog(Bounds(size=100))
    backlog.add(request(firing("a"), size=60))
    with pytest.raises(NotDurableError):
        backlog.add(request(firing("b"), size=60))
    backlog.add(request(resolved("a"), size=60))
    assert backlog.size == 120
    order(backlog)
    assert (backlog.size, backlog.signals) == (0, 0)


async def test_room_is_given_back_when_a_batch_was_answered_and_not_before() -> None:
    backlog = Backlog(Bounds(signals=1))
    backlog.add(request(firing("a")))
    batch = backlog.next_batch()
    with pytest.raises(NotDurableError):
        backlog.add(request(firing("b")))
    backlog.done(batch)
    backlog.add(request(firing("b")))


async def test_what_is_over_is_written_before_all_that_waits() -> None:
    backlog = Backlog()
    crowds = [crowd(begin=begin) for begin in range(0, 5 * MAX_BATCH, MAX_BATCH)]
    for each in crowds:
        backlog.add(each)
    over = request(resolved("another"))
    backlog.add(over)
    assert order(backlog) == [over, *crowds]


async def test_a_resolve_stays_behind_the_firing_that_it_ends() -> None:
    backlog = Backlog()
    crowds = [crowd(begin=begin) for begin in range(0, 3 * MAX_BATCH, MAX_BATCH)]
    for each in crowds:
        backlog.add(each)
    own = request(resolved(f"crowd {2 * MAX_BATCH}"), resolved("another"))
    backlog.add(own)
    assert order(backlog) == [*crowds, own]


async def test_a_large_request_is_written_alone() -> None:
    backlog = Backlog()
    backlog.add(request(firing("a")))
    large = crowd(count=2 * MAX_BATCH)
    backlog.add(large)
    assert [len(backlog.next_batch()), len(backlog.next_batch())] == [1, 1]


words = st.lists(st.tuples(st.booleans(), st.sampled_from("abcdef")), min_size=1, max_size=4)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(words, st.integers(0, 2)), max_size=40))
def test_requests_about_one_alert_keep_their_order_and_none_is_lost(
    sent: list[tuple[list[tuple[bool, str]], int]],
) -> None:
    """Batches are taken in between, as a database of any speed would."""

    async def run() -> None:
        backlog, came, written = Backlog(), [], []
        backlog.add(crowd())  # so that there is something to overtake
        backlog.add(crowd())
        for signals, taken in sent:
            made = request(*(firing(name) if fires else resolved(name) for fires, name in signals))
            backlog.add(made)
            came.append(made)
            for _ in range(taken if len(came) % 5 == 0 else 0):
                batch = backlog.next_batch() if backlog else []
                backlog.done(batch)
                written += [entry[0] for entry in batch]
        written += order(backlog)
        ranks = {id(each): rank for rank, each in enumerate(written)}
        assert all(id(each) in ranks for each in came)
        assert len(written) == len(came) + 2
        for name in "abcdef":
            about = [each for each in came if any(one.signature == name for one in each.signals)]
            fires = [each for each in about if any(one.signal.status == "firing" for one in each.signals)]
            for each in fires:
                at = next(place for place, one in enumerate(about) if one is each)
                assert all(ranks[id(before)] < ranks[id(each)] for before in about[:at])
                assert all(ranks[id(after)] > ranks[id(each)] for after in about[at + 1 :])
        assert not backlog._usual_signatures

    asyncio.run(run())
