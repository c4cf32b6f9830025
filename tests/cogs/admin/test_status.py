"""``/status``: what is all right and what is not, in words."""

from datetime import datetime

from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import ParkReason
from bot.usecases.admin import integrity
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ledger
from tests.cogs.stage import Stage
from tests.senders import firing


async def test_status_says_that_all_is_shown_and_names_versions_and_database(stage: Stage) -> None:
    await stage.raise_card()
    answer = await stage.person("visitor").command("status")
    assert answer["ephemeral"]
    (embed,) = answer["message"]["embeds"]
    assert embed["title"].startswith("✅")
    assert "1 open alert" in embed["description"]
    assert "sqlite" in embed["description"]
    assert "discord.py" in embed["footer"]["text"]
    assert "prod (alertmanager)" in str(embed["fields"])


async def test_status_says_why_cards_are_parked_and_what_waits(stage: Stage) -> None:
    await stage.fire("First")
    waiting = await stage.person("operator").command("status")
    assert "1 card on the way" in waiting["message"]["embeds"][0]["title"]
    task = await outbox.take(stage.desk, stage.channel_id, worker="stage")
    assert isinstance(task, outbox.Task)
    await outbox.park(stage.desk, task.card, ParkReason.MISSING_PERMISSION, alone=False)
    parked = await stage.person("operator").command("status")
    assert "cannot be shown" in parked["message"]["embeds"][0]["title"]
    assert "the bot may not post there" in str(parked["message"]["embeds"][0]["fields"])


async def test_status_tells_the_last_alert_of_each_severity_and_what_breaks_an_invariant(
    stage: Stage,
) -> None:
    await stage.raise_card("First @everyone")
    await stage.send(firing("Lag", Severity.WARNING))
    await stage.desk.storage.write(lambda tx: tx.run_raw("UPDATE alert SET occurrences = 9") and None)
    await integrity.look(stage.desk)
    answer = await stage.person("operator").command("status")
    fields = {each["name"]: each["value"] for each in answer["message"]["embeds"][0]["fields"]}
    first, second = fields["Last alerts"].splitlines()
    assert first.startswith("critical: A-1 First")
    assert second.startswith("warning: A-2 Lag, new, heard <t:")
    assert "@everyone" not in first
    assert (
        "2 alerts that count other than their events (A-1 counts 9 of 1, A-2 counts 9 of 1)"
        in fields["Integrity"]
    )


async def test_a_click_is_in_the_ledger_with_the_timestamp_of_its_answer(stage: Stage) -> None:
    _alert_id, message_id = await stage.raise_card()
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    await stage.clean()
    place = await outbox.showing(stage.desk, message_id)
    assert place is not None
    *_, pressed = await ledger.of_card(stage.desk, place.id)
    assert (pressed.revision, pressed.lane, pressed.posted) == (2, Lane.PERSON, False)
    assert pressed.version == datetime.fromisoformat(stage.shown(message_id)["edited_timestamp"])
