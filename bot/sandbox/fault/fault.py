"""Faults on demand: rules that say which call or event goes wrong, when, and how.

A rule matches a REST route or a gateway event. It fires on the ``nth`` match (for ``times`` matches), with a
``probability`` (seeded), or on every match, and at most ``times`` times.
"""

import random
import re
from enum import StrEnum
from itertools import count
from typing import Any

import msgspec

CALLBACK_ROUTE = "POST /interactions/{i}/{t}/callback"
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


class Effect(StrEnum):
    """What goes wrong."""

    LOST_ANSWER_500 = "lost_answer_500"
    LOST_ANSWER_RESET = "lost_answer_reset"
    LOST_ANSWER_HANG = "lost_answer_hang"
    CALLBACK_503_AFTER_ACCEPT = "callback_503_after_accept"
    STATUS = "status"
    RATE_LIMIT = "rate_limit"
    GLOBAL_RATE_LIMIT = "global_rate_limit"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    DELETE_MESSAGE = "delete_message"
    LATENCY = "latency"
    RECONNECT = "reconnect"
    INVALID_SESSION = "invalid_session"
    ZOMBIE = "zombie"
    CLOSE = "close"
    DROP_EVENT = "drop_event"
    DOUBLE_EVENT = "double_event"
    LATE_EVENT = "late_event"
    CLOCK_SKEW = "clock_skew"


LOST_ANSWERS = {
    Effect.LOST_ANSWER_500,
    Effect.LOST_ANSWER_RESET,
    Effect.LOST_ANSWER_HANG,
    Effect.CALLBACK_503_AFTER_ACCEPT,
}
CONNECTION_EFFECTS = {Effect.RECONNECT, Effect.INVALID_SESSION, Effect.ZOMBIE, Effect.CLOSE}
EVENT_EFFECTS = CONNECTION_EFFECTS | {Effect.DROP_EVENT, Effect.DOUBLE_EVENT, Effect.LATE_EVENT}
REST_EFFECTS = set(Effect) - EVENT_EFFECTS - {Effect.CLOCK_SKEW}


class Rule(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One fault.

    ``route``: ``METHOD /path/{x}`` (names of placeholders do not matter), a regular expression on
    ``METHOD /path``, or a gateway event's name; absent means any. ``seconds`` is a latency, a late event's
    delay (also as ``delay``) or a clock's skew; ``code`` closes the gateway; ``via`` false makes a 429 look
    like Cloudflare's; ``resumable`` is the ``d`` of an invalid session.
    """

    effect: Effect
    id: str = ""
    route: str = ""
    channel: str | None = None
    nth: int | None = None
    probability: float | None = None
    seed: int = 0
    times: int | None = None
    status: int = 500
    code: int = 1000
    via: bool = True
    retry_after: float = 1.0
    seconds: float = 1.0
    delay: float | None = None
    resumable: bool = False

    @property
    def lateness(self) -> float:
        """The seconds by which a late event is late."""
        return self.seconds if self.delay is None else self.delay


class ArmedRule:
    """A rule with its counts and its own dice. A clock's skew strikes once, by being armed."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.matches = 0
        self.hits = int(rule.effect is Effect.CLOCK_SKEW)
        self._dice = random.Random(rule.seed)  # noqa: S311 -- seeded on purpose, nothing secret
        route = rule.route or (CALLBACK_ROUTE if rule.effect is Effect.CALLBACK_503_AFTER_ACCEPT else "")
        self._template = PLACEHOLDER.sub("{}", route)
        self._pattern = None if "{" in route else re.compile(route)

    def fits(self, names: tuple[str, ...], channel: str | None) -> bool:
        """Whether the call or event, known under ``names``, is one of the rule's."""
        if self.rule.channel is not None and self.rule.channel != channel:
            return False
        if self._pattern is None:
            return self._template in names
        return any(self._pattern.fullmatch(name) for name in names) or not self.rule.route

    def fires(self) -> bool:
        """Count a match and say whether it goes wrong this time."""
        self.matches += 1
        rule = self.rule
        if rule.nth is not None:
            fired = rule.nth <= self.matches < rule.nth + (rule.times or 1)
        else:
            fired = rule.times is None or self.hits < rule.times
            if fired and rule.probability is not None:
                fired = self._dice.random() < rule.probability
        self.hits += fired
        return fired

    def wire(self) -> dict[str, Any]:
        """The rule with its counts."""
        found: dict[str, Any] = msgspec.to_builtins(self.rule)
        return found | {"matches": self.matches, "hits": self.hits}


class Faults:
    """The armed rules, in order."""

    def __init__(self) -> None:
        self.rules: list[ArmedRule] = []
        self.is_out = False
        self.outage_status: int | None = None

    def arm(self, rules: list[Rule]) -> None:
        """Replace all rules; nameless ones are called by their place."""
        for at, rule in enumerate(rules):
            rule.id = rule.id or str(at + 1)
        self.rules = [ArmedRule(rule) for rule in rules]

    def add(self, rule: Rule) -> None:
        """Arm one rule beside the others, whose counts go on."""
        taken = {armed.rule.id for armed in self.rules}
        rule.id = rule.id or next(str(free) for free in count(1) if str(free) not in taken)
        self.rules = [armed for armed in self.rules if armed.rule.id != rule.id] + [ArmedRule(rule)]

    def of_request(self, method: str, template: str, path: str, channel: str | None) -> list[Rule]:
        """The rules that fire for a REST call."""
        if not self.rules:
            return []
        names = (f"{method} {PLACEHOLDER.sub('{}', template)}", f"{method} {path}")
        return self._fired(REST_EFFECTS, names, channel)

    def of_event(self, name: str, channel: str | None) -> list[Rule]:
        """The rules that fire for a gateway event."""
        return self._fired(EVENT_EFFECTS, (name,), channel) if self.rules else []

    def skew_seconds(self) -> float:
        """How far the sandbox's clock is off."""
        return sum(armed.rule.seconds for armed in self.rules if armed.rule.effect is Effect.CLOCK_SKEW)

    def _fired(self, effects: set[Effect], names: tuple[str, ...], channel: str | None) -> list[Rule]:
        return [
            armed.rule
            for armed in self.rules
            if armed.rule.effect in effects and armed.fits(names, channel) and armed.fires()
        ]
