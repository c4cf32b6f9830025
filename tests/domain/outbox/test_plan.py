"""The next call of a channel: the most urgent one that will not be refused; and how storms come and go."""

import math

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.plan import (
    CALM,
    FEW,
    HANDFUL,
    PATIENCE,
    REFRESH,
    RESERVE,
    UNKNOWN,
    Board,
    Bucket,
    PlannedCall,
    PlanStep,
    Waiting,
    board_rest,
    calms,
    choose,
    storm_from,
    storms,
)
from tests.domain.weather import Alert, Sky

FULL = Bucket(limit=5, window=5.0)
LAST = Bucket(limit=5, remaining=1, resets_in=4.0, window=5.0)
EMPTY = Bucket(limit=5, remaining=0, resets_in=4.0, window=5.0)
NOTHING = Waiting({}, {})
STORM = Board(active=True, posted=True)

seconds = st.floats(0, 60)
lanes = st.dictionaries(st.sampled_from(Lane), st.integers(1, 40))
waitings = st.builds(Waiting, lanes, lanes)
buckets = st.one_of(
    st.just(UNKNOWN),
    st.builds(
        lambda limit, remaining, resets_in, window, closed: Bucket(
            limit, min(limit, remaining), min(resets_in, window), window, closed
        ),
        st.integers(1, 50),
        st.integers(0, 50),
        seconds,
        st.floats(0.1, 120),
        st.sampled_from([0.0, 0.0, 0.0, 7.5]),
    ),
)
boards = st.builds(
    Board,
    active=st.booleans(),
    posted=st.booleans(),
    lacking=st.booleans(),
    drifted=st.booleans(),
    rested=st.one_of(seconds, st.just(math.inf)),
    young=st.integers(0, 100),
)


def new(**counts: int) -> Waiting:
    return Waiting({Lane[name.upper()]: count for name, count in counts.items()}, {})


def changed(**counts: int) -> Waiting:
    return Waiting({}, {Lane[name.upper()]: count for name, count in counts.items()})


def bucket_of(step: PlanStep, board: Board, post: Bucket, edit: Bucket) -> Bucket:
    is_post = step.call is PlannedCall.POST or (step.call is PlannedCall.BOARD and not board.posted)
    return post if is_post else edit


@given(waitings, boards, buckets, buckets)
def test_no_call_is_made_that_would_be_refused(
    waiting: Waiting, board: Board, post: Bucket, edit: Bucket
) -> None:
    step = choose(waiting, board, post, edit)
    if step.call is not PlannedCall.WAIT:
        used = bucket_of(step, board, post, edit)
        assert used.closed == 0
        assert used.limit is None or used.resets_in <= 0 or used.remaining > 0


@given(waitings, boards, buckets, buckets)
def test_what_is_chosen_waits_to_be_sent(waiting: Waiting, board: Board, post: Bucket, edit: Bucket) -> None:
    step = choose(waiting, board, post, edit)
    if step.call is PlannedCall.POST:
        assert any(waiting.new.get(lane) for lane in step.lanes)
    elif step.call is PlannedCall.EDIT:
        assert any(waiting.changed.get(lane) for lane in step.lanes)
    elif step.call is PlannedCall.BOARD:
        assert board.active


@given(waitings, boards, buckets, buckets)
def test_nothing_overtakes_what_is_more_urgent_in_its_own_bucket(
    waiting: Waiting, board: Board, post: Bucket, edit: Bucket
) -> None:
    step = choose(waiting, board, post, edit)
    if step.call is PlannedCall.EDIT:
        assert not any(waiting.changed.get(lane) for lane in Lane if lane < min(step.lanes))
    if step.call is PlannedCall.POST and min(step.lanes) > Lane.PERSON:
        assert not any(waiting.new.get(lane) for lane in Lane if lane < min(step.lanes))
    if step.lanes == (Lane.PERSON,) and waiting.new.get(Lane.CRITICAL) and not board.active:
        assert post.remaining <= RESERVE


@given(waitings, boards, buckets, buckets)
def test_the_last_token_is_kept(waiting: Waiting, board: Board, post: Bucket, edit: Bucket) -> None:
    step = choose(waiting, board, post, edit)
    if step.call is PlannedCall.WAIT:
        return
    used = bucket_of(step, board, post, edit)
    is_last = used.limit is not None and used.limit > 1 and used.resets_in > 0 and used.remaining <= RESERVE
    if is_last and step.call is PlannedCall.EDIT:
        assert max(step.lanes) <= Lane.PERSON
    if is_last and step.call is PlannedCall.POST:
        assert max(step.lanes) <= Lane.PERSON
        assert step.lanes == (Lane.PERSON,) or not board.active
    if is_last and step.call is PlannedCall.BOARD:
        assert not board.posted


