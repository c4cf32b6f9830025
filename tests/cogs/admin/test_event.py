"""``/event``: what senders sent, in Discord."""

from bot.domain.alert.signal import Link
from tests.cogs.stage import Stage


async def test_events_are_listed_told_whole_and_counted(stage: Stage) -> None:
    link = Link("Source", "https://sentry.io/organizations/acme/issues/4508")
    await stage.fire("Disk @everyone", links=(link,), labels={"trace_id": "4bf9"})
    operator = stage.person("operator")
    recent = await operator.command("event recent")
    assert recent["ephemeral"]
    text = recent["message"]["embeds"][0]["description"]
    assert all(word in text for word in ("prod", "opened", "A-1", "sentry, trace_id"))
    assert "@everyone" not in text
    for which in ("1", "A-1"):
        dossier = await operator.command("event dossier", {"which": which})
        (embed,) = dossier["message"]["embeds"]
        assert embed["title"].startswith("Event 1 · prod")
        assert "sentry.io/organizations/acme/issues/4508" in embed["description"]
        facts = {field["name"]: field["value"] for field in embed["fields"]}
        assert facts["In logs"] == "trace_id 4bf9"
        assert facts["Alert"].startswith("A-1, new")
        assert "SHA-256" in facts["Request"]
    coverage = await operator.command("event coverage")
    text = coverage["message"]["embeds"][0]["description"]
    assert "1 · 0 duplicates · 0 redacted · 0 without refs" in text


async def test_only_who_looks_after_the_desk_sees_events_and_what_is_none_is_said(stage: Stage) -> None:
    await stage.fire()
    refused = await stage.person("responder").command("event recent")
    assert "🔒" in refused["message"]["content"]
    for which, said in (("99", "no event 99"), ("x", "give the number of an event")):
        answer = await stage.person("operator").command("event dossier", {"which": which})
        assert said in str(answer["message"])
