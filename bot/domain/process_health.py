"""Process health: how the process itself is, beside what the database knows."""

from datetime import datetime, timedelta

import msgspec


class GatewayStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The gateway. ``trouble`` is None while events arrive, ``latency`` the last heartbeat's round trip.

    ``heard_at`` is when anything at all was heard last, ``starts`` how many clients this process began.
    """

    trouble: str | None = None
    latency: timedelta | None = None
    heard_at: datetime | None = None
    starts: int = 0


class RateLimitPause(msgspec.Struct, frozen=True):
    """Discord lets nobody make this call in a channel (None: in any) for so long."""

    call: str
    channel_id: int | None
    span: timedelta


class ProcessHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What only the running process can tell.

    ``hints`` say who could not be woken and what to do about it, ``wakes_nobody`` that criticals wake
    nobody at all, ``limited`` counts Discord's answers 429,
    ``unstored`` the signals that wait for the database, ``turned_away`` those that were asked to come back.
    ``clock_off`` is how far Discord's clock is ahead of ours, ``troubles`` what the watch found,
    ``lost`` what was refused and will not be sent again.
    """

    line: GatewayStatus = GatewayStatus()
    hints: tuple[str, ...] = ()
    wakes_nobody: bool = False
    pauses: tuple[RateLimitPause, ...] = ()
    limited: int = 0
    unstored: int = 0
    turned_away: int = 0
    clock_off: timedelta = timedelta()
    troubles: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    started_at: datetime | None = None
