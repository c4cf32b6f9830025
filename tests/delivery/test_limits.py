"""What is known of Discord's limits comes from its answers alone."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.wire.limits import UNTOLD, Heard, Limits, RestCall, read_headers

CHANNEL, OTHER = 1, 2


def passed(remaining: int, reset_after: float, *, limit: int = 5, bucket: str = "b") -> Heard:
    return Heard(bucket=bucket, limit=limit, remaining=remaining, reset_after=reset_after)


def refused(retry_after: float, **more: object) -> Heard:
    return Heard(is_refusal=True, retry_after=retry_after, **more)  # type: ignore[arg-type]  # test sugar


def test_what_was_never_heard_of_is_open() -> None:
    assert Limits().opens_in(RestCall.POST, CHANNEL, now=0) == 0


def test_an_empty_bucket_is_closed_until_its_reset_and_only_in_its_channel() -> None:
    limits = Limits()
    limits.hear(RestCall.POST, CHANNEL, passed(1, 5.0), now=10)
    assert limits.opens_in(RestCall.POST, CHANNEL, now=10) == 0
    limits.hear(RestCall.POST, CHANNEL, passed(0, 4.0), now=11)
    assert 4.0 <= limits.opens_in(RestCall.POST, CHANNEL, now=11) < 4.1
    assert limits.opens_in(RestCall.POST, CHANNEL, now=15.01) == 0
    assert limits.opens_in(RestCall.POST, OTHER, now=11) == 0
    assert limits.opens_in(RestCall.EDIT, CHANNEL, now=11) == 0


def test_calls_that_share_a_bucket_share_its_window() -> None:
    limits = Limits()
    limits.hear(RestCall.OLD_EDIT, CHANNEL, passed(4, 5.0), now=0)
    limits.hear(RestCall.EDIT, CHANNEL, passed(0, 5.0), now=1)
    assert limits.opens_in(RestCall.OLD_EDIT, CHANNEL, now=1) > 0


def test_a_global_refusal_closes_everything() -> None:
    limits = Limits()
    limits.hear(RestCall.POST, CHANNEL, refused(3.0, is_global=True), now=0)
    assert limits.opens_in(RestCall.EDIT, OTHER, now=0) >= 3
    assert limits.opens_in(RestCall.EDIT, OTHER, now=3.02) == 0


def test_a_refusal_against_the_buckets_promise_closes_that_call_alone() -> None:
    limits = Limits()
    limits.hear(RestCall.EDIT, CHANNEL, passed(4, 5.0), now=0)
    promise = {"bucket": "b", "limit": 5, "remaining": 3, "reset_after": 5.0}
    limits.hear(RestCall.OLD_EDIT, CHANNEL, refused(6.0, **promise), now=0)
    assert limits.opens_in(RestCall.OLD_EDIT, CHANNEL, now=0) >= 6
    assert limits.opens_in(RestCall.EDIT, CHANNEL, now=0) == 0


def test_a_refusal_that_does_not_say_how_long_is_taken_seriously() -> None:
    limits = Limits()
    limits.hear(RestCall.POST, CHANNEL, Heard(is_refusal=True), now=0)
    assert limits.opens_in(RestCall.POST, CHANNEL, now=0) >= UNTOLD


def test_a_shared_limit_teaches_nothing() -> None:
    limits = Limits()
    limits.hear(RestCall.POST, CHANNEL, passed(4, 5.0), now=0)
    limits.hear(RestCall.POST, CHANNEL, refused(2.0, is_shared=True), now=1)
    assert [standing.sub_limit for standing in limits.standings(now=1)] == [None]


@given(
    calls=st.integers(2, 6),
    seconds=st.floats(1, 10),
    gaps=st.lists(st.floats(0, 0.1), min_size=60, max_size=60),
)
def test_a_hidden_limit_is_learned_from_its_first_refusal(
    calls: int, seconds: float, gaps: list[float]
) -> None:
    """The server counts in fixed windows that open with a call, and tells nothing of them."""
    limits, now = Limits(), 0.0
    opened, used, refusals = -1_000.0, 0, 0
    for gap in gaps:
        now += max(gap, limits.opens_in(RestCall.OLD_EDIT, CHANNEL, now=now))
        if now - opened >= seconds:
            opened, used = now, 0
        if used >= calls:
            refusals += 1
            limits.hear(RestCall.OLD_EDIT, CHANNEL, refused(opened + seconds - now), now=now)
        else:
            used += 1
            limits.hear(RestCall.OLD_EDIT, CHANNEL, Heard(), now=now)
    assert refusals <= 1


def test_a_refusal_out_of_the_blue_teaches_nothing() -> None:
    limits = Limits()
    for now in (0.0, 0.1, 0.2):
        limits.hear(RestCall.EDIT, CHANNEL, Heard(), now=now)
    limits.hear(RestCall.EDIT, CHANNEL, refused(1.0), now=500)
    limits.hear(RestCall.EDIT, CHANNEL, Heard(), now=502)
    limits.hear(RestCall.EDIT, CHANNEL, refused(1.0), now=503)
    assert [standing.sub_limit for standing in limits.standings(now=504)] == [None]


def test_what_was_learned_is_put_to_the_test_again_after_a_while() -> None:
    limits = Limits()
    for now in (0.0, 0.1):
        limits.hear(RestCall.EDIT, CHANNEL, Heard(), now=now)
    limits.hear(RestCall.EDIT, CHANNEL, refused(1.0), now=1)
    (standing,) = limits.standings(now=2)
    assert standing.sub_limit is not None
    assert (standing.sub_limit.calls, standing.sub_limit.seconds) == (2, 2.0)
    (later,) = limits.standings(now=2_000)
    assert later.sub_limit is None


def test_what_is_known_can_be_looked_at() -> None:
    limits = Limits()
    limits.hear(RestCall.POST, CHANNEL, passed(2, 5.0), now=0)
    (standing,) = limits.standings(now=1)
    assert (standing.call, standing.channel_id) == (RestCall.POST, CHANNEL)
    assert (standing.limit, standing.remaining, standing.opens_in) == (5, 2, 0)
    (later,) = limits.standings(now=6)
    assert later.remaining == 5


def test_what_may_not_be_called_now_is_told_the_longest_wait_first() -> None:
    limits = Limits()
    assert limits.pauses(now=0) == []
    limits.hear(RestCall.POST, CHANNEL, passed(0, 2.0), now=0)
    limits.hear(RestCall.EDIT, OTHER, refused(9.0), now=0)
    longest, other = limits.pauses(now=0)
    assert (longest.call, longest.channel_id, other.call, other.channel_id) == (
        "edit",
        OTHER,
        "post",
        CHANNEL,
    )
    assert longest.span >= timedelta(seconds=9)
    limits.hear(RestCall.POST, CHANNEL, refused(3.0, is_global=True), now=1)
    (everywhere,) = limits.pauses(now=1)
    assert (everywhere.channel_id, everywhere.span) == (None, timedelta(seconds=3))
    assert limits.pauses(now=60) == []
    assert limits.refused == 2


def test_headers_are_read_as_discord_writes_them() -> None:
    heard = read_headers(
        {
            "X-RateLimit-Bucket": "abcd",
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": "4.25",
            "X-RateLimit-Scope": "shared",
            "Retry-After": "5",
        }
    )
    assert heard == Heard(
        bucket="abcd", limit=5, remaining=0, reset_after=4.25, retry_after=5.0, is_shared=True
    )


@given(st.dictionaries(st.sampled_from(["X-RateLimit-Limit", "X-RateLimit-Reset-After"]), st.text()))
def test_nonsense_in_headers_reads_as_absent(headers: dict[str, str]) -> None:
    heard = read_headers(headers)
    assert heard.limit is None or heard.limit >= 0
    assert heard.reset_after is None or heard.reset_after >= 0
