"""Buttons that mean what they meant: old presses, double taps, questions before an end, and ways back."""

from bot.domain.alert.alert import State
from bot.domain.incident.incident import IncidentState
from bot.usecases.alert import lifecycle as alerts
from cogs.double_press import RecentPresses
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Stage, custom_ids, find
from tests.senders import ANNA


async def test_a_press_that_was_drawn_for_another_state_does_nothing_and_says_how_it_stands(
    stage: Stage,
) -> None:
    alert_id, message_id = await stage.raise_card()
    old = stage.on(message_id, "resolve")
    acked = await alerts.acknowledge(stage.desk, alert_id, actor=ANNA)
    answer = await stage.person("responder").click(message_id, old)
    assert answer["ephemeral"]
    assert "A-1 is ACKED · CRITICAL, with <@1> meanwhile, so nothing was done" in answer["content"]
    assert await stage.alert(alert_id) == acked


async def test_three_taps_on_one_spot_acknowledge_once_and_give_nothing_back(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    before = [each.partition(":")[0] for each in custom_ids(stage.shown(message_id))]
    button = stage.on(message_id, "ack")
    await stage.person("responder").click(message_id, button)
    after = [each.partition(":")[0] for each in custom_ids(stage.shown(message_id))]
    assert before == after
    assert stage.shown(message_id)["components"][0]["components"][0]["disabled"]
    assert (await stage.alert(alert_id)).state is State.ACKED


async def test_a_second_tap_within_two_seconds_at_one_spot_counts_for_nothing(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    await crisis.click("incident-mitigate")
    await crisis.click("incident-reopen")
    answer = await crisis.click("incident-mitigate")
    assert "Two taps on one spot count as one" in answer["content"]
    assert "I-1 is open" in answer["content"]
    assert (await crisis.look()).state is IncidentState.OPEN


def test_a_slot_is_one_persons_and_is_free_again_after_a_moment() -> None:
    presses, slot, other = RecentPresses(), (1, 7, 0, 0), (2, 7, 0, 0)
    assert presses.begin(slot, 10.0)
    assert not presses.begin(slot, 99.0)
    presses.end(slot, 11.0, changed=True)
    assert not presses.begin(slot, 12.9)
    assert presses.begin(other, 12.9)
    assert presses.begin(slot, 13.0)
    presses.end(slot, 13.1, changed=False)
    assert presses.begin(slot, 13.2)


async def test_a_resolve_is_taken_back_on_the_card_and_whoever_had_it_has_it_again(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await alerts.acknowledge(stage.desk, alert_id, actor=ANNA)
    await stage.post()
    await stage.person("responder").click(message_id, stage.on(message_id, "resolve"))
    assert stage.on(message_id, "reopen") in [
        part["custom_id"] for part in stage.shown(message_id)["components"][1]["components"]
    ]
    await stage.person("responder").click(message_id, stage.on(message_id, "reopen"))
    alert = await stage.alert(alert_id)
    assert (alert.state, alert.owner, alert.resolved_at) == (State.ACKED, ANNA, None)
    assert "ACKED" in stage.title(message_id)


async def test_claim_and_its_end_are_reached_behind_more(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    more = (await responder.click(message_id, stage.on(message_id, "more")))["message"]
    claimed = await responder.click(more["id"], find(more, "menu"), ["claim"])
    assert (await stage.alert(alert_id)).state is State.PROCESSING
    await responder.click(more["id"], find(claimed["message"], "menu"), ["release"])
    assert (await stage.alert(alert_id)).state is State.NEW


async def test_the_last_open_alert_of_an_incident_asks_what_its_resolve_means(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    responder = stage.person("responder")
    asked = await responder.click(crisis.alert_card, stage.on(crisis.alert_card, "resolve"))
    assert "is open, and A-1 is its last open alert" in asked["content"]
    assert (await stage.alert(crisis.alert_id)).state.open
    reply_ephemeral = asked["message"]
    left = await responder.click(reply_ephemeral["id"], find(reply_ephemeral, "cancel"))
    assert left["content"] == "👍 Nothing was changed."
    asked = await responder.click(crisis.alert_card, stage.on(crisis.alert_card, "resolve"))
    both = await responder.click(asked["message"]["id"], find(asked["message"], "resolve-both"))
    assert both["content"] == "✅ A-1 and I-1 are resolved."
    assert (await stage.alert(crisis.alert_id)).state is State.RESOLVED
    assert (await crisis.look()).state is IncidentState.RESOLVED


async def test_an_incident_with_something_open_under_it_asks_before_it_ends(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    asked = await crisis.click("incident-resolve")
    assert asked["content"].startswith("❔ 1 critical of I-1 is still open.")
    assert (await crisis.look()).state is IncidentState.OPEN
    reply_ephemeral = asked["message"]
    done = await stage.person("responder").click(
        reply_ephemeral["id"], find(reply_ephemeral, "incident-resolve-all")
    )
    assert "I-1 is resolved, and so are 1 of its alerts." in done["content"]
    assert (await stage.alert(crisis.alert_id)).state is State.RESOLVED
    assert (await crisis.look()).state is IncidentState.RESOLVED
