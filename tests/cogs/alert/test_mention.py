"""After any press the line outside the frame is the headline, and mentions only whom it has rung for that."""

import pytest

from bot.cards.alert.alert import push_line
from bot.cards.card import Ping
from bot.domain.alert.ring import is_loud
from tests.cogs.stage import Stage


def on_call(stage: Stage) -> str:
    """From now on cards wake a role; its mention."""
    roles = stage.sandbox.world.guild.roles.values()
    role = next(each for each in roles if each.name == "responder")
    stage.ping = Ping(roles=(role.id,))
    return f"<@&{role.id}>"


@pytest.mark.parametrize(
    "verbs",
    [
        ("note",),
        ("note", "note"),
        ("ack", "note"),
        ("note", "ack", "resolve"),
        ("resolve", "note"),
        ("resolve", "reopen", "note"),
    ],
    ids="-".join,
)
async def test_after_any_press_the_line_is_the_headline(stage: Stage, verbs: tuple[str, ...]) -> None:
    mention = on_call(stage)
    alert_id, message_id = await stage.raise_card(summary="5xx above 10 %")
    responder = stage.person("responder")
    for verb in verbs:
        answer = await responder.click(message_id, stage.on(message_id, verb))
        if verb == "note":
            await responder.submit(answer["modal"]["custom_id"], {"note": "looking"})
        await stage.bot.bot_context.empty(5)
        alert = await stage.alert(alert_id)
        line = push_line(alert, cause=True)
        rung_for_this = is_loud(alert) and alert.run == 0
        assert stage.shown(message_id)["content"] == (f"{mention} {line}" if rung_for_this else line)
    assert len(stage.requests("POST", "/messages")) == 1


async def test_a_group_keeps_its_mention_while_somebody_has_to_know(stage: Stage) -> None:
    mention = on_call(stage)
    await stage.share_cards()
    await stage.fire("a", group_key="one cause")
    await stage.fire("b", group_key="one cause")
    message_id = (await stage.post_all())["group:1"]
    responder = stage.person("responder")
    assert stage.shown(message_id)["content"].startswith(f"{mention} 🔴 CRITICAL ")
    await responder.click(message_id, stage.on(message_id, "group-snooze"), ["2h"])
    assert stage.shown(message_id)["content"].startswith("🔴 CRITICAL ")
    await stage.bot.bot_context.empty(5)
    await responder.click(message_id, stage.on(message_id, "group-ack"))
    await stage.bot.bot_context.empty(5)
    assert stage.shown(message_id)["content"].startswith("🟨 ACKED CRITICAL ")
