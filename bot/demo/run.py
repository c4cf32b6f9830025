"""Run: a demo from its start to Ctrl-C."""

import asyncio
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from bot.app import RunningDesk, running
from bot.demo import story
from bot.demo.whereabouts import DemoWhereabouts, published
from bot.desk import open_desk
from bot.domain import actor as actors
from bot.domain.alert.signal import Severity
from bot.process import told_to_stop, write_ready_file
from bot.sandbox.server import Sandbox
from bot.settings.database import EMBEDDED_NAME
from bot.settings.secret import Secret
from bot.settings.tree import Settings, StorageSettings
from bot.usecases.admin import setting


async def demo(settings: Settings, *, port: int, sandbox_port: int, ready_file: Path | None = None) -> None:
    """Bot and sandbox on loopback; without a ready file a short story is told."""
    sandbox = Sandbox()
    await sandbox.start("127.0.0.1", sandbox_port)
    settings = _into(settings, sandbox, port)
    try:
        await _set_up(settings, sandbox)
        if ready_file is None:
            await _remember(settings, sandbox)
        async with told_to_stop() as told, running(settings) as place:
            if not await place.ready_before(told):
                return
            senders = await story.admit(place.desk, place.url)
            if ready_file is not None:
                write_ready_file(ready_file, _description(sandbox, place.url, senders))
                await told.wait()
                return
            with published(Path.cwd(), _whereabouts(settings, sandbox, place.url, senders)):
                await _tell(sandbox, place, senders, _lead(settings, place.url), told)
    finally:
        await sandbox.stop()


async def _set_up(settings: Settings, sandbox: Sandbox) -> None:
    """What `/setup` asks: whoever is on call is woken by criticals; and all its roles can be called."""
    for role in sandbox.world.guild.roles.values():
        role.is_mentionable |= role.name in {"operator", "responder"}
    operator = sandbox.person("operator").member.user
    on_call = next(role.id for role in sandbox.world.guild.roles.values() if role.name == "on-call")
    async with open_desk(settings) as desk:
        await setting.choose_pings(
            desk,
            Severity.CRITICAL,
            (on_call,),
            actor=actors.person(operator.id, operator.username.capitalize()),
        )


async def _remember(settings: Settings, sandbox: Sandbox) -> None:
    """Before anything is delivered, so that the past is not posted."""
    who = sandbox.person("responder").member.user
    async with open_desk(settings) as desk:
        await story.remember(desk, actors.person(who.id, who.username.capitalize()))


async def _tell(
    sandbox: Sandbox,
    place: RunningDesk,
    senders: Mapping[str, story.DemoSender],
    where: str,
    told: asyncio.Event,
) -> None:
    print(story.welcome(sandbox.url, senders, where), flush=True)  # noqa: T201 -- for a person to read
    telling = asyncio.create_task(story.tell(sandbox.url, senders, place.desk.clock))
    await told.wait()
    telling.cancel()
    await asyncio.wait([telling])


def _lead(settings: Settings, ingress_url: str) -> str:
    """What has to be typed before a verb, so that it is there and finds this demo.

    In this folder verbs find it by themselves, unless a real desk's data is here too.
    """
    program = ".venv/bin/tocsin" if Path(".venv/bin/tocsin").exists() else "tocsin"
    if not (StorageSettings().data / EMBEDDED_NAME).exists():
        return program
    folder = shlex.quote(str(settings.storage.data.absolute()))
    return f"TOCSIN_DATA={folder} TOCSIN_PORT={urlsplit(ingress_url).port} {program}"


def _whereabouts(
    settings: Settings, sandbox: Sandbox, ingress_url: str, senders: Mapping[str, story.DemoSender]
) -> DemoWhereabouts:
    generic = senders["generic"]
    return DemoWhereabouts(
        data=str(settings.storage.data.absolute()),
        port=urlsplit(ingress_url).port or 0,
        page=sandbox.url,
        bot_token=sandbox.bot_token,
        guild=sandbox.guild_id,
        channel=sandbox.channels["alerts"],
        hook=generic.url,
        token=generic.token,
    )


def _description(
    sandbox: Sandbox, ingress_url: str, senders: Mapping[str, story.DemoSender]
) -> dict[str, object]:
    """What a program needs to use a demo."""
    sources = {name: {"url": each.url, "token": each.token} for name, each in senders.items()}
    return {**sandbox.describe(), "ingress_url": ingress_url, "sources": sources}


def _into(settings: Settings, sandbox: Sandbox, port: int) -> Settings:
    """The settings of a demo: those of a fresh install, with this sandbox as its Discord."""
    return replace(
        settings,
        discord=replace(
            settings.discord,
            token=Secret(sandbox.bot_token),
            url=sandbox.url,
            default_channel=sandbox.channels["alerts"],
            guild=sandbox.guild_id,
        ),
        http=replace(settings.http, port=port),
    )
