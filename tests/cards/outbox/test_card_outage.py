"""What a channel, or its fallback, is told of a time in which nothing could be shown."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.cards.card import Ping
from bot.cards.outbox import closure as closure_card
from bot.cards.outbox import outage as outage_card
from bot.cards.outbox.closure import ClosureView
from bot.cards.outbox.outage import OutageView
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert
from bot.domain.outbox.outage import Outage, OutageCause
from bot.domain.outbox.outbox import ParkReason
from tests.cards.crowd import crowds, held
from tests.cards.rules import refusals
from tests.cards.world import NOON, TAG, hostile, moments

BLIND = Outage(
    channel_id=7,
    cause=OutageCause.UNREACHABLE,
    began_at=NOON,
    ended_at=NOON + timedelta(minutes=29),
    first_card_id=1,
    last_card_id=12,
    fired=12,
    still_open=3,
)
CLOSED = ClosureView(
    channel_id=7, number=1, tag=TAG, reason=ParkReason.MISSING_PERMISSION, began_at=NOON, cards=1
)


def test_the_report_says_from_when_to_when_and_how_many() -> None:
    card = outage_card.render(OutageView(BLIND, 1, TAG))
    (embed,) = card.embeds
    assert card.content == "🙈 Blind for 29 min: 12 fired, 9 already resolved, 3 still open"
    assert not embed.title
    start, end = int(NOON.timestamp()), int((NOON + timedelta(minutes=29)).timestamp())
    assert embed.description.startswith(f"<t:{start}:t>\u2013<t:{end}:t>. Discord could not be")
    assert embed.footer == f"BLIND-1 · {TAG}"


@given(st.sampled_from(OutageCause), st.integers(0, 10**9), st.integers(0, 10**9))
def test_any_report_is_accepted(cause: OutageCause, fired: int, still_open: int) -> None:
    found = Outage(
        channel_id=7,
        cause=cause,
        began_at=NOON,
        ended_at=NOON,
        first_card_id=1,
        last_card_id=1,
        fired=fired + still_open,
        still_open=still_open,
    )
    assert not refusals(outage_card.render(OutageView(found, 1, TAG)).to_payload())


@given(
    st.just(()) | crowds,
    st.sampled_from(ParkReason),
    st.integers(0, 10**9),
    st.none() | moments,
    st.none() | st.integers(1, 10**18),
    st.lists(hostile, max_size=5).map(tuple),
    st.booleans(),
)
def test_any_notice_is_accepted(
    held: tuple[BoardAlert, ...], reason: ParkReason, cards: int, ended: object, moved: object,
    sources: tuple[str, ...], pings: bool,
) -> None:  # fmt: skip
    view = ClosureView(
        channel_id=10**18,
        number=1,
        tag=TAG,
        reason=reason,
        began_at=NOON,
        ended_at=ended,  # type: ignore[arg-type]  # hypothesis' own
        moved_to=moved,  # type: ignore[arg-type]  # hypothesis' own
        cards=cards,
        criticals=sum(each.severity is Severity.CRITICAL for each in held),
        held=held,
        sources=sources,
    )
    ping = Ping(roles=(10**18,)) if pings else Ping()
    assert not refusals(closure_card.render(view, ping).to_payload())
    assert not refusals(closure_card.summon(view, ping, "https://discord.com/channels/1/2/3").to_payload())


def test_the_notice_says_what_to_do() -> None:
    card = closure_card.render(CLOSED, Ping())
    (embed,) = card.embeds
    assert card.content == "🚧 1 card cannot be shown"
    assert "Send Messages" in embed.fields[0].value
    assert "/setup" in embed.fields[0].value


def test_the_notice_names_the_criticals_where_a_phone_shows_it() -> None:
    """Each name once, and not endlessly many."""
    crowd = tuple(held(number, f"Down {number % 7}", severity=Severity.CRITICAL) for number in range(1, 20))
    view = replace(CLOSED, criticals=19, held=(*crowd, held(30, "Mild")))
    said = closure_card.render(view, Ping(roles=(5,))).content
    assert said == (
        "<@&5> 🔴 19 critical alerts without a card: Down 1, Down 2, Down 3, Down 4, Down 5, and others"
    )
    assert closure_card.summon(
        view, Ping(roles=(5,)), "https://discord.com/channels/1/2/3"
    ).content.startswith(said)
