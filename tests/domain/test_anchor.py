"""Whoever rebuilds the audit log from the ground up is found out by its anchors."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from bot.domain import actor as actors
from bot.domain.anchor import Anchor, sign, verify
from bot.domain.audit import GENESIS, Entry, Sealed, audit_key, seal
from bot.domain.audit import sign as mac

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


def _signed(chain: list[Sealed], since: int = 1, key: bytes = KEY) -> list[Sealed]:
    keyed = audit_key(key)
    return [replace(each, mac=mac(keyed, 1, each.digest)) if each.id >= since else each for each in chain]


def test_every_entry_is_proved_by_its_signature_without_any_anchor_behind_it() -> None:
    found = verify(_signed(_chain(5)), [], KEY)
    assert (found.fault, found.loose, found.unsigned) == ("", 0, 0)


def test_old_entries_are_proved_by_the_first_signed_one_behind_them() -> None:
    found = verify(_signed(_chain(5), since=4), [], KEY)
    assert (found.fault, found.loose, found.unsigned) == ("", 0, 3)


def test_a_chain_that_was_made_anew_behind_an_old_anchor_is_not_signed() -> None:
    """Whoever may write database and anchors drops the newest anchors and makes anew what came since."""
    chain, kept = _signed(_chain(5)), _anchor(_chain(5)[1])
    forged = _chain(5, note="forged")
    assert "not signed" in verify(_signed(forged, key=b"x" * 32), [], KEY).fault
    previous, tail = chain[1].digest, []
    for each in chain[2:]:
        entry = replace(each.entry, note="forged")
        digest = seal(previous, entry)
        tail.append(replace(each, entry=entry, previous=previous, digest=digest))
        previous = digest
    assert "entry 3 was not signed" in verify([*chain[:2], *tail], [kept], KEY).fault
    bare = [replace(each, mac=None) for each in tail]
    assert "entry 3 has no signature" in verify([*chain[:2], *bare], [kept], KEY).fault


def test_an_entry_of_another_project_is_not_signed_for_this_one() -> None:
    assert "entry 1 was not signed" in verify(_signed(_chain(2)), [], KEY, project_id=2).fault
