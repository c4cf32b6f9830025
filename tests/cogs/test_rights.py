"""Who may do what: words of the configuration and roles picked in Discord, against the roles people have."""

import pytest

from bot.domain.alert.alert import State
from cogs.bot import DeskBot
from cogs.rights import Capability, RoleWords
from tests.cogs.stage import Stage

VIEW, RESPOND, MANAGE = Capability


async def _capabilities(stage: Stage, bot: DeskBot, name: str) -> set[Capability]:
    guild = bot.get_guild(stage.sandbox.guild_id)
    assert guild is not None
    member = await guild.fetch_member(stage.person(name).member.user.id)
    return {each for each in Capability if bot.bot_context.rights.allows(member, each)}


@pytest.mark.parametrize(
    ("words", "responder", "visitor"),
    [
        (RoleWords(), {VIEW}, {VIEW}),
        (RoleWords(respond=("responder",)), {VIEW, RESPOND}, {VIEW}),
        (RoleWords(respond=("@Responder",)), {VIEW, RESPOND}, {VIEW}),
        (RoleWords(view=("responder",)), {VIEW}, set()),
        (RoleWords(view=("operator",), respond=("responder",)), {VIEW, RESPOND}, set()),
        (RoleWords(manage=("on-call",)), {VIEW, RESPOND, MANAGE}, {VIEW}),
        (RoleWords(respond=("everyone",)), {VIEW, RESPOND}, {VIEW, RESPOND}),
        (RoleWords(view=("no such role",)), set(), set()),
    ],
)
async def test_words_give_capabilities_and_the_higher_include_the_lower(
    dark: Stage, words: RoleWords, responder: set[Capability], visitor: set[Capability]
) -> None:
    bot = await dark.start_bot(roles=words)
    assert await _capabilities(dark, bot, "responder") == responder
    assert await _capabilities(dark, bot, "visitor") == visitor
    assert await _capabilities(dark, bot, "operator") == set(Capability)


async def test_a_role_may_be_named_by_its_id(dark: Stage) -> None:
    role_id = dark.person("responder").member.role_ids[0]
    bot = await dark.start_bot(roles=RoleWords(manage=(str(role_id),)))
    assert MANAGE in await _capabilities(dark, bot, "responder")


async def test_when_no_role_is_named_for_a_task_the_refusal_says_so(dark: Stage) -> None:
    await dark.start_bot(roles=RoleWords())
    alert_id = await dark.fire()
    answer = await dark.person("responder").command("alert ack", {"alert": str(alert_id)})
    assert "Nobody may acknowledge alerts here yet" in answer["content"]
    assert (await dark.alert(alert_id)).state is State.NEW


async def test_who_may_not_look_sees_neither_list_nor_details_nor_completions(dark: Stage) -> None:
    await dark.start_bot(roles=RoleWords(view=("responder",)))
    alert_id, message_id = await dark.raise_card()
    visitor = dark.person("visitor")
    for answer in (
        await visitor.command("alert list"),
        await visitor.command("alert show", {"alert": str(alert_id)}),
        await visitor.command("status"),
        await visitor.click(message_id, dark.button("more", alert_id)),
    ):
        assert answer["content"].startswith("🔒")
    completed = await visitor.complete("alert show", "alert", {"alert": ""})
    assert completed["choices"] == []
