"""Where discord.py finds Discord. The one place that knows which of its constants hold an address."""

from typing import Final

from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

_REAL: Final = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE)


def redirect(base_url: str | None) -> None:
    """Point the whole process to the sandbox at ``base_url``; None points it back to the real Discord.

    Must be called before a client starts: discord.py keeps its addresses in class attributes.
    """
    if base_url is None:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = _REAL
        return
    base = URL(base_url.rstrip("/"))
    Route.BASE = f"{base}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = base.with_scheme("wss" if base.scheme == "https" else "ws") / "gateway"
    Asset.BASE = f"{base}/cdn"
