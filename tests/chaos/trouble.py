"""Trouble: what everybody has to see while the database cannot be written, and after."""

from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Final

from tests.chaos.book import Book
from tests.chaos.house import House
from tests.chaos.process import PATIENCE
from tests.waiting import until

_SOME: Final = 20  # promises


async def endure(house: House, book: Book, trouble: AbstractAsyncContextManager[None]) -> None:
    """Under load, let ``trouble`` come, be told to senders and probes, go, and be forgotten."""
    await progress(book)
    async with trouble:
        refused = book.refused

        async def is_refused() -> bool:
            return book.refused > refused

        async def is_told() -> bool:
            status, probes = await house.readiness()
            return status == HTTPStatus.SERVICE_UNAVAILABLE and not probes["database"]

        await until(is_refused, "senders to be refused", PATIENCE)
        await until(is_told, "the database's probe to fail", PATIENCE)

    async def is_over() -> bool:
        status, _ = await house.readiness()
        return status == HTTPStatus.OK

    await until(is_over, "all probes to pass", PATIENCE)
    await progress(book)


async def start_in(house: House, book: Book, trouble: AbstractAsyncContextManager[None]) -> None:
    """Kill the bot and start it in ``trouble``; afterwards it works.

    It may wait for better times or end: whoever looks after processes starts it again.
    """
    house.kill()
    book.died()
    async with trouble:
        refused, bot = book.refused, house.start(silent=True)

        async def look() -> bool:
            return book.refused > refused or not bot.alive

        await until(look, "the trouble to show", PATIENCE)
    if not bot.alive:
        await house.start_ready()


async def progress(book: Book) -> None:
    """Some promises are made."""
    enough = book.accepted + _SOME

    async def look() -> bool:
        return book.accepted >= enough

    await until(look, "promises to be made", PATIENCE)
