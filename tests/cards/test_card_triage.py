"""A brief fits, says what is known in the order it is asked, and nobody's words do more than speak."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.card import Card
from bot.cards.triage import (
    AnswerView,
    BriefView,
    find_marker,
    markdown,
    render,
    render_answer,
    say_noted,
    say_posted,
)
from bot.domain.alert.signal import Link, Severity
from bot.domain.recurrence.profile import EpisodeSummary
from bot.domain.recurrence.recurrence import Memory, Remedy
from bot.domain.recurrence.run import Run, RunState
from bot.domain.triage.brief import Brief, Feed, Neighbour
from tests.cards.crisis import ANN, SAFE
from tests.cards.rules import MARKS, calls, meanings, refusals
from tests.cards.world import NOON, TAG, actors, alert, alerts, hostile, links, memories, moments, urls

MINUTE = timedelta(minutes=1)

last_episodes = st.builds(
    EpisodeSummary,
    alert=st.just("A-9"),
    alert_id=st.integers(1, 9),
    opened_at=moments,
    resolved_at=moments,
    acked_at=st.none(),
    owner=st.none() | actors,
    resolved_by=st.none() | actors,
    note=hostile,
    note_by=st.none() | actors,
    self_resolved=st.booleans(),
    incidents=st.just(("I-1", "I-2")),
)
runs = st.builds(
    Run,
    id=st.integers(1, 10**18),
    project_id=st.just(1),
    agent=hostile,
    key=st.just("k"),
    state=st.sampled_from(RunState),
    queued_at=moments,
    ended_at=st.none() | moments,
    output=hostile,
)
briefs = st.builds(
    Brief,
    alert=alerts,
    seen_at=moments,
    window=st.just(15 * MINUTE),
    incident=st.sampled_from(["", "I-7"]),
    memory=memories,
    neighbours=st.lists(st.builds(Neighbour, alert=alerts, memory=memories, jump_url=urls), max_size=6).map(
        tuple
    ),
    others=st.integers(0, 94),
    endings=st.lists(last_episodes, max_size=3).map(tuple),
    jumps=st.dictionaries(st.integers(1, 9), urls, max_size=3),
    runbooks=links,
    feeds=st.lists(st.builds(Feed, name=hostile, heard_at=st.none() | moments), max_size=30).map(tuple),
    runs=st.lists(runs, max_size=3).map(tuple),
    hours=st.lists(st.tuples(moments, st.integers(1, 10**6)), max_size=3).map(tuple),
)


def texts(card: Card) -> list[str]:
    embeds = card.to_payload()["embeds"]
    fields = [field["value"] for embed in embeds for field in embed.get("fields", [])]
    return [text for embed in embeds for text in (embed.get("title", ""), embed.get("description", ""))] + [
        card.content,
        *fields,
    ]


@settings(deadline=None, max_examples=20)
@given(briefs, st.sampled_from([0, 3]))
def test_discord_takes_any_brief(brief: Brief, number: int) -> None:
    card = render(BriefView(brief=brief, id=number, tag=TAG))
    assert refusals(card.to_payload()) == []
    own = card.to_payload()["embeds"][0]
    said = [card.content, own["description"], *(field["value"] for field in own.get("fields", []))]
    assert {kind for text in said for kind, _ in meanings(text)} <= SAFE
    assert not card.ping


@settings(deadline=None, max_examples=60)
@given(runs)
def test_discord_takes_any_answer_and_it_mentions_nobody(run: Run) -> None:
    card = render_answer(AnswerView(run=run, id=3, tag=TAG))
    assert refusals(card.to_payload()) == []
    assert find_marker(card.to_payload()) == (TAG, 3)
    for text in texts(card):
        assert calls(text) == []
        kinds = {kind for kind, _ in meanings(text)}
        assert kinds <= MARKS | {"code", "block", "address", "subtext"}, text


@given(hostile, st.integers(40, 4_000))
def test_markdown_is_bounded_and_tame_twice_as_once(text: str, limit: int) -> None:
    tame = markdown(text, limit)
    assert len(tame) <= limit
    assert calls(markdown(tame, limit)) == []


def test_an_agent_may_format_but_not_call_mask_or_command() -> None:
    said = "# Do\n- **restart** `cart` @everyone <@1> <@&2> <#3> </ack:4> [click](https://e.vil) https://ok.example"
    tame = markdown(said, 4_000)
    kinds = [kind for kind, _ in meanings(tame)]
    assert kinds == ["heading", "list", "strong", "code", "address", "address"]
    assert tame.replace("\u200b", "") == said


def test_a_brief_tells_what_a_person_asks_first() -> None:
    card = render(BriefView(brief=full(), id=3, tag=TAG))
    (embed,) = card.to_payload()["embeds"]
    assert card.content == "🧭 Brief · A-1042 HighErrorRate"
    lines = embed["description"].split("\n")
    assert lines[0].startswith("🔁 9th time in 30 days, last <t:")
    assert lines[1] == "🔧 Last fixed by <@77>: restarted it (A-3)"
    assert lines[2].startswith("📖 [Runbook](https://wiki.example.com/a)")
    assert lines[3] == "🧵 Part of I-7"
    assert lines[4].startswith("📈 R-1 HighErrorRate: fired 4 times in the last 30 days, on 1 of them.")
    fields = {field["name"]: field["value"] for field in embed["fields"]}
    assert list(fields) == ["Fired with it: checkout, ±15 min", "How it ended before", "Runs", "Last heard"]
    assert fields["Fired with it: checkout, ±15 min"] == (
        "🔴 [A-2](https://discord.com/channels/1/2/3) **DiskFull** · 2 min before · critical"
        " · 4th time in 30 days\n… and 3 more"
    )
    assert fields["How it ended before"].endswith(" · 10 min · <@77>: restarted it · I-1")
    assert fields["Runs"].startswith("✅ repair · ")
    assert fields["Last heard"] == "prod · <t:1791201600:R>\nold · never"
    assert embed["footer"]["text"] == f"BR-3 · {TAG} · A-1042 · R-1"
    assert find_marker(card.to_payload()) == (TAG, 3)


def test_what_is_not_known_is_left_out() -> None:
    bare = Brief(alert=alert(service=""), seen_at=NOON, window=15 * MINUTE, memory=Memory(episodes=1))
    (embed,) = render(BriefView(brief=bare, id=3, tag=TAG)).to_payload()["embeds"]
    assert embed["description"].startswith("🆕 First time seen")
    assert "📈" not in embed["description"]
    assert "fields" not in embed
    alone = Brief(alert=alert(), seen_at=NOON, window=15 * MINUTE, memory=Memory(episodes=1))
    (embed,) = render(BriefView(brief=alone, id=3, tag=TAG)).to_payload()["embeds"]
    assert [field["value"] for field in embed["fields"]] == ["Nothing else"]


def test_who_asks_alone_reads_the_agents_last_answer_beneath() -> None:
    whisper, posted = (render(BriefView(brief=full(), id=number, tag=TAG)) for number in (0, 3))
    assert [embed.title for embed in whisper.embeds[1:]] == ["🤖 repair"]
    assert (whisper.embeds[1].description, whisper.embeds[0].footer) == ("**done**", "A-1042 · R-1")
    assert find_marker(whisper.to_payload()) is None
    assert len(posted.embeds) == 1


def test_who_asked_is_told_where_it_stands() -> None:
    assert say_posted("A-12", "<#77>").content == "🧭 The brief on A-12 goes into <#77>."
    noted = say_noted("A-12", "I-7", 15 * MINUTE, "https://discord.com/channels/1/2/3").content
    assert noted.startswith(
        "🧭 There was [a brief](https://discord.com/channels/1/2/3) on the likes of A-12 within"
    )
    assert say_noted("A-12", "I-7", 15 * MINUTE, "").content == (
        "🧭 There was a brief on the likes of A-12 within 15 min."
        " That you asked stands in the timeline of I-7."
    )


def full() -> Brief:
    remedy = Remedy(alert_id=3, at=NOON, who=ANN, note="restarted it", by_hand=True)
    episode = EpisodeSummary(
        alert="A-3",
        alert_id=3,
        opened_at=NOON - 60 * MINUTE,
        resolved_at=NOON - 50 * MINUTE,
        acked_at=None,
        owner=ANN,
        resolved_by=ANN,
        note="restarted it",
        note_by=ANN,
        self_resolved=False,
        incidents=("I-1",),
    )
    run = Run(
        id=4,
        project_id=1,
        agent="repair",
        key="k",
        state=RunState.SUCCEEDED,
        queued_at=NOON,
        ended_at=NOON,
        output="**done**",
    )
    near = alert(id=2, name="DiskFull", opened_at=NOON - 2 * MINUTE, severity=Severity.CRITICAL)
    again = Memory(episodes=4, previous_at=NOON - MINUTE)
    return Brief(
        alert=alert(),
        seen_at=NOON,
        window=15 * MINUTE,
        incident="I-7",
        memory=Memory(episodes=9, previous_at=NOON - 60 * MINUTE, remedy=remedy),
        neighbours=(Neighbour(alert=near, memory=again, jump_url="https://discord.com/channels/1/2/3"),),
        others=3,
        endings=(episode,),
        runbooks=(Link("Runbook", "https://wiki.example.com/a"),),
        feeds=(Feed(name="prod", heard_at=NOON), Feed(name="old", heard_at=None)),
        runs=(run,),
        hours=((NOON, 4),),
    )
