"""A gateway session: what one connected bot gets to hear, kept for a replay after a broken line."""

import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import msgspec

from bot.sandbox.fault.fault import CONNECTION_EFFECTS, Effect, Faults, Rule
from bot.sandbox.model.channel import Thread
from bot.sandbox.model.event import Event, Intent
from bot.sandbox.model.world import World

Spawn = Callable[[Coroutine[Any, Any, None]], None]


class Line(Protocol):
    """The connection a session speaks through at the moment."""

    def send(self, frame: bytes) -> None:
        """Queue a frame."""
        ...

    def suffer(self, rule: Rule) -> None:
        """Undergo a connection fault."""
        ...


class Session:
    """One IDENTIFY's life: sequence numbers, replay buffer, the current line or the moment it was lost."""

    def __init__(self, world: World, faults: Faults, spawn: Spawn, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.sequence = 0
        self.line: Line | None = None
        self.lost_at: float | None = None
        self._world = world
        self._faults = faults
        self._spawn = spawn
        self._replay: deque[tuple[int, bytes]] = deque(maxlen=world.settings.replay_events)

    def hear(self, event: Event) -> None:
        """Send an event on, if this bot is to hear it, with whatever faults apply."""
        if not event.to_bots or (event.intent and not event.intent & self.intents):
            return
        if event.channel is not None and not self._world.may_view(self._world.bot, event.channel):
            return
        with_content = bool(self.intents & Intent.MESSAGE_CONTENT)
        payload = event.encoded_for(self._world.bot.user, with_content=with_content)
        channel = None if event.channel is None else str(event.channel.id)
        rules = self._faults.of_event(event.name, channel)
        effects = {rule.effect for rule in rules}
        late = next((rule for rule in rules if rule.effect is Effect.LATE_EVENT), None)
        if late is not None:
            self._spawn(self._send_late(event.name, payload, late.lateness))
        elif Effect.DROP_EVENT not in effects:
            self.dispatch(event.name, payload)
        if Effect.DOUBLE_EVENT in effects:
            self.dispatch(event.name, payload)
        for rule in rules:
            if rule.effect in CONNECTION_EFFECTS and self.line is not None:
                self.line.suffer(rule)

    async def _send_late(self, name: str, payload: bytes, seconds: float) -> None:
        await self._world.clock.sleep(seconds)
        self.dispatch(name, payload)

    def dispatch(self, name: str, payload: bytes) -> None:
        """Number an event, keep it for a replay and send it when there is a line."""
        self.sequence += 1
        frame = b'{"op":0,"s":%d,"t":"%s","d":%s}' % (self.sequence, name.encode(), payload)
        self._replay.append((self.sequence, frame))
        if self.line is not None:
            self.line.send(frame)

    def replay(self, after: int) -> bool:
        """Send what came after a sequence number; false when the buffer does not reach that far back."""
        oldest = self._replay[0][0] if self._replay else self.sequence + 1
        if after + 1 < oldest:
            return False
        for number, frame in list(self._replay):
            if number > after and self.line is not None:
                self.line.send(frame)
        self.dispatch("RESUMED", b'{"_trace":[]}')
        return True


def ready_payload(world: World, session: Session, shard: object) -> bytes:
    """The READY event of a new session."""
    user_id = str(world.bot.user.id)
    body = {
        "v": 10,
        "user": world.bot.user.wire() | {"mfa_enabled": False, "verified": True, "email": None},
        "guilds": [{"id": str(world.guild.id), "unavailable": True}],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": world.base_url.replace("http", "ws", 1) + "/gateway",
        "application": {"id": user_id, "flags": 0},
        "private_channels": [],
        "presences": [],
        "relationships": [],
        "geo_ordered_rtc_regions": [],
        "_trace": [],
    }
    return msgspec.json.encode(body if shard is None else body | {"shard": shard})


def guild_payload(world: World, intents: int) -> bytes:
    """The GUILD_CREATE event: without GUILD_MEMBERS only the bot is in it."""
    channels = [channel for channel in world.channels.values() if not isinstance(channel, Thread)]
    members = world.guild.members.values() if intents & Intent.GUILD_MEMBERS else [world.bot]
    threads = [
        entry for entry in world.threads() if not entry.is_archived and world.may_view(world.bot, entry)
    ]
    joined = world.bot.user.id
    body = world.guild.wire() | {
        "joined_at": world.bot.joined_at.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(world.guild.members),
        "voice_states": [],
        "members": [member.wire() for member in members],
        "channels": [channel.wire() for channel in channels],
        "threads": [
            thread.wire() | ({"member": thread.member_wire(joined)} if joined in thread.joined_at else {})
            for thread in threads
        ],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
    return msgspec.json.encode(body)


def members_payload(world: World, wish: Any) -> bytes:
    """The GUILD_MEMBERS_CHUNK event: members by ids or by the beginning of their name."""
    asked = wish if isinstance(wish, dict) else {}
    wanted, prefix = asked.get("user_ids"), str(asked.get("query", ""))
    wanted = [wanted] if isinstance(wanted, str | int) else wanted
    found = [
        member
        for member in world.guild.members.values()
        if (str(member.user.id) in map(str, wanted) if wanted else member.user.username.startswith(prefix))
    ]
    body = {
        "guild_id": str(world.guild.id),
        "members": [member.wire() for member in found],
        "chunk_index": 0,
        "chunk_count": 1,
        "not_found": [],
        "nonce": asked.get("nonce"),
    }
    return msgspec.json.encode(body)
