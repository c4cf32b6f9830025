"""``/audit``: who did what, in Discord."""

from bot.usecases.alert import lifecycle as alerts
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from tests.cogs.stage import Stage
from tests.senders import BEN


def text(answer: dict[str, object]) -> str:
    return str(answer["message"])


async def test_the_log_is_told_by_alert_incident_and_person(stage: Stage) -> None:
    await stage.fire()
    await stage.fire("Disk")
    await alerts.annotate(stage.desk, 1, actor=BEN, note="see <@&1> @everyone")
    await alerts.acknowledge(stage.desk, 2, actor=BEN)
    await open_incident(stage.desk, OpenRequest(alert_id=1), actor=BEN)
    operator = stage.person("operator")
    recent = await operator.command("audit recent")
    assert recent["ephemeral"]
    told = text(recent)
    assert all(word in told for word in ("intake", "source:prod", "(bearer)", "**ack**", "(discord)"))
    assert "@everyone" not in told
    assert "state new → acked" in told
    of_alert = text(await operator.command("audit alert", {"alert": "A-1"}))
    assert "**note**" in of_alert
    assert "alert:2" not in of_alert
    assert "incident:1" in text(await operator.command("audit incident", {"incident": "I-1"}))
    assert "Nothing that you may see" in text(await operator.command("audit person", {"person": "visitor"}))
    assert "Nothing that you may see" in text(await operator.command("audit recent", {"before": 1}))


async def test_only_who_looks_after_the_desk_reads_it(stage: Stage) -> None:
    await stage.fire()
    refused = await stage.person("responder").command("audit recent")
    assert "🔒" in refused["message"]["content"]
    missing = await stage.person("operator").command("audit alert", {"alert": "A-99"})
    assert "Nothing that you may see" in text(missing)
    odd = await stage.person("operator").command("audit incident", {"incident": "x"})
    assert "no incident" in text(odd)
