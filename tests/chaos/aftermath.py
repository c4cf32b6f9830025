"""Aftermath: wait until the house is quiet, then hold the three truths against each other."""

from typing import Final

from tests.chaos.book import Book, Violation
from tests.chaos.house import House
from tests.chaos.process import until
from tests.chaos.record import Reader, Record
from tests.chaos.verdict import judge, unheard

_QUIET: Final = 90.0  # seconds


async def aftermath(house: House, book: Book) -> tuple[Record, list[Violation]]:
    """What the database holds in the end, and all that is untrue; nobody sends or acts any more."""
    reader = Reader(house.database_url)
    try:
        noise = await _quiet(house, reader)
        record = await reader.read_chain()
    finally:
        await reader.close()
    return record, noise + judge(book, record, await house.messages())


async def _quiet(house: House, reader: Reader) -> list[Violation]:
    """Wait until the outbox is empty and all emoji are heard; what never will be is a violation."""

    async def look() -> bool:
        record = await reader.read()
        return not record.dirty and not unheard(record, await house.messages(), house.people)

    try:
        await until(look, "the channel to be quiet", _QUIET)
    except AssertionError as error:
        record = await reader.read()
        missing = unheard(record, await house.messages(), house.people)
        dirty = [card for card in record.cards if card.wanted > card.shown or card.claimed_by]
        return [Violation("wrong", "channel", f"{error}; dirty: {dirty}; unheard: {missing}")]
    return []
