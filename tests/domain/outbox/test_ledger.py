"""What was seen is matched with what was sent, and waits are counted as somebody had them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.ledger import Pace, Sent, Sighting, Wait, match, pace, quantiles

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
spans = st.lists(st.timedeltas(timedelta(0), timedelta(hours=1)), min_size=1, max_size=300)


def sent(message_id: int = 1, revision: int = 1, version: datetime | None = None) -> Sent:
    return Sent(
        card_id=message_id,
        revision=revision,
        message_id=message_id,
        version=version,
        lane=Lane.WARNING,
        posted=version is None,
        accepted_at=NOON,
        sent_at=NOON,
    )


def test_an_edit_is_known_by_its_message_and_its_edited_timestamp() -> None:
    first, second = sent(revision=2, version=NOON), sent(revision=3, version=NOON + SECOND)
    later, other = Sighting(1, NOON + SECOND, NOON), Sighting(2, NOON, NOON)
    assert match([first, second], [later, other]) == [(second, later)]
    assert match([sent()], [Sighting(1, NOON, NOON)]) == []


def test_the_first_sight_of_a_revision_counts_in_any_order() -> None:
    early, late = Sighting(1, None, NOON), Sighting(1, None, NOON + SECOND)
    assert match([sent()], [late, early]) == match([sent()], [early, late]) == [(sent(), early)]


def test_of_two_edits_at_the_same_moment_the_newer_is_what_was_seen() -> None:
    older, newer = sent(revision=2, version=NOON), sent(revision=3, version=NOON)
    (pair,) = match([newer, older], [Sighting(1, NOON, NOON)])
    assert pair[0] is newer


@given(spans)
def test_a_quantile_is_a_wait_that_somebody_had_and_that_enough_did_not_exceed(
    waited: list[timedelta],
) -> None:
    found = quantiles(waited)
    assert found is not None
    for share, value in ((0.5, found.p50), (0.99, found.p99)):
        assert value in waited
        assert sum(span <= value for span in waited) >= share * len(waited)
        assert sum(span < value for span in waited) < share * len(waited)
    assert found.count == len(waited)


def test_of_nothing_nothing_is_said() -> None:
    assert quantiles([]) is None
    assert pace([]) == Pace()


def test_counts_that_wait_on_purpose_are_left_out_and_posts_stand_apart_from_edits() -> None:
    found = pace(
        [
            Wait(Lane.COUNT, posted=False, span=9 * SECOND),
            Wait(Lane.RESOLVE, posted=False, span=2 * SECOND),
            Wait(Lane.CRITICAL, posted=True, span=SECOND),
        ]
    )
    assert found.cards is not None
    assert found.changes is not None
    assert (found.cards.p99, found.changes.p99, found.changes.count) == (SECOND, 2 * SECOND, 1)
