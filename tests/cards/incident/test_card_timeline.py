"""A page of the timeline: who did what, when, and that it was corrected."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.incident import timeline as timelines
from bot.cards.incident.timeline import TimelinePage
from bot.domain.incident.incident import Incident
from bot.domain.incident.timeline import Kind, TimelineDraft, TimelineEntry, TimelineLine
from tests.cards.crisis import ANN, BEN, SAFE, incident, incidents, lines, presses
from tests.cards.rules import meanings, refusals
from tests.cards.world import NOON, TAG


@settings(deadline=None, max_examples=40)
@given(incidents, st.lists(lines(), max_size=timelines.PAGE_SIZE), st.integers(0, 200))
def test_discord_takes_any_timeline(which: Incident, told: list[TimelineLine], page: int) -> None:
    shown = TimelinePage(incident=which, lines=tuple(told), page=page, total=2400, tag=TAG, guild_id=5)
    payload = timelines.render(shown).to_payload()
    assert refusals(payload) == []
    assert {kind for kind, _ in meanings(payload["embeds"][0]["description"])} <= SAFE


def test_a_line_says_who_did_what_and_that_it_was_corrected() -> None:
    def entry(version: int, text: str, **more: Any) -> TimelineEntry:
        draft = TimelineDraft(
            kind=Kind.MESSAGE, at=NOON, actor=(ANN, BEN)[version - 1], text=text, channel_id=3, message_id=4
        )
        return TimelineEntry(
            id=40 + version, incident_id=7, entry_id=41, version=version, draft=draft, written_at=NOON, **more
        )

    first, second = entry(1, "wrong", deleted=False), entry(2, "right", deleted=False)
    gone = TimelineLine(first=first, latest=entry(2, "", deleted=True))
    told = (TimelineLine(first=first, latest=second), gone)
    card = timelines.render(
        TimelinePage(incident=incident(), lines=told, page=1, total=30, tag=TAG, guild_id=2)
    )
    assert card.embeds[0].description.split("\n") == [
        (
            "<t:1791201600:d> <t:1791201600:T> <@77> wrote: right · [message](https://discord.com/channels/2/3/4)"
            " · corrected by <@78> · `E41`"
        ),
        "<t:1791201600:d> <t:1791201600:T> <@77> wrote: *deleted* · `E41`",
    ]
    assert card.embeds[0].footer == "30 entries · page 2 of 3"
    assert presses(card) == {"INCIDENT_TIMELINE": "Later ▶"}
