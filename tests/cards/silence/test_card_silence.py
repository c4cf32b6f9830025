"""The list of silences stays within limits and quotes nobody's tricks."""

from datetime import UTC, datetime, timedelta

from bot.cards.silence.silence import SHOWN, label, render
from bot.domain.actor import person
from bot.domain.silence.matcher import Matcher
from bot.domain.silence.silence import Silence

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


def silence(number: int) -> Silence:
    return Silence(
        id=str(number),
        number=number,
        project_id=1,
        matchers=(Matcher("alertname", "@everyone ](x) `" * 60),) * 5,
        starts_at=NOW + timedelta(hours=1),
        ends_at=NOW + timedelta(hours=2),
        updated_at=NOW,
        actor=person(1, "Anna"),
        created_by="<@1> " * 40,
        comment="**bold** " * 100,
    )


def test_a_long_list_fits() -> None:
    card = render([silence(number) for number in range(SHOWN + 3)], NOW)
    (embed,) = card.embeds
    assert len(embed.description) <= 4_096
    assert len(label(silence(1))) <= 100


def test_an_empty_list_says_so() -> None:
    assert "Nothing is silenced" in render([], NOW).embeds[0].description
