"""A failing Discord is left alone, longer each time, and forgiven at once."""

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.breaker import Breaker


def test_one_failure_rests_nobody_and_more_rest_the_channel() -> None:
    breaker = Breaker()
    assert [breaker.fail(now=0) for _ in range(8)] == [0, 1, 2, 4, 8, 16, 30, 30]
    assert breaker.opens_in(now=10) == 20
    assert breaker.opens_in(now=30) == 0


@given(st.integers(0, 5_000))
def test_a_success_ends_any_rest(failures: int) -> None:
    breaker = Breaker()
    for _ in range(failures):
        breaker.fail(now=0)
    breaker.mend()
    assert breaker.opens_in(now=0) == 0
    assert breaker.fail(now=0) == 0
