"""The doctor, examining a real sandbox over real HTTP."""

from collections.abc import AsyncIterator, Iterator

import discord
import pytest

from bot.delivery.diagnostics import DiagnosticsInput, examine
from bot.delivery.permission import ESSENTIAL, MINIMAL, invite_url, lacking
from bot.delivery.wire.redirect import redirect
from bot.domain.finding import Finding, FindingLevel
from bot.sandbox.model.channel import Overwrite
from bot.sandbox.server import Sandbox


@pytest.fixture(autouse=True)
def _pointed_back() -> Iterator[None]:
    yield
    redirect(None)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


def chart(sandbox: Sandbox, **more: object) -> DiagnosticsInput:
    known = {"token": sandbox.bot_token, "base_url": sandbox.url, "guild": sandbox.guild_id}
    return DiagnosticsInput(**known | more)  # type: ignore[arg-type] # the tests name fields of every type


def said(findings: list[Finding], level: FindingLevel) -> str:
    return "\n".join(f"{one.what} {one.remedy}" for one in findings if one.level is level)


def alerts(sandbox: Sandbox) -> int:
    return sandbox.channels["alerts"]


def deny(sandbox: Sandbox, permissions: discord.Permissions) -> None:
    bot = sandbox.world.bot.user.id
    sandbox.world.channels[alerts(sandbox)].overwrites[bot] = Overwrite(bot, 1, 0, permissions.value)


async def test_a_healthy_bot_gets_no_complaint(sandbox: Sandbox) -> None:
    findings = await examine(
        chart(sandbox, channels=[alerts(sandbox)], capabilities={"respond": ["responder", "sre"], "view": []})
    )
    assert {one.level for one in findings} == {FindingLevel.OK}
    assert "permissions=2252109051448384" in said(findings, FindingLevel.OK)
    assert "#alerts: all permissions are there." in said(findings, FindingLevel.OK)


async def test_servers_are_found_without_being_named(sandbox: Sandbox) -> None:
    findings = await examine(chart(sandbox, guild=None, channels=[alerts(sandbox)]))
    assert "The bot is in the server Tocsin sandbox." in said(findings, FindingLevel.OK)
    assert not said(findings, FindingLevel.ERROR)


@pytest.mark.parametrize("token", ["wrong", "a.b.c"])
async def test_a_wrong_token_is_told_and_not_repeated(sandbox: Sandbox, token: str) -> None:
    findings = await examine(chart(sandbox, token=token))
    assert "Discord refuses the bot token." in said(findings, FindingLevel.ERROR)
    assert token not in repr(chart(sandbox, token=token))


async def test_an_address_where_nobody_answers_is_told() -> None:
    (finding,) = await examine(DiagnosticsInput(token="a.b.c", base_url="http://127.0.0.1:9"))
    assert finding.level is FindingLevel.ERROR
    assert finding.what.startswith("http://127.0.0.1:9 cannot be reached")


async def test_a_server_the_bot_is_not_in_is_told(sandbox: Sandbox) -> None:
    findings = await examine(chart(sandbox, guild=4242))
    words = said(findings, FindingLevel.ERROR)
    assert f"no server with the id 4242; it is in Tocsin sandbox ({sandbox.guild_id})" in words
    assert "TOCSIN_GUILD" in words


async def test_a_missing_permission_is_told_by_name(sandbox: Sandbox) -> None:
    deny(sandbox, discord.Permissions(embed_links=True, add_reactions=True))
    findings = await examine(chart(sandbox, channels=[alerts(sandbox)]))
    assert "#alerts: the bot lacks Add Reactions, Embed Links." in said(findings, FindingLevel.ERROR)


async def test_what_cards_can_do_without_is_only_a_warning(sandbox: Sandbox) -> None:
    deny(sandbox, discord.Permissions(pin_messages=True))
    findings = await examine(chart(sandbox, channels=[alerts(sandbox)]))
    assert "#alerts: the bot lacks Pin Messages." in said(findings, FindingLevel.WARN)
    assert not said(findings, FindingLevel.ERROR)


async def test_a_channel_the_bot_cannot_see_is_named_all_the_same(sandbox: Sandbox) -> None:
    deny(sandbox, discord.Permissions(view_channel=True))
    findings = await examine(chart(sandbox, channels=[alerts(sandbox)]))
    assert "#alerts: the bot lacks" in said(findings, FindingLevel.ERROR)
    assert "View Channel" in said(findings, FindingLevel.ERROR)


async def test_a_channel_that_is_gone_is_told(sandbox: Sandbox) -> None:
    findings = await examine(chart(sandbox, channels=[4242]))
    assert "no channel with the id 4242" in said(findings, FindingLevel.ERROR)


async def test_a_sources_own_channel_that_is_gone_is_told_with_the_sources_setting(sandbox: Sandbox) -> None:
    remedy = "Pick another: tocsin source move prod --channel ID"
    findings = await examine(chart(sandbox, channels=[4242, 4243], remedies={4242: remedy}))
    remedies = [finding.remedy for finding in findings if finding.level is FindingLevel.ERROR]
    assert remedy in remedies
    assert any("/setup" in each for each in remedies)


async def test_having_no_channel_at_all_keeps_alerts_from_people(sandbox: Sandbox) -> None:
    assert "Run /setup" in said(await examine(chart(sandbox)), FindingLevel.ERROR)


async def test_roles_that_nobody_can_have_or_ping_are_told(sandbox: Sandbox) -> None:
    findings = await examine(
        chart(
            sandbox,
            channels=[alerts(sandbox)],
            capabilities={"manage": ["boss"]},
            pings=["on-call", "operator", "night-shift", "here"],
        )
    )
    warnings = said(findings, FindingLevel.WARN)
    assert "only administrators may manage: no role is called boss" in warnings
    assert "The role operator cannot be pinged." in warnings
    assert "no role night-shift to ping" in warnings
    assert "on-call" not in warnings
    assert "here" not in [one.what.split()[-1] for one in findings]


def test_every_permission_we_ask_for_has_a_name() -> None:
    assert len(lacking(discord.Permissions.none())) == MINIMAL.value.bit_count()
    assert ESSENTIAL.is_subset(MINIMAL)


def test_the_invite_link_asks_for_the_least() -> None:
    url = invite_url(42)
    assert "client_id=42" in url
    assert "scope=bot+applications.commands" in url
    assert f"permissions={MINIMAL.value}" in url


async def test_a_forum_without_the_tags_of_incidents_is_told_once_they_cannot_be_made(
    sandbox: Sandbox,
) -> None:
    forum = sandbox.world.channels[sandbox.channels["incidents"]]
    findings = await examine(chart(sandbox, channels=[forum.id]))
    assert "the tags P0, P1, P2, P3, P4, mitigating, resolved are missing" in said(
        findings, FindingLevel.WARN
    )
    forum.overwrites[sandbox.world.bot.user.id] = Overwrite(
        sandbox.world.bot.user.id, 1, discord.Permissions(manage_channels=True).value, 0
    )
    assert not said(await examine(chart(sandbox, channels=[forum.id])), FindingLevel.WARN)
