"""Many alerts, of hostile or of ordinary texts, as boards and groups hold them."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert
from tests.cards.world import NOON, hostile, moments

QUICK = settings(
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
"""Crowds are large: to shrink one takes minutes, and what broke is told without it."""

_OPEN = [state for state in State if state.open]


def held(number: int, name: str = "HighErrorRate", **changes: Any) -> BoardAlert:
    """An ordinary open alert, a second younger than the one before it."""
    ordinary = {
        "state": State.NEW,
        "severity": Severity.WARNING,
        "service": "shop",
        "namespace": "prod",
        "target": f"cart-{number}",
        "summary": "9 % of requests fail",
        "opened_at": NOON + timedelta(seconds=number),
    }
    return BoardAlert(id=number, name=name, **{**ordinary, **changes})


def _distinct(crowd: list[BoardAlert]) -> tuple[BoardAlert, ...]:
    unique = {each.id: each for each in crowd}.values()
    return tuple(sorted(unique, key=lambda each: (-each.severity.rank, -each.id)))


_names = st.one_of(st.sampled_from(["HighErrorRate", "**bold**", ""]), hostile)
crowds = st.lists(
    st.builds(
        BoardAlert,
        id=st.integers(1, 10**18 - 1),
        state=st.sampled_from(_OPEN),
        severity=st.sampled_from(Severity),
        name=_names,
        service=hostile,
        namespace=hostile,
        target=hostile,
        summary=hostile,
        owner=hostile,
        occurrences=st.integers(1, 10**9),
        opened_at=moments,
    ),
    min_size=1,
    max_size=20,
).map(_distinct)
