"""Whom criticals wake is asked in ``/setup``, and rung as proof."""

from datetime import timedelta

from bot.domain.alert.signal import Severity
from bot.usecases.admin import setting
from tests.cogs.stage import Json, Stage, custom_ids


async def opened(bare: Stage) -> Json:
    operator = bare.person("operator")
    page = await operator.command("setup", {}, channel_id=bare.channel_id)
    assert "Criticals wake nobody" in str(page["message"]["embeds"])
    return await operator.click(page["message"]["id"], find(page, "wake"))


def find(page: Json, subject: str) -> str:
    return next(each for each in custom_ids(page["message"]) if each.split(":")[2] == subject)


async def test_a_role_is_chosen_rung_and_cleared(bare: Stage) -> None:
    operator = bare.person("operator")
    page = await opened(bare)
    assert "🔴 Criticals wake nobody" in str(page["message"]["embeds"])
    role_id = next(each.id for each in bare.sandbox.world.guild.roles.values() if each.name == "on-call")
    chosen = await operator.click(page["message"]["id"], find(page, "wake-critical"), [str(role_id)])
    assert f"A critical wakes <@&{role_id}>" in str(chosen["message"]["embeds"])
    assert setting.chosen_pings(bare.desk.project.settings) == {Severity.CRITICAL: (role_id,)}
    rung = await operator.click(chosen["message"]["id"], find(chosen, "wake-ring"))
    assert "Rung in" in rung["content"]
    heard = bare.sandbox.messages(bare.channel_id)[-1]
    assert heard["content"].startswith(f"<@&{role_id}> 🔔 A test")
    assert heard["sandbox"]["pinged"]["roles"] == [str(role_id)]
    cleared = await operator.click(chosen["message"]["id"], find(chosen, "wake-critical"), [])
    assert "Criticals wake nobody" in str(cleared["message"]["embeds"])
    assert setting.chosen_pings(bare.desk.project.settings) == {}


async def test_how_often_it_rings_again_is_chosen_and_left_to_the_configuration(bare: Stage) -> None:
    operator, page = bare.person("operator"), await opened(bare)
    assert "while nobody has it: again after 5 min, 15 min, 30 min, then every 1 h" in str(page["message"])
    chosen = await operator.click(page["message"]["id"], find(page, "again-critical"), ["once"])
    assert "while nobody has it: again after 15 min" in str(chosen["message"]["embeds"])
    assert bare.desk.repeats(Severity.CRITICAL).every is None
    await operator.click(chosen["message"]["id"], find(chosen, "again-warning"), ["often"])
    assert bare.desk.repeats(Severity.WARNING).after == (timedelta(minutes=5),)
    back = await operator.click(chosen["message"]["id"], find(chosen, "again-critical"), ["configured"])
    assert "30 min, then every 1 h" in str(back["message"]["embeds"])


async def test_everybody_is_refused_as_a_role(bare: Stage) -> None:
    page = await opened(bare)
    everyone = [str(bare.sandbox.guild_id)]
    refused = await bare.person("operator").click(
        page["message"]["id"], find(page, "wake-critical"), everyone
    )
    assert "everyone is set under" in refused["content"]
    assert setting.chosen_pings(bare.desk.project.settings) == {}
