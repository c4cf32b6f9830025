"""Settings of a demo: those of a fresh install, with a sandbox as its Discord."""

from pathlib import Path

from pydantic import SecretStr

from bot.demo.whereabouts import DemoWhereabouts
from bot.settings.tree import Settings


def settings_of(demo: DemoWhereabouts, settings: Settings) -> Settings:
    """The settings as a demo needs them."""
    return settings.model_copy(
        update={
            "storage": settings.storage.model_copy(update={"data": Path(demo.data)}),
            "http": settings.http.model_copy(update={"port": demo.port, "public_url": None}),
            "discord": settings.discord.model_copy(
                update={
                    "token": SecretStr(demo.bot_token),
                    "url": demo.page,
                    "guild": demo.guild,
                    "default_channel": demo.channel,
                }
            ),
        }
    )
