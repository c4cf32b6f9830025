"""``/integrations``: who sends, who could, and how."""

import pytest

from bot.domain.actor import job
from bot.providers.registry import SENDERS
from bot.sandbox.model.error import ControlError
from bot.usecases.admin import source as sources
from tests.cogs.stage import Stage


async def test_it_lists_who_sends_and_who_could(stage: Stage) -> None:
    await sources.add(stage.desk, "kuma", "uptime-kuma", actor=job("test"))
    page = await stage.person("operator").command("integrations")
    shown = str(page["message"]["embeds"])
    assert page["ephemeral"]
    assert "**kuma**" in shown
    assert "never heard" in shown
    assert all(sender.title.partition(" (")[0] in shown for sender in SENDERS.values())


@pytest.mark.parametrize("sender", ["uptime-kuma", "nagios", "discord", "alertmanager"])
async def test_it_shows_what_to_paste_with_a_word_where_the_token_belongs(stage: Stage, sender: str) -> None:
    page = await stage.person("operator").command("integrations", {"sender": sender})
    shown = str(page["message"]["embeds"])
    assert "TOKEN" in shown
    assert "https://alerts.example.com" in shown


async def test_a_sender_that_is_none_is_told(stage: Stage) -> None:
    answer = await stage.person("operator").command("integrations", {"sender": "smoke"})
    assert "there is alertmanager" in str(answer)


async def test_it_is_for_those_who_manage(stage: Stage) -> None:
    for name in ("responder", "visitor"):
        with pytest.raises(ControlError):
            await stage.person(name).command("integrations")
