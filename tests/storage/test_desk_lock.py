"""The desk's lock: one holds it, and who held it before writes nothing any more."""

import asyncio

import pytest

from bot.domain.errors import NotDurableError
from storage.desk_lock import DeskLock, Try
from storage.engine import Storage
from tests.conftest import START


async def test_a_desk_that_another_has_followed_writes_nothing(postgres_url: str) -> None:
    first, second = DeskLock(postgres_url), DeskLock(postgres_url)
    storage = Storage.open(postgres_url, lock=first)
    try:
        assert await first.take() is Try.TAKEN
        assert await second.take() is Try.OTHERS
        await storage.write(lambda tx: tx.projects.create("one", now=START))
        await first.release()
        await storage.write(lambda tx: tx.projects.create("two", now=START))  # nobody else is the desk yet
        async with asyncio.timeout(20):  # the server notices in its own time that the first has gone
            while await second.take() is not Try.TAKEN:
                assert second.epoch <= first.epoch
        assert second.epoch == first.epoch + 1
        with pytest.raises(NotDurableError, match="Another process has become the desk"):
            await storage.write(lambda tx: tx.projects.create("three", now=START))
    finally:
        await storage.close()
        await first.release()
        await second.release()


async def test_a_lock_whose_database_is_out_of_reach_is_nobody_s() -> None:
    lock = DeskLock("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    assert await lock.take() is Try.UNREACHABLE
    assert not await lock.answers()
    await lock.release()


async def test_a_process_that_rings_wakes_the_desk(postgres_url: str) -> None:
    lock, storage = DeskLock(postgres_url), Storage.open(postgres_url)
    try:
        await lock.take()
        await storage.ring()
        assert await lock.answers()
        assert lock.rung.is_set()
    finally:
        await storage.close()
        await lock.release()


async def test_who_looks_after_the_lock_and_who_announces_a_worker_wait_for_each_other(
    postgres_url: str,
) -> None:
    lock = DeskLock(postgres_url)
    storage = Storage.open(postgres_url, lock=lock)
    try:
        assert await lock.take() is Try.TAKEN
        told = await asyncio.gather(
            *(call for number in range(10) for call in (lock.answers(), storage.announce(f"worker-{number}")))
        )
        assert told[::2] == [True] * 10
        assert not lock.broken.is_set()
    finally:
        await storage.close()
        await lock.release()
