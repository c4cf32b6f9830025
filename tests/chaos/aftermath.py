"""Aftermath: wait until the house is quiet, end it, then hold the three truths against each other."""

from typing import Final

from tests.chaos.book import Book, Violation
from tests.chaos.escalation import homeless, judge_incidents
from tests.chaos.flock import judge_flock
from tests.chaos.held import lingering, unlisted
from tests.chaos.house import House
from tests.chaos.record import Reader, Record
from tests.chaos.verdict import judge, unheard, vanished
from tests.waiting import until

_QUIET: Final = 180.0  # seconds; what a broken line left claimed waits for its lease


async def aftermath(house: House, book: Book) -> tuple[Record, list[Violation]]:
    """What the database holds in the end, and all that is untrue; nobody sends or acts any more.

    The bot is asked to end in between: what it still does then counts too.
    """
    reader = Reader(house.database_url)
    try:
        noise = await quiet(house, reader)
        code = await house.stop()
        assert code == 0, f"the bot ended with {code}; its logs: {house.folder}"
        record = await reader.read_chain()
    finally:
        await reader.close()
    messages, threads = await house.messages(), await house.threads()
    found = judge(book, record, messages) + judge_flock(record, messages)
    return record, noise + found + judge_incidents(book, record, messages, threads)


async def quiet(house: House, reader: Reader) -> list[Violation]:
    """Wait until the outbox is empty and all is heard and seen; what never will be is a violation."""

    async def look() -> bool:
        record, messages = await reader.read(), await house.messages()
        return not (
            record.dirty
            or homeless(record)
            or unheard(record, messages, house.people)
            or vanished(record, messages)
            or lingering(record)
            or await unlisted(house, record, messages)
        )

    try:
        await until(look, "the channel to be quiet", _QUIET)
    except AssertionError as error:
        record, messages = await reader.read(), await house.messages()
        missing = unheard(record, messages, house.people), vanished(record, messages), homeless(record)
        held = record.held, await unlisted(house, record, messages)
        seen = f"dirty: {record.dirty}; unheard, vanished, homeless: {missing}; held, unlisted: {held}"
        return [Violation("wrong", "channel", f"{error}; {seen}")]
    return []
