import asyncio
import threading

import pytest

from bot.domain.access.redaction import redact_body
from bot.ingress.large import BYTES_AN_ALERT, LARGE, PROCESSOR_SHARE, BodyReader, weigh


@pytest.mark.parametrize(("size", "beside"), [(LARGE, False), (LARGE + 1, True)])
async def test_only_large_bodies_are_read_beside_the_loop(size: int, beside: bool) -> None:
    made, seconds = await BodyReader().read(size, threading.current_thread)
    assert (made is not threading.current_thread()) == beside
    assert seconds >= 0


async def test_large_bodies_wait_for_each_other_and_the_loop_goes_on() -> None:
    reader, running, most, turns = BodyReader(), 0, 0, 0

    def work() -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        hits = redact_body(b"password=a " * 9_000, ["password=a " * 9_000]).hits
        running -= 1
        return hits

    reads = asyncio.gather(*(reader.read(LARGE + 1, work) for _ in range(3)))
    while not reads.done():
        turns += 1
        await asyncio.wait({reads}, timeout=0.001)
    found = {hits for hits, _ in await reads}
    assert min(found) >= 1_000  # a text as dense as this is masked in larger pieces
    assert len(found) == 1
    assert most == 1
    assert turns > 1


def test_a_large_body_counts_by_its_bytes_and_by_what_it_took() -> None:
    assert weigh(LARGE, 9.0, 100) == 0
    assert weigh(BYTES_AN_ALERT * 10, 0.0, 100) == 10
    assert weigh(BYTES_AN_ALERT * 10, 2.0, 100) == int(200 / PROCESSOR_SHARE)
