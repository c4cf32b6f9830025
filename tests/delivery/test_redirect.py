"""The redirection: one call, every address, and back."""

from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.delivery.wire.redirect import redirect


def addresses() -> tuple[str, str, str]:
    return Route.BASE, str(DiscordWebSocket.DEFAULT_GATEWAY), Asset.BASE


def test_a_sandbox_gets_all_traffic_until_it_is_pointed_back() -> None:
    real = addresses()
    redirect("http://127.0.0.1:8081/")
    try:
        assert addresses() == (
            "http://127.0.0.1:8081/api/v10",
            "ws://127.0.0.1:8081/gateway",
            "http://127.0.0.1:8081/cdn",
        )
    finally:
        redirect(None)
    assert addresses() == real


def test_a_sandbox_behind_tls_has_a_gateway_behind_tls() -> None:
    redirect("https://sandbox.example.org/discord")
    try:
        assert addresses()[1] == "wss://sandbox.example.org/discord/gateway"
    finally:
        redirect(None)
