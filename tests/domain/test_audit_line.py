"""An exported log is verified without the database, and the first entry that does not fit is named."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import actor as actors
from bot.domain.audit import GENESIS, Entry, Sealed, audit_key, seal, sign
from bot.domain.audit_line import read_line, verify_lines, write_line

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def chain(notes: list[str]) -> list[Sealed]:
    made, previous = [], GENESIS
    for number, note in enumerate(notes, start=1):
        at = NOON + timedelta(seconds=number)
        entry = Entry(at=at, actor=actors.person(1, "Anna"), action="ack", subject="alert:1", note=note)
        digest = seal(previous, entry.proven())
        made.append(Sealed(id=number, entry=entry.proven(), previous=previous, digest=digest))
        previous = digest
    return made


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6))
def test_a_line_is_read_back_as_it_was_written(notes: list[str]) -> None:
    whole = chain(notes)
    lines = [write_line(each, 1) for each in whole]
    assert [read_line(line) for line in lines] == [(each, 1) for each in whole]
    assert all(line.count(b"\n") == 1 for line in lines)
    found = verify_lines(lines)
    assert (found.fault, found.entries, found.last) == ("", len(whole), whole[-1])


def test_the_first_entry_that_was_changed_is_named() -> None:
    lines = [write_line(each, 1) for each in chain(["a", "b", "c"])]
    lines[1] = lines[1].replace(b'"note":"b"', b'"note":"x"')
    found = verify_lines(lines)
    assert found.fault.startswith(
        "entry 2, ack of alert:1 by person:1 at 2026-11-28 12:00:02 UTC (line 2): it is not"
    )
    assert found.entries == 1


@pytest.mark.parametrize(("gone", "named"), [(0, "entry 2"), (1, "entry 3")])
def test_an_entry_that_was_left_out_is_noticed_at_the_next_one(gone: int, named: str) -> None:
    lines = [write_line(each, 1) for each in chain(["a", "b", "c"])]
    del lines[gone]
    assert verify_lines(lines).fault.startswith(f"{named}, ")


@pytest.mark.parametrize("line", [b"{}\n", b"hello\n", b"\xff\n", b'{"id": 1, "actor": "nobody:1"}\n'])
def test_what_is_no_entry_is_said_with_its_line(line: bytes) -> None:
    assert "line 2 is no entry" in verify_lines([write_line(chain(["a"])[0], 1), line]).fault


def test_an_actor_that_there_cannot_be_is_no_entry() -> None:
    line = msgspec.json.decode(write_line(chain(["a"])[0], 1))
    assert "line 1 is no entry" in verify_lines([msgspec.json.encode({**line, "actor": "nobody:1"})]).fault


def test_signatures_hold_under_the_desks_key_alone() -> None:
    whole = [
        msgspec.structs.replace(each, mac=sign(audit_key(b"k"), 1, each.digest)) if each.id > 1 else each
        for each in chain(["a", "b", "c"])
    ]
    lines = [write_line(each, 1) for each in whole]
    assert verify_lines(lines, b"k").fault == ""
    assert "entry 2 was not signed with this desk's key" in verify_lines(lines, b"other").fault
    bare = [*lines[:2], write_line(msgspec.structs.replace(whole[2], mac=None), 1)]
    assert "entry 3 has no signature" in verify_lines(bare, b"k").fault
    assert verify_lines(bare).fault == "", "without the key the chain alone is looked at"
