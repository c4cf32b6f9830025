"""Silences are made, changed and ended by Alertmanager's rules, and each change stands in the log."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain import actor as actors
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.silence.matcher import Matcher
from bot.domain.silence.silence import Phase
from bot.usecases.desk import Desk
from bot.usecases.silence import silence as silences
from bot.usecases.silence.silence import Wish
from tests.senders import ANNA

HOUR = timedelta(hours=1)
ONE = (Matcher("alertname", "HighErrorRate"),)


def wish(desk: Desk, **more: Any) -> Wish:
    now = desk.clock.now()
    made = Wish(matchers=ONE, starts_at=now, ends_at=now + HOUR, created_by="ops", comment="deploy")
    return msgspec.structs.replace(made, **more)


async def test_a_silence_is_pending_active_and_over(desk: Desk, clock: ManualClock) -> None:
    now = clock.now()
    made = await silences.put(desk, wish(desk, starts_at=now + HOUR, ends_at=now + 2 * HOUR), actor=ANNA)
    assert made.ref == "S-1"
    for phase in (Phase.PENDING, Phase.ACTIVE, Phase.EXPIRED):
        assert (await silences.find(desk, made.id)).phase(clock.now()) is phase
        clock.advance(HOUR)
    assert await silences.lasting(desk) == []
    assert [each.id for each in await silences.listing(desk)] == [made.id]


async def test_a_later_end_is_a_change_and_other_matchers_are_another_silence(
    desk: Desk, clock: ManualClock
) -> None:
    made = await silences.put(desk, wish(desk), actor=ANNA)
    longer = wish(desk, id=made.id, starts_at=made.starts_at, ends_at=made.ends_at + HOUR)
    clock.advance(HOUR / 2)
    changed = await silences.put(desk, longer, actor=ANNA)
    assert (changed.id, changed.ends_at) == (made.id, made.ends_at + HOUR)
    other = await silences.put(
        desk, msgspec.structs.replace(longer, matchers=(Matcher("a", "b"),)), actor=ANNA
    )
    assert other.id != made.id
    assert (await silences.find(desk, made.id)).phase(clock.now()) is Phase.EXPIRED
    trail = await desk.storage.read(lambda tx: tx.audit.about("silence:1"))
    assert [each.entry.action for each in trail] == ["silence.add", "silence.change", "silence.expire"]


async def test_an_end_now_is_kept_and_cannot_be_repeated(desk: Desk) -> None:
    made = await silences.put(desk, wish(desk), actor=ANNA)
    assert (await silences.expire(desk, "S-1", actor=ANNA)).id == made.id
    with pytest.raises(ConflictError):
        await silences.expire(desk, made.id, actor=ANNA)
    with pytest.raises(NotFoundError):
        await silences.expire(desk, "S-9", actor=ANNA)


async def test_a_sender_sees_and_ends_only_its_own(desk: Desk) -> None:
    program = actors.source("prom")
    ours = await silences.put(desk, wish(desk, source_id=1), actor=program)
    theirs = await silences.put(desk, wish(desk, source_id=2), actor=program)
    everybody = await silences.put(desk, wish(desk), actor=ANNA)
    assert {each.id for each in await silences.listing(desk, source_id=1)} == {ours.id, everybody.id}
    with pytest.raises(NotFoundError):
        await silences.find(desk, theirs.id, source_id=1)
    for other in (theirs, everybody):
        with pytest.raises(NotFoundError):
            await silences.expire(desk, other.id, actor=program, source_id=1)
    with pytest.raises(NotFoundError):
        await silences.put(desk, wish(desk, id=theirs.id, source_id=1), actor=program)


async def test_what_cannot_be_a_silence_is_refused(desk: Desk) -> None:
    now = desk.clock.now()
    bad: tuple[dict[str, Any], ...] = (
        {"matchers": ()},
        {"matchers": (Matcher("a", ""),)},
        {"starts_at": now + HOUR, "ends_at": now},
        {"starts_at": now - 2 * HOUR, "ends_at": now - HOUR},
        {"comment": "x" * 1_001},
        {"created_by": "x" * 201},
    )
    for each in bad:
        with pytest.raises(InvalidInputError):
            await silences.put(desk, wish(desk, **each), actor=ANNA)
    assert await silences.listing(desk) == []
