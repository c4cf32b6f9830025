"""An incident from the siren to its post-mortem, with the bot killed in the middle of it."""

from typing import Any

from tests.tour.house import House
from tests.waiting import until

ERRORS = {"title": "HighErrorRate", "severity": "critical", "service": "checkout", "dedupe_key": "errors"}
QUEUE = {"title": "QueueFull", "severity": "critical", "service": "checkout", "dedupe_key": "queue"}
PIN = "📌"
Json = dict[str, Any]


async def head(house: House, words: str) -> Json:
    """The incident's head, once its title has these words."""

    async def look() -> Json | None:
        found = [each for each in await house.messages() if "I-1 ·" in _title(each)]
        assert len(found) < 2, "two heads"
        return found[0] if found and words in _title(found[0]) else None

    return await until(look, f"the head to say {words}")


async def threaded(house: House) -> Json:
    """The head, once it has its thread and the alert's card links to it."""

    async def look() -> Json | None:
        found = await head(house, "I-1")
        (card,) = await house.cards("HighErrorRate")
        linked = f"<#{found['id']}>" in card["embeds"][0]["description"]
        return found if found.get("thread") and linked else None

    return await until(look, "the thread")


async def told(house: House, thread_id: str, words: str) -> str:
    """The newest page of the timeline, once it has these words."""

    async def look() -> str | None:
        answer = await house.act("visitor", "command", command="incident timeline", channel_id=thread_id)
        page: str = answer["message"]["embeds"][0]["description"]
        return page if words in page else None

    return await until(look, f"the timeline to tell {words}")


async def say(house: House, person: str, thread_id: str, words: str) -> Json:
    return await house.act(person, "say", content=words, channel_id=thread_id)


def _title(message: Json) -> str:
    return str(message["content"]) if message["embeds"] else ""


async def test_an_incident_from_its_siren_to_its_post_mortem(house: House) -> None:
    await house.post(ERRORS)
    await house.react("responder", await house.card("HighErrorRate", "🔴"), "🚨")
    opened = await threaded(house)
    thread_id = opened["id"]
    assert _title(opened) == "🔴 I-1 · P1 · OPEN · HighErrorRate · checkout"

    await house.pick("responder", opened, "incident-role", "commander")
    await house.pick("operator", opened, "incident-role", "scribe")
    tocsin = (await house.world_now())["bot"]["id"]
    restarted = await say(house, "visitor", thread_id, f"<@{tocsin}> restarted the consumer")
    await house.react("responder", restarted, PIN)
    await told(house, thread_id, "restarted the consumer")
    unread = await say(house, "visitor", thread_id, "the disk is full")
    await house.act("responder", "command", command="Add to timeline", target_id=unread["id"])
    await told(house, thread_id, "the disk is full")

    house.kill_bot()
    while_away = await say(house, "visitor", thread_id, f"<@{tocsin}> it was the deploy")
    await house.react("operator", while_away, PIN)
    await house.start_bot()
    await told(house, thread_id, "it was the deploy")

    (queue,) = (await house.post(QUEUE))["alerts"]
    form = await house.click("responder", await house.card("QueueFull", "🔴"), "Escalate")
    fields = {"title": "Queue is full", "severity": "P1", "note": "same cause"}
    taken = await house.act("responder", "submit", custom_id=form["modal"]["custom_id"], fields=fields)
    assert f"took {queue['ref']} in" in taken["content"]
    assert f"<#{thread_id}>" in taken["content"]
    await house.pick("responder", await head(house, "I-1"), "incident-severity", "P0")
    await head(house, "🔥 I-1 · P0 · OPEN")

    await house.post({**ERRORS, "status": "resolved"}, {**QUEUE, "status": "resolved"})

    async def offers() -> Json | None:
        found = await head(house, "I-1")
        return found if "All its alerts are resolved." in found["embeds"][0]["description"] else None

    await house.click("responder", await until(offers, "the head to offer the end"), "Resolve")
    resolved = await head(house, "✅ I-1 · P0 · RESOLVED")
    handed = await house.click("visitor", resolved, "Post-mortem")
    (file,) = handed["message"]["attachments"]
    assert file["filename"] == "I-1-post-mortem.md"
    text = await house.download(file)
    for part in (
        "# I-1: HighErrorRate · checkout",
        "Severity P0 · state resolved",
        "restarted the consumer",
        "the disk is full",
        "it was the deploy",
        "([message](https://discord.com/channels/",
        "P1 → P0",
        "open → resolved",
        "A-1 **HighErrorRate** (critical): fired",
        "A-2 **QueueFull** (critical): fired",
        "same cause",
        "- Commander: Responder",
        "- Scribe: Operator",
        "Took part: ",
        "time to resolve (TTR) | ",
    ):
        assert part in text, f"{part!r} is missing in\n{text}"
    assert "unknown" not in text.split("(TTR)")[1].splitlines()[0]
