"""``/me zone``: a person's times are read in their zone, by every command."""

from datetime import UTC, datetime, time, timedelta

import msgspec

from bot.domain.zone import next_at, read_zone
from bot.usecases import person as people
from bot.usecases.silence import silence as silences
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Stage, find
from tests.senders import ANNA

TOKYO = read_zone("Asia/Tokyo")


async def test_a_zone_is_chosen_shown_and_given_back(stage: Stage) -> None:
    visitor = stage.person("visitor")
    assert "UTC" in (await visitor.command("me zone"))["content"]
    chosen = await visitor.command("me zone", {"zone": "asia/tokyo"})
    assert chosen["ephemeral"]
    assert chosen["content"].startswith("✅ Your times are read in Asia/Tokyo; there it is ")
    assert "Asia/Tokyo" in (await visitor.command("me zone"))["content"]
    assert "UTC" in (await stage.person("responder").command("me zone"))["content"], "nobody else's"
    refused = await visitor.command("me zone", {"zone": "Mars/Base"})
    assert refused["content"].startswith("❓ zone: 'Mars/Base' is no time zone")
    assert "UTC" in (await visitor.command("me zone", {"zone": "the desk's"}))["content"]


async def test_zones_are_suggested(stage: Stage) -> None:
    visitor = stage.person("visitor")
    found = await visitor.complete("me zone", "zone", {"zone": "toky"})
    assert [each["value"] for each in found["choices"]] == ["Asia/Tokyo"]
    everything = await visitor.complete("me zone", "zone", {"zone": ""})
    assert len(everything["choices"]) == 25
    assert everything["choices"][0]["value"] == "the desk's"


async def test_who_chose_none_has_the_desks(stage: Stage) -> None:
    stage.desk.rules = msgspec.structs.replace(stage.desk.rules, zone="Asia/Tokyo")
    assert "Asia/Tokyo" in (await stage.person("visitor").command("me zone"))["content"]
    await people.choose_zone(stage.desk, int(ANNA.ident), "Europe/Berlin", actor=ANNA)
    assert (await people.zone_of(stage.desk, int(ANNA.ident))).key == "Europe/Berlin"


async def test_every_command_reads_times_there(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    responder, clock = stage.person("responder"), stage.desk.clock
    await responder.command("me zone", {"zone": "Asia/Tokyo"})
    nine = next_at(time(9), clock.now(), TOKYO)
    day = f"{nine.astimezone(TOKYO):%Y-%m-%d}"

    await stage.fire("Disk")
    said = await responder.command("alert ack", {"alert": "A-2", "until": f"{day} 09:00"})
    assert said["content"].startswith("✅ A-2 acknowledged")
    until = (await stage.alert(2)).ack_until
    assert until is not None
    assert abs(until - nine) < timedelta(seconds=5)

    await responder.command("silence add", {"matchers": 'alertname="Cpu"', "until": f"{day} 09:00"})
    (silence,) = await silences.lasting(stage.desk)
    assert silence.ends_at == nine

    said = await responder.command(
        "incident action add", {"text": "buy a disk", "due": f"{day} 09:00", "incident": "I-1"}
    )
    said = await responder.command("incident action assign", {"action": "T-1", "due": f"{day} 09:00"})
    assert f"due {day} 09:00 (Asia/Tokyo)" in said["content"]

    said = await responder.command(
        "incident times", {"moment": "impact_started_at", "at": "2026-01-02 09:00", "incident": "I-1"}
    )
    assert (await crisis.look()).times.impact_started_at == datetime(2026, 1, 2, 0, tzinfo=UTC), said
    await responder.command("incident note", {"text": "seen", "at": "2026-01-02 09:00"})
    assert any(line.at == datetime(2026, 1, 2, 0, tzinfo=UTC) for line in await crisis.lines())


async def test_a_snooze_ends_in_the_persons_morning_or_at_any_time_they_type(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder, clock = stage.person("responder"), stage.desk.clock
    await responder.command("me zone", {"zone": "Asia/Tokyo"})
    nine = next_at(time(9), clock.now(), TOKYO)
    more = await responder.click(message_id, stage.on(message_id, "more"))
    menu = find(more["message"], "snooze")
    shown = await responder.click(more["message"]["id"], menu, ["morning"])
    assert str(int(nine.timestamp())) in str(shown)

    typed = f"{nine.astimezone(TOKYO):%Y-%m-%d} 09:00"
    offered = await responder.complete("alert snooze", "for", {"alert": f"A-{alert_id}", "for": typed})
    assert [each["name"] for each in offered["choices"]] == [f"until {typed} (Asia/Tokyo)"]
    said = await responder.command("alert snooze", {"alert": f"A-{alert_id}", "for": typed})
    assert f"snoozed until {typed} (Asia/Tokyo)" in said["content"]
    both = await responder.command("alert ack", {"alert": "A-1", "for": "2h", "until": "18:00"})
    assert "say either for how long or until when" in both["content"]
