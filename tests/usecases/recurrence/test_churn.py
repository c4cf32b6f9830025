"""A source may ignore labels, and is told which."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.usecases.admin import source as sources
from bot.usecases.alert import lapse
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.recurrence import churn
from tests.senders import ANNA, Send, firing


async def test_these_14_differ_only_by_pod(desk: Desk, send: Send) -> None:
    await send(*(firing(f"s{n}", labels={"pod": f"cart-{n}", "team": "a"}) for n in range(14)))
    await desk.storage.write(lambda tx: tx.run_raw("UPDATE recurrence SET name = 'Crash'"))
    (advice,) = await churn.advise(desk)
    (suggestion,) = advice.suggestions
    assert advice.source.name == "prod"
    assert (suggestion.name, suggestion.labels, suggestion.count) == ("Crash", ("pod",), 14)
    await churn.ignore(desk, "prod", frozenset({"pod"}), actor=ANNA)
    assert await churn.advise(desk) == []


async def test_ignored_labels_reach_the_door(desk: Desk) -> None:
    await sources.add(desk, "edge", "generic", actor=ANNA)
    await churn.ignore(desk, "edge", frozenset({"pod", "uid"}), actor=ANNA)
    (credential,) = await sources.credentials(desk)
    assert credential.source.ignored_labels == {"pod", "uid"}
    entries = await desk.storage.read(lambda tx: tx.audit.about("source:edge"))
    assert entries[-1].entry.action == "source.ignore"
    assert '["pod","uid"]' in entries[-1].entry.after


async def test_saying_it_again_changes_nothing_and_leaves_no_entry(desk: Desk, source: Source) -> None:
    for _ in range(2):
        await churn.ignore(desk, source.name, frozenset({"pod"}), actor=ANNA)
    entries = await desk.storage.read(lambda tx: tx.audit.about("source:prod"))
    assert len(entries) == 1


async def test_what_is_open_under_its_old_identity_ends_by_silence(
    desk: Desk, source: Source, send: Send, clock: ManualClock
) -> None:
    await send(firing("x"))
    await churn.ignore(desk, source.name, frozenset({"pod"}), actor=ANNA)
    assert await lapse.end_silent(desk) == 0
    clock.advance(desk.rules.silence + timedelta(seconds=1))
    assert await lapse.end_silent(desk) == 1
    assert not (await alert_query.find(desk, 1)).view.alert.state.open


async def test_what_cannot_be_ignored_is_refused(desk: Desk, source: Source) -> None:
    with pytest.raises(NotFoundError):
        await churn.ignore(desk, "nobody", frozenset({"pod"}), actor=ANNA)
    with pytest.raises(NotFoundError):
        await churn.source_id(desk, "nobody")
    assert await churn.source_id(desk, "prod") == source.id
    for labels in ({""}, {"x" * 300}, {f"l{n}" for n in range(40)}):
        with pytest.raises(InvalidInputError):
            await churn.ignore(desk, source.name, frozenset(labels), actor=ANNA)
