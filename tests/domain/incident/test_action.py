"""What was promised is done once, and is reminded of until then."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.actor import person
from bot.domain.errors import ConflictError, InvalidInputError
from bot.domain.incident.action import Action, finish, format_ref, parse_ref, reassign, reopen

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA, BEN = person(1, "Anna"), person(2, "Ben")
ACTION = Action(
    id=3,
    project_id=1,
    incident_id=7,
    text="add an alert",
    owner=BEN,
    due_at=NOW + DAY,
    remind_at=NOW + DAY,
    created_by=ANNA,
    created_at=NOW,
)


def test_what_is_done_reminds_nobody_and_names_who_did_it() -> None:
    done = finish(ACTION, ANNA, NOW)
    assert (done.done_at, done.done_by, done.remind_at) == (NOW, ANNA, None)
    with pytest.raises(ConflictError, match="T-3 was already done by <@1>"):
        finish(done, BEN, NOW)
    with pytest.raises(ConflictError, match="reopen it first"):
        reassign(done, ANNA, None)


@pytest.mark.parametrize(("now", "remind_at"), [(NOW, NOW + DAY), (NOW + 3 * DAY, NOW + 3 * DAY)])
def test_what_was_not_done_after_all_reminds_again(now: datetime, remind_at: datetime) -> None:
    again = reopen(finish(ACTION, ANNA, NOW), now)
    assert (again.done_at, again.remind_at) == (None, remind_at)
    with pytest.raises(ConflictError, match="open already"):
        reopen(again, now)


def test_another_owner_is_reminded_at_another_date() -> None:
    assert reassign(ACTION, ANNA, NOW + 2 * DAY).remind_at == NOW + 2 * DAY
    assert reassign(ACTION, None, None).remind_at is None


def test_refs_are_read_as_people_write_them() -> None:
    assert [parse_ref(text) for text in ("T-3", "t3", "#3", "3")] == [3] * 4
    assert format_ref(3) == "T-3"
    with pytest.raises(InvalidInputError, match="T-3"):
        parse_ref("I-3")