@given(waitings, boards, buckets, buckets)
def test_a_wait_ends_unless_nothing_waits(waiting: Waiting, board: Board, post: Bucket, edit: Bucket) -> None:
    step = choose(waiting, board, post, edit)
    if step.call is PlannedCall.WAIT:
        assert step.wait > 0
        has_turn = board.active and (board.lacking or board.drifted)
        assert math.isinf(step.wait) == (
            not waiting.news and not any(waiting.changed.values()) and not has_turn
        )


def test_posts_and_edits_do_not_hold_each_other_up() -> None:
    both = Waiting({Lane.CRITICAL: 1}, {Lane.RESOLVE: 1})
    assert choose(both, Board(), EMPTY, FULL) == PlanStep(PlannedCall.EDIT, (Lane.RESOLVE,))
    assert choose(both, Board(), FULL, EMPTY) == PlanStep(PlannedCall.POST, (Lane.CRITICAL,))
    assert choose(both, Board(), EMPTY, EMPTY) == PlanStep(PlannedCall.WAIT, wait=4.0)


def test_the_last_post_is_for_criticals_and_people() -> None:
    assert choose(new(warning=1), Board(), LAST, FULL).call is PlannedCall.WAIT
    assert choose(new(critical=1, warning=3), Board(), LAST, FULL).lanes == (Lane.CRITICAL,)
    assert choose(new(person=1), Board(), LAST, FULL).lanes == (Lane.PERSON,)


def test_the_last_edit_is_for_criticals_and_people() -> None:
    assert choose(changed(resolve=1), Board(), FULL, LAST).call is PlannedCall.WAIT
    assert choose(changed(person=1), Board(), FULL, LAST).call is PlannedCall.EDIT


def test_a_bucket_of_one_has_no_reserve() -> None:
    one = Bucket(limit=1, remaining=1, resets_in=0.2, window=0.25)
    assert choose(new(info=1), Board(), one, one).call is PlannedCall.POST


def test_a_channel_that_was_never_heard_of_is_asked_before_it_is_judged() -> None:
    assert not storms(new(warning=500), UNKNOWN)
    assert choose(new(warning=500), Board(), UNKNOWN, UNKNOWN).call is PlannedCall.POST


def test_it_is_a_storm_when_the_last_card_would_have_to_wait_too_long() -> None:
    assert not storms(new(warning=12), FULL)
    assert storms(new(warning=9, info=4), FULL)
    assert storms(new(critical=13), EMPTY)
    assert not storms(new(warning=HANDFUL), Bucket(limit=2, remaining=0, resets_in=50, window=60))
    assert storms(new(warning=HANDFUL + 1), Bucket(limit=2, remaining=0, resets_in=50, window=60))


def test_a_wide_bucket_needs_more_for_a_storm() -> None:
    assert storm_from(Bucket(limit=50, window=1.0)) == 49 * PATIENCE


def test_in_a_storm_the_board_comes_first_and_only_people_get_cards() -> None:
    opening = Board(active=True, lacking=True)
    waiting = new(critical=3, person=1, warning=500, info=500)
    assert choose(waiting, opening, FULL, FULL).call is PlannedCall.BOARD
    storm = Board(active=True, posted=True, young=500, held=1_003)
    assert choose(waiting, storm, FULL, FULL).lanes == (Lane.PERSON,)
    assert choose(new(person=1, warning=500), storm, FULL, FULL).lanes == (Lane.PERSON,)
    assert choose(new(critical=3, warning=500), storm, FULL, FULL).call is PlannedCall.WAIT


def test_while_a_storm_brews_criticals_leave_a_post_for_its_board() -> None:
    assert choose(new(critical=2), Board(), LAST, FULL).call is PlannedCall.POST
    assert choose(new(critical=2, warning=7), Board(), LAST, FULL).call is PlannedCall.WAIT


