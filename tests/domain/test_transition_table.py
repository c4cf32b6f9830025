"""The law of every transition table: what stands in it is done, all else raises and changes nothing."""

from enum import StrEnum

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.alert import alert
from bot.domain.errors import ConflictError
from bot.domain.incident import incident
from bot.domain.transition_table import TransitionTable


class Light(StrEnum):
    """Where a lamp stands."""

    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Touch(StrEnum):
    """What can happen to a lamp."""

    PRESS = "press"
    FALL = "fall"
    MEND = "mend"


class Lamp(msgspec.Struct, frozen=True):
    """Something with a state."""

    state: Light


PAIRS = st.dictionaries(
    st.tuples(st.sampled_from(Light), st.sampled_from(Touch)), st.sampled_from(Light), max_size=9
)


@settings(max_examples=60)
@given(pairs=PAIRS, touches=st.lists(st.sampled_from(Touch), max_size=8))
def test_any_walk_stays_in_the_table(pairs: dict[tuple[Light, Touch], Light], touches: list[Touch]) -> None:
    table = TransitionTable(pairs)
    assert dict(table) == pairs
    lamp = Lamp(Light.OFF)
    for touch in touches:
        expected = pairs.get((lamp.state, touch))
        assert (lamp.state in table.states(touch)) is (expected is not None)
        if expected is None:
            with pytest.raises(ConflictError, match="No"):
                table.next_state(lamp, touch, lambda: ConflictError("No."))
        else:
            lamp = Lamp(table.next_state(lamp, touch, lambda: ConflictError("No.")))
            assert lamp.state is expected


def test_nobody_changes_a_table_by_the_pairs_it_was_made_of() -> None:
    pairs = {(Light.OFF, Touch.PRESS): Light.ON}
    table = TransitionTable(pairs)
    pairs.clear()
    assert list(table.items()) == [((Light.OFF, Touch.PRESS), Light.ON)]


@pytest.mark.parametrize("table", [alert.TRANSITIONS, incident.TRANSITIONS], ids=["alert", "incident"])
def test_every_state_is_reached_and_left_again(
    table: TransitionTable[alert.State, alert.Trigger]
    | TransitionTable[incident.IncidentState, incident.IncidentTrigger],
) -> None:
    assert isinstance(table, TransitionTable)
    states = {state for state, _ in table}
    assert states == set(table.values()) == set(type(next(iter(states))))
