"""Gateway state: what discord.py remembers of its line to Discord, where a desk needs it otherwise.

discord.py waits after READY until no server has come for a while, even when all that READY named are there.
A desk is in one server or few: once the last of them is known, nothing is left to wait for.

An event may come twice, an interaction as well. Its double would open a second incident or write a note
twice, and would answer in place of the first while that still works. So an interaction is heard once.
"""

from collections import OrderedDict
from typing import Any, Final

from discord.state import ConnectionState

HEARD: Final = 1_000
"""Interactions whose double is known."""

_AT_ONCE: Final = 0.001  # seconds; with 0 a server that has arrived and waits its turn would be dropped


class GatewayState(ConnectionState[Any]):
    """Waits for servers that READY named, as long as ``guild_ready_timeout`` says, and for no others."""

    def __init__(self, **options: Any) -> None:
        self._guilds = {}  # discord.py looks at the property below while it is made
        self._heard: OrderedDict[str, None] = OrderedDict()
        super().__init__(**options)

    @property
    def guild_ready_timeout(self) -> float:
        """Seconds that the next server may take; discord.py asks before it waits for one."""
        return self._lull if any(guild.unavailable for guild in self.guilds) else _AT_ONCE

    @guild_ready_timeout.setter
    def guild_ready_timeout(self, seconds: float) -> None:
        self._lull = seconds

    @classmethod
    def of(cls, client: Any, **options: Any) -> "GatewayState":
        """The memory of ``client``, made as discord.py makes its own."""
        return cls(
            dispatch=client.dispatch,
            handlers=client._handlers,  # noqa: SLF001 -- what discord.py itself hands over
            hooks=client._hooks,  # noqa: SLF001
            http=client.http,
            **options,
        )

    def parse_interaction_create(self, data: Any) -> None:
        """Hear an interaction, unless it was heard before."""
        interaction_id = str(data["id"])
        if interaction_id in self._heard:
            return
        self._heard[interaction_id] = None
        if len(self._heard) > HEARD:
            self._heard.popitem(last=False)
        super().parse_interaction_create(data)
