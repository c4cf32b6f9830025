"""Links out of an alert: as many as are shown are read, whatever a sender puts there."""

from collections.abc import Iterator

from bot.domain.alert.signal import MAX_LINKS
from bot.providers.link import read_links


def test_no_more_are_read_than_are_kept() -> None:
    """Each was compared with all before it: 4,000 of them took 0.2 s, and time grew with the square."""
    asked: list[int] = []

    def candidates() -> Iterator[tuple[str, object]]:
        for number in range(100_000):
            asked.append(number)
            yield "Page", f"https://example.org/{number // 2}"

    links = read_links(candidates())
    assert [link.url for link in links] == [f"https://example.org/{number}" for number in range(MAX_LINKS)]
    assert len(asked) < 2 * MAX_LINKS
