"""A page tells how many there are in all, and counts only where it has to."""

import pytest

from bot.domain.paging import total_of


@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 25])
@pytest.mark.parametrize("offset", [0, 10, 20, 30])
def test_what_is_said_is_what_would_be_counted(total: int, offset: int) -> None:
    page = range(total)[offset : offset + 10]
    counts = []

    def count() -> int:
        counts.append(total)
        return total

    assert total_of(page, offset, 10, count) == total
    assert bool(counts) is (len(page) == 10 or (not page and offset > 0))
