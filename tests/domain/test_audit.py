"""The chain: it holds, and shows where it was broken."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.domain.actor import Method, person
from bot.domain.audit import GENESIS, Entry, Sealed, first_broken, seal

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ENTRIES = st.lists(
    st.builds(
        Entry,
        at=st.just(NOW),
        actor=st.builds(person, st.integers(1, 9), st.text(max_size=5)),
        action=st.text(max_size=5),
        subject=st.text(max_size=5),
        before=st.text(max_size=5),
        after=st.text(max_size=5),
        note=st.text(max_size=5),
        method=st.sampled_from([None, *Method]),
    ),
    min_size=1,
    max_size=8,
)


def chained(entries: list[Entry]) -> list[Sealed]:
    chain, previous = [], GENESIS
    for number, entry in enumerate(entries, start=1):
        digest = seal(previous, entry)
        chain.append(Sealed(id=number, entry=entry, previous=previous, digest=digest))
        previous = digest
    return chain


@given(ENTRIES)
def test_an_untouched_chain_holds(entries: list[Entry]) -> None:
    assert first_broken(chained(entries)) is None


@given(ENTRIES, st.data())
def test_a_changed_entry_is_found_where_it_stands(entries: list[Entry], data: st.DataObject) -> None:
    chain = chained(entries)
    place = data.draw(st.integers(0, len(chain) - 1))
    chain[place] = replace(
        chain[place], entry=replace(chain[place].entry, note=chain[place].entry.note + "!")
    )
    assert first_broken(chain) == place + 1


@given(ENTRIES, st.data())
def test_a_removed_entry_is_found(entries: list[Entry], data: st.DataObject) -> None:
    chain = chained([*entries, *entries])
    place = data.draw(st.integers(0, len(chain) - 2))
    gone = chain[:place] + chain[place + 1 :]
    assert first_broken(gone) == place + 2


def test_text_cannot_lean_over_into_the_next_field() -> None:
    one = Entry(at=NOW, actor=person(1, "x"), action="ab", subject="c")
    other = Entry(at=NOW, actor=person(1, "x"), action="a", subject="bc")
    assert seal(GENESIS, one) != seal(GENESIS, other)
