"""Paging: how many there are in all, beside a page of them."""

from collections.abc import Callable, Sized


def total_of(page: Sized, offset: int, limit: int, count: Callable[[], int]) -> int:
    """How many there are: a page that is not full is the last, and says so without a count."""
    is_last = len(page) < limit and (len(page) > 0 or offset == 0)
    return offset + len(page) if is_last else count()
