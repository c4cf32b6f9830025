"""Silence: for some time nobody is woken for the alerts that all its matchers fit.

Law: a silence hides nothing. What it fits is stored, shown and counted; only nobody is called for it. When
its time is over, whatever still fires calls again.

Its words are Alertmanager's: it is *pending* before its start, *active*, then *expired*. One with a source is
about that sender's alerts alone: a sender's token cannot make others quiet.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.errors import InvalidInputError
from bot.domain.silence.matcher import Matcher

MAX_COMMENT: Final = 1_000
MAX_CREATED_BY: Final = 200
LIMIT: Final = 1_000
"""Silences of a desk that are not over."""


class Phase(StrEnum):
    """Where a silence stands."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` is a UUID, the name by which other programs know it; ``number`` is ours, for people (``S-4``).

    ``source_id`` is None when it is about all alerts of the desk. ``created_by`` is who says to have made it,
    ``actor`` who is known to have.
    """

    id: str
    number: int = 0
    project_id: int
    source_id: int | None = None
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    updated_at: datetime
    actor: Actor
    created_by: str = ""
    comment: str = ""

    @property
    def ref(self) -> str:
        """How people name it: ``S-4``."""
        return f"S-{self.number}"

    def phase(self, now: datetime) -> Phase:
        """Where it stands at ``now``."""
        if now >= self.ends_at:
            return Phase.EXPIRED
        return Phase.PENDING if now < self.starts_at else Phase.ACTIVE

    def fits(self, source_id: int, labels: Mapping[str, str]) -> bool:
        """Whether an alert of this source with these labels (see `labels_of`) is meant."""
        if self.source_id is not None and self.source_id != source_id:
            return False
        return all(each.fits(labels) for each in self.matchers)

    def can_become(self, wish: "Silence", now: datetime) -> bool:
        """Whether ``wish`` is a change of this one rather than another one: Alertmanager's rule."""
        if self.matchers != wish.matchers or self.source_id != wish.source_id:
            return False
        match self.phase(now):
            case Phase.ACTIVE:
                return self.starts_at.replace(microsecond=0) == wish.starts_at.replace(microsecond=0)
            case Phase.PENDING:
                return wish.starts_at >= now
            case Phase.EXPIRED:
                return False


def demand_usable(wish: Silence, now: datetime) -> None:
    """Let pass what lasts into the future and says why.

    Raises:
        InvalidInputError: it ends before it begins or has ended, or a text is too long.
    """
    if wish.ends_at <= wish.starts_at:
        raise InvalidInputError("endsAt", "start time must be before end time")
    if wish.ends_at <= now:
        raise InvalidInputError("endsAt", "end time can't be in the past")
    if len(wish.comment) > MAX_COMMENT:
        raise InvalidInputError("comment", f"at most {MAX_COMMENT} characters, this has {len(wish.comment)}")
    if len(wish.created_by) > MAX_CREATED_BY:
        raise InvalidInputError("createdBy", f"at most {MAX_CREATED_BY} characters")


def labels_of(
    name: str, severity: str, *, namespace: str, service: str, target: str, labels: Mapping[str, str]
) -> dict[str, str]:
    """What matchers see of an alert: its labels, and what is known of it where no label says so."""
    known = {
        "alertname": name,
        "severity": severity,
        "namespace": namespace,
        "service": service,
        "instance": target,
    }
    return {**{key: value for key, value in known.items() if value}, **labels}


class Silenceable(msgspec.Struct, frozen=True):
    """An open alert; ``held`` says that a silence holds it quiet already."""

    alert_id: int
    source_id: int
    labels: dict[str, str]
    held: bool
