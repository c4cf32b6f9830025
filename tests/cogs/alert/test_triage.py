"""``/triage`` and its entry in a card's menu."""

from typing import Any

import pytest

from bot.cards.recurrence import chart
from bot.usecases.incident import thread as threads
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from tests.cogs.stage import Stage
from tests.senders import ANNA
from tests.waiting import until

Json = dict[str, Any]


async def ask(stage: Stage, alert_id: int, person: str = "responder") -> Json:
    answer: Json = await stage.person(person).command("triage", {"alert": f"A-{alert_id}"})
    return answer


async def test_who_asks_is_told_alone_with_a_picture(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(chart, "ENOUGH", 1)
    alert_id = await stage.fire()
    await stage.fire("DiskFull")
    answer = await ask(stage, alert_id)
    assert answer["ephemeral"]
    (embed,) = answer["message"]["embeds"]
    assert answer["message"]["content"] == f"🧭 Brief · A-{alert_id} HighErrorRate"
    fields = {field["name"]: field["value"] for field in embed["fields"]}
    assert "**DiskFull**" in fields["Fired with it: checkout, ±15 min"]
    message = stage.sandbox.world.messages[int(answer["message"]["id"])]
    (found,) = await until(lambda: message.attachments)
    assert found.filename == "r-1.png"
    assert found.description.startswith("R-1 HighErrorRate: fired once in the last 30 days")


async def test_an_alert_of_an_open_incident_is_briefed_in_its_thread(stage: Stage) -> None:
    alert_id = await stage.fire()
    await open_incident(stage.desk, OpenRequest(alert_id=alert_id), actor=ANNA)
    await threads.settle(stage.desk, 1, thread_id=stage.channel_id)
    again = await ask(stage, alert_id)
    assert again["content"] == (
        f"🧭 There was a brief on the likes of A-{alert_id} within 15 min."
        f" That you asked stands in the timeline of <#{stage.channel_id}>."
    )


async def test_a_right_click_on_a_card_asks_too(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    answer = await stage.person("responder").menu("Brief me on this alert", message_id)
    assert answer["message"]["content"] == f"🧭 Brief · A-{alert_id} HighErrorRate"
    words = await stage.channel.send("hello")
    refused = await stage.person("responder").menu("Brief me on this alert", words.id)
    assert refused["content"].startswith("❓ message: this is no card of an alert")


async def test_only_responders_may_ask_and_only_about_alerts(stage: Stage) -> None:
    alert_id = await stage.fire()
    assert (await ask(stage, alert_id, "visitor"))["content"].startswith("🔒 To ask for briefs you need")
    assert (await ask(stage, 99))["content"] == "❓ There is no alert A-99 on this desk."
