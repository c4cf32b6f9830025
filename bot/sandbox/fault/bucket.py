"""Rate limits as Discord shows them: buckets by hash and top-level id, a global one, a ban for bad callers.

A bucket is a fixed window that opens with its first call. A sub-limit (old messages, renames) refuses with
the bucket's own headers still promising calls: a client cannot foresee it.
"""

import hashlib
from collections import deque
from dataclasses import dataclass, field

from bot.sandbox.model.settings import Budget, Limits
from bot.sandbox.model.snowflake import SkewedClock

MANY_WINDOWS = 4096
SHARED = {"thread_create": 20028}
CODES = {"old_message_edit": 30046, **SHARED}
UNLIMITED = Budget(1_000_000, 1)


@dataclass(slots=True)
class Window:
    """Calls counted since the first one."""

    opened: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """A refusal: when to come back, whose limit it was."""

    retry_after: float
    scope: str = "user"
    code: int = 0
    is_ban: bool = False

    @property
    def is_global(self) -> bool:
        """Whether every route is closed."""
        return self.scope == "global"

    def body(self) -> dict[str, object]:
        """Discord's body of a 429."""
        found: dict[str, object] = {
            "message": "You are being rate limited.",
            "retry_after": round(self.retry_after, 3),
            "global": self.is_global,
        }
        return found | {"code": self.code} if self.code else found

    def headers(self) -> dict[str, str]:
        """What a 429 carries beside the bucket's headers."""
        found = {
            "Retry-After": str(int(self.retry_after) + 1),
            "X-RateLimit-Scope": self.scope,
            "Via": "1.1 google",
        }
        return found | {"X-RateLimit-Global": "true"} if self.is_global else found


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a call learns of its bucket, and whether it is stopped."""

    headers: dict[str, str] = field(default_factory=dict)
    stop: Stop | None = None


class Buckets:
    """All windows of one bot."""

    def __init__(self, limits: Limits, clock: SkewedClock) -> None:
        self.limits = limits
        self._clock = clock
        self._windows: dict[tuple[str, str], Window] = {}
        self._invalid: deque[float] = deque(maxlen=100_000)

    def reset(self, limits: Limits) -> None:
        """Start over with other limits."""
        self.limits = limits
        self._windows.clear()
        self._invalid.clear()

    @property
    def invalid_count(self) -> int:
        """Refused calls (401, 403, own 429) inside the ban's window."""
        self._drop_old_invalid()
        return len(self._invalid)

    def note_invalid(self) -> None:
        """Count a refused call towards the ban."""
        self._invalid.append(self._clock.monotonic())

    def _drop_old_invalid(self) -> None:
        budget = self.limits.invalid
        horizon = self._clock.monotonic() - (budget.seconds if budget else 0)
        while self._invalid and self._invalid[0] < horizon:
            self._invalid.popleft()

    def ban(self) -> Stop | None:
        """The ban of a caller with too many refused calls."""
        budget = self.limits.invalid
        if budget is None or not self.limits.enabled or self.invalid_count < budget.calls:
            return None
        return Stop(self._invalid[0] + budget.seconds - self._clock.monotonic(), is_ban=True)

    def take_global(self) -> Stop | None:
        """Count a call against the global limit."""
        budget = self.limits.everything
        if budget is None or not self.limits.enabled:
            return None
        _, wait = self._take(("", ""), budget)
        return Stop(wait, "global") if wait else None

    def take(self, families: list[str], major: str, template: str) -> Ticket:
        """Count a call: the first family is its bucket, the others are sub-limits.

        The families ``read`` and ``other`` have a bucket for each route, the rest share theirs.
        """
        family = families[0]
        name = f"{family} {template}" if family in ("read", "other") else family
        budget = self._budget(family)
        if budget is None:
            return Ticket(self._headers(UNLIMITED, Window(self._clock.monotonic()), name))
        window, wait = self._take((name, major), budget)
        headers = self._headers(budget, window, name)
        if wait:
            scope = "shared" if family in SHARED else "user"
            return Ticket(headers, Stop(wait, scope, CODES.get(family, 0)))
        for sub in families[1:]:
            sub_budget = self._budget(sub)
            if sub_budget is None:
                continue
            _, wait = self._take((sub, major), sub_budget)
            if wait:
                return Ticket(headers, Stop(wait, "user", CODES.get(sub, 0)))
        return Ticket(headers)

    def _budget(self, family: str) -> Budget | None:
        budget: Budget | None = getattr(self.limits, family)
        return budget if self.limits.enabled else None

    def _take(self, key: tuple[str, str], budget: Budget) -> tuple[Window, float]:
        """Count one call; the second part is the wait when the window is full."""
        now = self._clock.monotonic()
        window = self._windows.get(key)
        if window is None or now - window.opened >= budget.seconds:
            self._prune(now)
            window = self._windows[key] = Window(now)
        if window.used >= budget.calls:
            return window, max(window.opened + budget.seconds - now, 0.001)
        window.used += 1
        return window, 0.0

    def _prune(self, now: float) -> None:
        """Forget windows that nobody has used for longer than any budget runs."""
        if len(self._windows) >= MANY_WINDOWS:
            longest = max(self.limits.rename.seconds if self.limits.rename else 0, 600)
            kept = {key: window for key, window in self._windows.items() if now - window.opened < longest}
            self._windows = kept

    def _headers(self, budget: Budget, window: Window, name: str) -> dict[str, str]:
        left = max(window.opened + budget.seconds - self._clock.monotonic(), 0.0)
        return {
            "X-RateLimit-Limit": str(budget.calls),
            "X-RateLimit-Remaining": str(max(budget.calls - window.used, 0)),
            "X-RateLimit-Reset": f"{self._clock.now().timestamp() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
        }
