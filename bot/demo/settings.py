"""Settings of a demo: those of a fresh install, with a sandbox as its Discord."""

from pathlib import Path

from msgspec.structs import replace

from bot.demo.whereabouts import DemoWhereabouts
from bot.settings.secret import Secret
from bot.settings.tree import Settings


def settings_of(demo: DemoWhereabouts, settings: Settings) -> Settings:
    """The settings as a demo needs them."""
    return replace(
        settings,
        storage=replace(settings.storage, data=Path(demo.data)),
        http=replace(settings.http, port=demo.port, public_url=None),
        discord=replace(
            settings.discord,
            token=Secret(demo.bot_token),
            url=demo.page,
            guild=demo.guild,
            default_channel=demo.channel,
        ),
    )
