"""What can be turned on a sandbox: rate limits, deadlines, windows, sizes of memory."""

from typing import Literal

import msgspec


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many calls in so many seconds, counted in fixed windows that open with the first call."""

    calls: int
    seconds: float


class Limits(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Rate limits by family; ``None`` means the family has none.

    Only the global 50/s and the invalid-request ban are official numbers. The rest is what people measured;
    Discord says not to rely on it, so tests vary it.
    """

    enabled: bool = True
    everything: Budget | None = Budget(50, 1)
    invalid: Budget | None = Budget(10_000, 600)
    message_create: Budget | None = Budget(5, 5)
    message_edit: Budget | None = Budget(5, 5)
    old_message_edit: Budget | None = Budget(3, 6)
    message_delete: Budget | None = Budget(3, 1)
    old_message_delete: Budget | None = Budget(30, 120)
    reaction: Budget | None = Budget(1, 0.25)
    rename: Budget | None = Budget(2, 600)
    thread_create: Budget | None = Budget(5, 10)
    webhook: Budget | None = Budget(5, 2)
    callback: Budget | None = None
    commands: Budget | None = Budget(5, 20)
    read: Budget | None = Budget(10, 5)
    other: Budget | None = Budget(10, 5)


class SandboxSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Everything else; seconds unless the name says otherwise."""

    limits: Limits = msgspec.field(default_factory=Limits)
    guild_name: str = "Tocsin sandbox"
    bot_permissions: int = 2252109051448384
    privileged_intents: int = 0
    event_order: Literal["after", "before", "random"] = "after"
    event_order_seed: int = 1
    nonce_window: float = 300.0
    answer_deadline: float = 3.0
    token_life: float = 900.0
    update_grace: float = 1.0
    control_timeout: float = 30.0
    heartbeat_ms: int = 41_250
    session_life: float = 180.0
    identify_interval: float = 0.0
    replay_events: int = 5_000
    command_creates_a_day: int = 200
    max_active_threads: int = 1_000
    sweep_interval: float = 5.0
    kept_requests: int = 100_000
    kept_request_bytes: int = 64 << 20
    kept_file_bytes: int = 64 << 20
    kept_interactions: int = 10_000
