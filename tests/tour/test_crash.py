"""The process is killed at the worst moments; afterwards there is one card, and it is right."""

from tests.tour.house import House
from tests.waiting import until

DISK = {"title": "DiskFull", "severity": "critical", "service": "nas", "dedupe_key": "disk"}
POST = "POST /channels/{c}/messages"
CALLBACK = "POST /interactions/{i}/{t}/callback"


async def struck(house: House) -> None:
    async def look() -> bool:
        return await house.hits() > 0

    await until(look, "the fault to strike")


async def test_killed_between_accept_and_post(house: House) -> None:
    await house.outage(on=True)
    await house.post(DISK)
    house.kill_bot()
    await house.outage(on=False)
    assert await house.cards("DiskFull") == []
    await house.start_bot()
    await house.card("DiskFull", "🔴")


async def test_killed_between_post_and_settle(house: House) -> None:
    await house.fault({"route": POST, "nth": 1, "effect": "lost_answer_hang"})
    await house.post(DISK)
    await struck(house)
    house.kill_bot()
    await house.fault()
    assert len(await house.cards("DiskFull")) == 1
    await house.start_bot()
    await house.post({**DISK, "status": "resolved"})
    await house.card("DiskFull", "✅")


async def test_killed_between_click_and_edit(house: House) -> None:
    await house.post(DISK)
    card = await house.card("DiskFull", "🔴")
    await house.fault(
        {"route": CALLBACK, "nth": 1, "effect": "status", "status": 503},
        {"route": "PATCH /channels/{c}/messages/{m}", "effect": "status", "status": 503},
    )
    buttons = [button for row in card["components"] for button in row["components"]]
    (ack,) = [each["custom_id"] for each in buttons if each["label"] == "Acknowledge"]
    await house.try_to_click("responder", card, ack)
    house.kill_bot()
    await house.fault()
    await house.start_bot()
    acked = await house.card("DiskFull", "🟨")
    assert acked["id"] == card["id"]


async def test_nothing_accepted_before_a_kill_is_lost_and_nothing_is_posted_twice(house: House) -> None:
    names = [f"Disk{number}" for number in range(8)]
    for number, name in enumerate(names):
        await house.post({**DISK, "title": name, "dedupe_key": name})
        if number == 3:
            house.kill_bot()
            await house.start_bot()
    house.kill_bot()
    await house.start_bot()
    for name in names:
        await house.card(name, "🔴")


async def test_a_polite_stop_finishes_what_was_begun(house: House) -> None:
    await house.post(DISK)
    assert house.stop_bot() == 0
    await house.start_bot()
    await house.card("DiskFull", "🔴")
