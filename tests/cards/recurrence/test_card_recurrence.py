"""One recurrence, its work item, and what a source could ignore, in words."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.cards.recurrence.recurrence import AdviceView, RecurrenceView, render, render_advice
from bot.cards.recurrence.work import PlanView, render_handoff, render_plan
from bot.domain.actor import person, source
from bot.domain.recurrence.churn import Suggestion
from bot.domain.recurrence.profile import EpisodeSummary, RecurrenceProfile
from bot.domain.recurrence.recurrence import Fix, Medians
from bot.domain.recurrence.rhythm import Rhythm
from bot.domain.recurrence.run import Run, RunState
from bot.domain.recurrence.work import Check, Handoff, HandoffKind, Item, NextStep, WorkMode
from tests.cards.recurrence.test_card_ranking import recurrence, recurrences
from tests.cards.rules import meanings, refusals
from tests.cards.world import NOON, actors, hostile, moments, urls

MINUTE = timedelta(minutes=1)
ANN = person(77, "ann")
ITEM = Item(
    ref="W-12", mode=WorkMode.MANUAL, next_step=NextStep.AUTOMATION_GAP, reason="people did it by hand"
)

last_episodes = st.builds(
    EpisodeSummary,
    alert=st.just("A-7"),
    alert_id=st.just(7),
    opened_at=moments,
    resolved_at=st.none() | moments,
    acked_at=st.none(),
    owner=st.none() | actors,
    resolved_by=st.none() | actors,
    note=hostile,
    note_by=st.none(),
    self_resolved=st.booleans(),
    incidents=st.just(("I-3",)),
)
runs = st.builds(
    Run,
    id=st.just(1),
    project_id=st.just(1),
    agent=hostile,
    key=hostile,
    state=st.sampled_from(RunState),
    queued_at=moments,
    output=hostile,
)


def episode(**changes: Any) -> EpisodeSummary:
    ordinary: dict[str, Any] = {
        "alert": "A-7",
        "alert_id": 7,
        "opened_at": NOON,
        "resolved_at": NOON + 8 * MINUTE,
        "acked_at": None,
        "owner": None,
        "resolved_by": source("prod"),
        "note": "",
        "note_by": None,
        "self_resolved": True,
    }
    return EpisodeSummary(**{**ordinary, **changes})


def profile(**changes: Any) -> RecurrenceProfile:
    ordinary: dict[str, Any] = {
        "recurrence": recurrence(resolves=10, self_resolves=7, attention=40 * MINUTE, noise_votes=2),
        "source": "prod-am",
        "provider": "alertmanager",
        "self_resolved_share": 0.7,
        "medians": Medians(to_ack=4 * MINUTE, to_resolve=12 * MINUTE, gap=timedelta(days=3, hours=4)),
        "rhythm": Rhythm(1, 2),
        "last_episodes": (
            episode(),
            episode(owner=ANN, note="restarted *it*", self_resolved=False, incidents=("I-3",)),
        ),
        "incidents": ("I-3",),
        "runs": {RunState.FAILED: 1, RunState.SUCCEEDED: 2},
        "handoff": None,
        "item": ITEM,
    }
    return RecurrenceProfile(**{**ordinary, **changes})


def test_it_tells_what_it_costs_who_dealt_with_it_and_what_is_to_be_done() -> None:
    view = RecurrenceView(
        profile=profile(), voters=("ann", "bob"), jumps={7: "https://discord.com/channels/1/2/3"}
    )
    embed = render(view).embeds[0]
    assert embed.title == "R-12 HighErrorRate"
    assert embed.description.split("\n") == [
        "📍 checkout · prod",
        "🔁 \u00d7400 in 11 episodes · 380 repeats · 9 flaps",
        "🕐 First <t:1791201600:D>, last <t:1791201600:R>",
        "⏱️ acknowledged after 4 min · over after 12 min · gap 3 d 4 h · mostly Tue 02-04 UTC",
        "🍃 7 of 10 resolved by themselves · 40 min in somebody's hands",
        "👎 Noise to 2: ann, bob",
        "🧵 Incidents I-3",
        "⚙️ Runs: 1 failed, 2 succeeded",
        "🤖 W-12: a program could do it · people did it by hand",
    ]
    jump = "[A-7](https://discord.com/channels/1/2/3)"
    assert embed.fields[0].value.split("\n") == [
        f"{jump} <t:1791201600:R> · 8 min · by itself",
        rf"{jump} <t:1791201600:R> · 8 min · <@77>, prod: restarted \*it\* · I-3",
    ]


def test_a_fix_that_holds_is_praised_and_one_that_does_not_names_its_owner() -> None:
    fix = Fix(at=NOON, by=ANN, owner=ANN, note="more memory")
    held = render(RecurrenceView(profile=profile(recurrence=recurrence(fix=fix)))).embeds[0]
    assert "✅ Marked fixed <t:1791201600:R> by <@77>: more memory" in held.description
    broken = replace(fix, regressed_at=NOON)
    back = render(RecurrenceView(profile=profile(recurrence=recurrence(fix=broken)))).embeds[0]
    assert "↩️ Came back <t:1791201600:R>: open again, ask <@77>: more memory" in back.description
    assert held.color != back.color


def test_a_plan_says_what_holds_and_that_nothing_was_written() -> None:
    checks = (Check("open", True, "an episode is open"), Check("fresh", False, "its source is silent"))
    view = PlanView(item=ITEM, name="HighErrorRate", steps=("first", "then"), checks=checks)
    embed = render_plan(view).embeds[0]
    assert [field.value for field in embed.fields] == [
        "1. first\n2. then",
        "✅ open: an episode is open\n❌ fresh: its source is silent",
    ]
    assert embed.footer == "A preview: nothing was written."
    assert render_plan(replace(view, recorded=7)).embeds[0].footer == "Written down as dry run 7."


def test_advice_names_the_labels_and_shows_examples() -> None:
    told = Suggestion(name="Crash", labels=("pod", "pod_ip"), count=14, examples=("cart-0",))
    field = render_advice((AdviceView("prod", (told,)),)).embeds[0].fields[0]
    assert field.value == "14\u00d7 **Crash** differ only by `pod`, `pod_ip`, such as `cart-0`"
    assert render_advice(()).content.startswith("✅")


@settings(deadline=None, max_examples=50)
@given(
    recurrences,
    st.lists(last_episodes, max_size=2).map(lambda few: tuple(few * 5)),
    st.lists(runs, max_size=2).map(lambda few: tuple(few * 3)),
    hostile,
    urls,
)
def test_discord_takes_any_recurrence(
    known: Any, some: tuple[EpisodeSummary, ...], told: tuple[Run, ...], name: str, url: str
) -> None:
    shown = profile(recurrence=known, last_episodes=some, source=name, item=replace(ITEM, reason=name))
    payload = render(RecurrenceView(profile=shown, runs=told, voters=(name,), jumps={7: url})).to_payload()
    assert refusals(payload) == []
    texts = [
        payload["embeds"][0]["description"],
        *(each["value"] for each in payload["embeds"][0].get("fields", [])),
    ]
    kinds = {kind for text in texts for kind, _ in meanings(text)}
    assert kinds <= {"link", "moment", "user", "address"}


@settings(deadline=None, max_examples=50)
@given(hostile, hostile, st.sampled_from(HandoffKind), actors)
def test_discord_takes_any_plan_and_proposal(name: str, words: str, kind: HandoffKind, actor: Any) -> None:
    plan = PlanView(item=ITEM, name=name, steps=("a",), checks=())
    assert refusals(render_plan(plan).to_payload()) == []
    handed = Handoff(
        id=1, recurrence_id=1, kind=kind, at=NOON, by=actor, assignee=ANN, title=name, body=words
    )
    payload = render_handoff(handed).to_payload()
    assert refusals(payload) == []
    kinds = {kind for kind, _ in meanings(payload["embeds"][0]["description"])}
    assert kinds <= {"user", "address"}
    advice = AdviceView(name, (Suggestion(name=name, labels=(words,), count=5, examples=(words,)),) * 9)
    assert refusals(render_advice((advice,) * 9).to_payload()) == []
