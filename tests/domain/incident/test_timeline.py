"""A timeline tells each entry once, as it reads now, in the order in which things happened."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actor import person
from bot.domain.incident.timeline import LABELS, Kind, TimelineDraft, TimelineEntry, fold

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ANNA, BEN = person(1, "Anna"), person(2, "Ben")


def entry(
    number: int, version: int = 1, *, minute: int = 0, text: str = "", deleted: bool = False
) -> TimelineEntry:
    actor = ANNA if version == 1 else BEN
    draft = TimelineDraft(kind=Kind.NOTE, at=NOW + timedelta(minutes=minute), actor=actor, text=text)
    return TimelineEntry(
        id=number * 10 + version,
        incident_id=1,
        entry_id=number * 10 + 1,
        version=version,
        draft=draft,
        deleted=deleted,
        written_at=NOW,
    )


def test_a_correction_shows_the_new_text_under_the_old_name() -> None:
    (line,) = fold([entry(1, text="wrong"), entry(1, 2, text="right")])
    assert (line.text, line.actor, line.corrected_by, line.id) == ("right", ANNA, BEN, 11)
    assert line.first.draft.text == "wrong"


def test_what_was_deleted_stays_as_a_trace() -> None:
    (line,) = fold([entry(1, text="secret"), entry(1, 2, deleted=True)])
    assert line.deleted
    assert line.corrected_by is None


def test_things_stand_where_they_happened() -> None:
    lines = fold([entry(1, minute=5), entry(2, minute=3), entry(3, minute=9), entry(3, 2, minute=1)])
    assert [line.id for line in lines] == [31, 21, 11]


versions = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 20), st.booleans()), max_size=20)


@given(versions, st.randoms(use_true_random=False))
def test_every_entry_is_told_once_however_its_versions_arrive(
    wanted: list[tuple[int, int, bool]], random: object
) -> None:
    counts: dict[int, int] = {}
    entries = []
    for number, minute, deleted in wanted:
        counts[number] = counts.get(number, 0) + 1
        entries.append(entry(number, counts[number], minute=minute, deleted=deleted))
    lines = fold(entries)
    random.shuffle(entries)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert fold(entries) == lines
    assert sorted(line.id for line in lines) == sorted(number * 10 + 1 for number in counts)
    assert all(line.latest.version == counts[line.id // 10] for line in lines)


def test_every_kind_has_words() -> None:
    assert set(LABELS) == set(Kind)
