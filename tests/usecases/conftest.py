"""One source, and a way to send from it."""

import pytest

from bot.domain.access.source import Source
from bot.domain.alert.signal import Rejected, Signal
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.intake.submission import Receipt
from tests.senders import Send, add_source, submission


@pytest.fixture
async def source(desk: Desk) -> Source:
    return await add_source(desk)


@pytest.fixture
def send(desk: Desk, source: Source) -> Send:
    async def one(*signals: Signal, rejected: tuple[Rejected, ...] = ()) -> Receipt:
        (receipt,) = await take_in(desk, [submission(source, *signals, rejected=rejected)])
        return receipt

    return one
