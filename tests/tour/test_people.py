"""A person takes an alert on in four ways; a visitor in none; an emoji set while nobody listened counts."""

from typing import Any

import pytest

from tests.tour.house import House, line_of

DISK = {"title": "DiskFull", "severity": "critical", "service": "nas", "dedupe_key": "disk"}
ANY_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # Discord's side of the house


async def acknowledge(house: House, way: str, alert: dict[str, Any], card: dict[str, Any]) -> None:
    match way:
        case "button":
            await house.click("responder", card, "Acknowledge")
        case "emoji":
            await house.react("responder", card, "✅")
        case "command":
            options = {"alert": alert["ref"], "note": "on it"}
            await house.act("responder", "command", command="alert ack", options=options)
        case "right-click":
            await house.act("responder", "command", command="Acknowledge alert", target_id=card["id"])


async def test_a_responder_acknowledges_in_four_ways_and_the_same_card_shows_it(house: House) -> None:
    for way in ("button", "emoji", "command", "right-click"):
        name = f"Disk {way}"
        (alert,) = (await house.post({**DISK, "title": name, "dedupe_key": way}))["alerts"]
        card = await house.card(name, "🔴")
        await acknowledge(house, way, alert, card)
        acked = await house.card(name, "🟨")
        assert acked["id"] == card["id"]
        assert "ACKED" in acked["content"]


@ANY_ENGINE
async def test_a_visitor_is_refused_every_way_and_told_which_role_is_needed(house: House) -> None:
    (alert,) = (await house.post(DISK))["alerts"]
    card = await house.card("DiskFull", "🔴")
    answers = [
        await house.click("visitor", card, "Acknowledge"),
        await house.act("visitor", "command", command="alert ack", options={"alert": alert["ref"]}),
        await house.act("visitor", "command", command="Acknowledge alert", target_id=card["id"]),
    ]
    await house.react("visitor", card, "✅")
    report = str(await house.act("operator", "command", command="doctor", options={}))
    assert "🔴 1 error, 1 warning" in report
    assert "🔴 Criticals wake nobody" in report
    assert "#alerts: all permissions are there" in report
    assert "is reachable and up to date" in report
    for answer in answers:
        assert answer["ephemeral"]
        assert "<@&" in answer["content"]
    await house.post({**DISK, "title": "Later", "dedupe_key": "later"})
    await house.card("Later", "🔴")
    assert line_of((await house.cards("DiskFull"))[0]).startswith("🔴")


@ANY_ENGINE
async def test_an_emoji_set_while_the_bot_was_down_counts_when_it_is_back(house: House) -> None:
    await house.post(DISK)
    card = await house.card("DiskFull", "🔴")
    house.kill_bot()
    await house.react("responder", card, "✅")
    await house.start_bot()
    await house.card("DiskFull", "🟨")
    await house.react("responder", card, "✅", on=False)
    await house.card("DiskFull", "🔴")


@ANY_ENGINE
async def test_the_buttons_of_an_old_card_work_after_a_restart(house: House) -> None:
    await house.post(DISK)
    card = await house.card("DiskFull", "🔴")
    house.stop_bot()
    await house.start_bot()
    await house.click("responder", card, "Acknowledge")
    await house.card("DiskFull", "🟨")
