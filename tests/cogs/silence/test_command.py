"""``/silence`` in Discord: what it answers, and what the cards say."""

from bot.cards.alert import alert as alert_card
from bot.domain.alert.quiet import QuietKind
from bot.usecases.alert import query as alert_query
from tests.cogs.stage import Stage


async def test_a_silence_is_made_listed_and_ended(stage: Stage) -> None:
    alert_id = await stage.fire("HighErrorRate")
    responder = stage.person("responder")
    made = await responder.command(
        "silence add", {"matchers": 'alertname=~"High.*"', "until": "2 h", "comment": "deploy @everyone"}
    )
    assert made["ephemeral"]
    assert made["content"].startswith("✅ S-1: alertname=~")
    assert QuietKind.SILENCE in (await stage.alert(alert_id)).quiet_kinds
    shown = alert_card.render((await alert_query.find(stage.desk, alert_id)).view)
    assert "🔕 Silenced until <t:" in shown.embeds[0].description
    listed = await stage.person("visitor").command("silence list")
    assert "S-1 alertname=" in listed["message"]["embeds"][0]["description"]
    offered = await responder.complete("silence expire", "silence", {"silence": "high"})
    assert [choice["value"] for choice in offered["choices"]] == ["S-1"]
    ended = await responder.command("silence expire", {"silence": "S-1"})
    assert ended["content"].startswith("✅ S-1 is over")
    assert QuietKind.SILENCE not in (await stage.alert(alert_id)).quiet_kinds
    again = await responder.command("silence expire", {"silence": "S-1"})
    assert again["content"].startswith("✋")


async def test_what_cannot_be_silenced_is_explained(stage: Stage) -> None:
    responder = stage.person("responder")
    for matchers, until in (
        ("nonsense", "2 h"),
        ("team=~.*", "2 h"),
        ("a=~(", "2 h"),
        ("a=b", "soon"),
        ("a=b", "none"),
        ("a=b", "9999 d"),
    ):
        answer = await responder.command("silence add", {"matchers": matchers, "until": until})
        assert answer["content"].startswith("❓"), (matchers, until)
    refused = await stage.person("visitor").command("silence add", {"matchers": "a=b", "until": "2 h"})
    assert refused["content"].startswith("🔒")
