"""What state machines about delivery share: a desk, real delivery and the sandbox, on a clock to move."""

import asyncio
import contextlib
import shutil
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from msgspec.structs import replace

from bot.clock import ManualClock
from bot.delivery.wire.redirect import redirect
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.domain.errors import TocsinError
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.server import Sandbox
from storage.engine import Storage
from tests.conftest import START
from tests.delivery.conftest import Stage, build_stage

NO_PLACE: Final = "the process died before it wrote down what it had posted"


class DeskMachine(RuleBasedStateMachine):
    """One life of a desk; ``quiet_moment`` lets everything due happen, and judges."""

    pace: ClassVar[timedelta]  # between two acts

    def __init__(self, template: Path, folder: Path, numbers: Any) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.path = folder / f"machine{next(numbers)}.db"
        shutil.copy(template, self.path)
        self.clock = ManualClock(START)
        self.stage: Stage = None  # type: ignore[assignment]  # the first step makes it

    @abstractmethod
    def quiet_moment(self) -> None:
        """Everything due happens, delivery shows all, and then the law holds."""

    @abstractmethod
    async def see(self) -> None:
        """An act is over: look at what it made of the alerts, and go on as the machine does."""

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    async def start(
        self, sandbox: SandboxSettings, shape: CardShape, words: dict[Severity, tuple[str, ...]]
    ) -> None:
        """Open everything; the source's alerts get cards of a shape."""
        self.sandbox = Sandbox(self.clock, sandbox)
        redirect(await self.sandbox.start())
        self.storage = Storage.open(f"sqlite:///{self.path}")
        self.stage = await build_stage(self.sandbox, self.storage, self.clock, words)
        self.stage.source = replace(self.stage.source, card=shape)
        await self.stage.connect()

    def teardown(self) -> None:
        """Every life ends in a quiet moment."""
        try:
            if self.stage is not None:
                self.quiet_moment()
        finally:
            if self.stage is not None:
                self.run(self._close())
            self.loop.close()

    async def _close(self) -> None:
        await self.stage.close()
        await self.storage.close()
        await self.sandbox.stop()
        redirect(None)

    def act(self, work: Callable[[], Awaitable[object]], *, settles: bool) -> None:
        """Somebody does something; what is not possible now is refused and changes nothing."""
        self.run(self._act(work))
        if settles:
            self.quiet_moment()

    async def _act(self, work: Callable[[], Awaitable[object]]) -> None:
        self.clock.advance(self.pace)
        with contextlib.suppress(TocsinError):
            await work()
        await self.see()

    async def die_after_a_post(self) -> None:
        """The worker works until it has posted something, and dies before it wrote that down."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.stage.worker, "_settle", _die)
            with contextlib.suppress(RuntimeError):
                await self.stage.work()


async def _die(*_: object, **__: object) -> float:
    raise RuntimeError(NO_PLACE)


def live(machine: type[DeskMachine], template: Path, folder: Path, *, lives: int, steps: int) -> None:
    """Run a machine's random lives, the same ones each time."""
    numbers = count()

    class Machine(machine):  # type: ignore[misc, valid-type]  # Hypothesis makes one without arguments
        def __init__(self) -> None:
            super().__init__(template, folder, numbers)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),
        ),
    )
