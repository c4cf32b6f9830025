"""Killed at any moment, under load, with Discord misbehaving: the channel tells the truth afterwards.

``CHAOS_KILLS`` says how often (a few in the ordinary test run), ``CHAOS_SEED`` makes a run come again as
nearly as timing allows.
"""

import os
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom
from typing import Final

import msgspec
import pytest

from tests.chaos.house import House
from tests.chaos.result import PROPERTY, report
from tests.chaos.run import Run

_FEW: Final = 5
_USUAL_SEED: Final = 1_997_751  # killed as a card is posted, one edited, a button pressed; one pause is long


def _kills() -> int:
    return int(os.environ.get("CHAOS_KILLS", _FEW))


def _seed() -> int:
    if "CHAOS_SEED" in os.environ:
        return int(os.environ["CHAOS_SEED"])
    return SystemRandom().randrange(1_000_000) if "CHAOS_KILLS" in os.environ else _USUAL_SEED


async def test_nothing_promised_is_lost_doubled_or_wrong(
    house: House, record_property: Callable[[str, object], None], tmp_path: Path
) -> None:
    run = Run(house, seed=_seed(), kills=_kills())
    result = await run.go()
    record_property(PROPERTY, msgspec.to_builtins(result))
    if result.violations:
        pytest.fail(report(result, tmp_path), pytrace=False)