def test_a_board_leaves_edits_to_others() -> None:
    assert board_rest(FULL) * 5 * 0.6 >= FULL.window
    assert board_rest(FULL, 10_000) == board_rest(FULL)
    assert board_rest(FULL, 50_000) == 5.0
    storm = Board(active=True, posted=True, lacking=True, rested=board_rest(FULL) - 0.5)
    assert choose(changed(info=1), storm, FULL, FULL).call is PlannedCall.EDIT
    assert choose(NOTHING, storm, FULL, FULL) == PlanStep(PlannedCall.WAIT, wait=0.5 + 0.0)


def test_edits_that_nobody_waits_for_leave_one_to_a_board() -> None:
    storm = Board(active=True, posted=True, lacking=True, rested=board_rest(FULL) - 0.5)
    two = msgspec.structs.replace(LAST, remaining=2)
    calm = msgspec.structs.replace(storm, lacking=False)
    for waiting in (changed(info=1), changed(resolve=1)):
        assert choose(waiting, storm, FULL, two) == PlanStep(PlannedCall.WAIT, wait=0.5)
        assert choose(waiting, calm, FULL, two).call is PlannedCall.EDIT
    assert choose(changed(person=1), storm, FULL, two).call is PlannedCall.EDIT
    assert choose(changed(info=1), storm, FULL, LAST).call is PlannedCall.WAIT


def test_a_board_that_only_lists_too_much_has_time() -> None:
    def drifted(rested: float) -> Board:
        return Board(active=True, posted=True, drifted=True, rested=rested)

    assert choose(NOTHING, drifted(REFRESH - 1), FULL, FULL) == PlanStep(PlannedCall.WAIT, wait=1.0)
    assert choose(NOTHING, drifted(REFRESH), FULL, FULL).call is PlannedCall.BOARD


def test_held_cards_are_posted_when_few_are_left_and_hardly_anything_new_comes() -> None:
    waiting = new(warning=10)

    def left(held: int, young: int) -> PlannedCall:
        return choose(waiting, Board(active=True, posted=True, young=young, held=held), FULL, FULL).call

    assert left(FEW, 6) is PlannedCall.POST
    assert left(FEW, 7) is PlannedCall.WAIT
    assert left(FEW + 1, 0) is PlannedCall.WAIT


@given(buckets.filter(lambda bucket: bucket.limit is not None))
def test_calm_is_less_than_a_storm(post: Bucket) -> None:
    assert calms(Board(young=2), post)
    many = math.ceil(storm_from(msgspec.structs.replace(post, resets_in=0.0)))
    assert not calms(Board(young=many), post)


gusts = st.lists(
    st.tuples(
        st.floats(0, 60),  # when
        st.integers(1, 120),  # how many
        st.floats(0, 10),  # spread over
        st.sampled_from([0.0, 0.1, 1.0]),  # share of criticals
        st.one_of(st.none(), st.floats(0.1, 200)),  # how long they last
    ),
    min_size=1,
    max_size=3,
)


def alerts_of(found: list[tuple[float, int, float, float, float | None]]) -> list[Alert]:
    alerts = []
    for begins, count, spread, criticals, lasts in found:
        for number in range(count):
            at = begins + spread * number / count
            is_critical = number < count * criticals
            lane = Lane.CRITICAL if is_critical else Lane.WARNING if number % 2 else Lane.INFO
            alerts.append(Alert(at, lane, math.inf if lasts is None else at + lasts))
    return alerts


@given(gusts, st.sampled_from([(5, 5.0), (1, 0.5), (2, 1.0), (10, 10.0)]), st.floats(0.01, 0.4))
@example([(0.0, 120, 10.0, 0.1, None)], (5, 5.0), 0.05)
@example([(0.0, 120, 0.0, 1.0, 30.0)], (5, 5.0), 0.05)
@example([(0.0, 4, 0.0, 1.0, None), (0.5, 100, 10.0, 0.0, None)], (5, 5.0), 0.05)
@settings(deadline=None, max_examples=60)
def test_in_any_weather_every_open_alert_is_soon_seen_and_stays_on_a_card_or_on_the_board(
    found: list[tuple[float, int, float, float, float | None]], budget: tuple[int, float], latency: float
) -> None:
    sky = Sky(alerts_of(found), calls=budget[0], window=budget[1], latency=latency)
    sky.run(until=2_000)
    assert sky.refused == 0
    assert sky.latest_sight <= 2 * (PATIENCE + sky.window)
    without = [alert for alert in sky.alerts if alert.ends == math.inf and not alert.has_card]
    assert sky.board_is_up == (len(without) > FEW)
    assert sky.board_is_up or not without
    assert sky.storms <= 1 + 60 / CALM
