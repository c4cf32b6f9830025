"""Transition table: which trigger leads from which state to which, for whatever has states.

Law: the table is the whole truth. A pair (state, trigger) that is not in it is illegal: asking for it raises,
and nothing has changed.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Protocol, TypeVar

from bot.domain.errors import ConflictError

StateT = TypeVar("StateT", bound=StrEnum)
TriggerT = TypeVar("TriggerT", bound=StrEnum)
StateT_co = TypeVar("StateT_co", bound=StrEnum, covariant=True)


class Stateful(Protocol[StateT_co]):
    """What has a state."""

    @property
    def state(self) -> StateT_co:
        """Where it stands."""
        ...


class TransitionTable(Mapping[tuple[StateT, TriggerT], StateT]):
    """The pairs, which nobody changes any more, and the states that they lead to."""

    def __init__(self, pairs: Mapping[tuple[StateT, TriggerT], StateT]) -> None:
        self._pairs = dict(pairs)

    def __getitem__(self, pair: tuple[StateT, TriggerT]) -> StateT:
        return self._pairs[pair]

    def __iter__(self) -> Iterator[tuple[StateT, TriggerT]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def next_state(
        self, subject: Stateful[StateT], trigger: TriggerT, refusal: Callable[[], ConflictError]
    ) -> StateT:
        """The state that ``trigger`` leads ``subject`` to.

        Raises:
            ConflictError: the table has no such pair; the error is that of ``refusal``.
        """
        state = self._pairs.get((subject.state, trigger))
        if state is None:
            raise refusal()
        return state

    def states(self, trigger: TriggerT) -> tuple[StateT, ...]:
        """The states in which ``trigger`` means something."""
        return tuple(state for state, known in self._pairs if known is trigger)
