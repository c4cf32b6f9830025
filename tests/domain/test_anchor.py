"""Whoever rebuilds the audit log from the ground up is found out by its anchors."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from bot.domain import actor as actors
from bot.domain.anchor import Anchor, sign, verify
from bot.domain.audit import GENESIS, Entry, Sealed, seal

KEY, NOON = b"k" * 32, datetime(2026, 11, 28, 12, tzinfo=UTC)


def _chain(count: int, note: str = "") -> list[Sealed]:
    previous, made = GENESIS, []
    for number in range(1, count + 1):
        at = NOON + timedelta(seconds=number)
        entry = Entry(at=at, actor=actors.person(1, "Anna"), action="ack", subject="alert:1", note=note)
        digest = seal(previous, entry)
        made.append(Sealed(id=number, entry=entry, previous=previous, digest=digest))
        previous = digest
    return made


def _anchor(sealed: Sealed, key: bytes = KEY) -> Anchor:
    return sign(Anchor(project="k7f3", entry_id=sealed.id, digest=sealed.digest, at=NOON), key)


def test_a_chain_that_went_on_is_proved_up_to_its_last_anchor() -> None:
    chain = _chain(5)
    found = verify(chain, [_anchor(chain[1]), _anchor(chain[2])], KEY)
    assert (found.fault, found.entries, found.anchors, found.loose) == ("", 5, 2, 2)


def test_a_chain_that_was_made_anew_is_not_the_one_that_was_anchored() -> None:
    anchors = [_anchor(_chain(3)[2])]
    assert "entry 3 is not what it was" in verify(_chain(5, note="forged"), anchors, KEY).fault


def test_an_end_that_was_cut_off_is_missed() -> None:
    assert "entry 3 is gone" in verify(_chain(2), [_anchor(_chain(3)[2])], KEY).fault


def test_an_anchor_that_somebody_made_proves_nothing() -> None:
    chain = _chain(3, note="forged")
    assert "not signed" in verify(chain, [_anchor(chain[2], b"x" * 32)], KEY).fault


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_that_was_changed_breaks_the_chain_there(place: int) -> None:
    chain = _chain(3)
    chain[place] = replace(chain[place], entry=replace(chain[place].entry, note="forged"))
    assert f"entry {place + 1} does not follow" in verify(chain, [], KEY).fault
