"""Senders: tokens are shown once, kept as hashes, and overlap when rotated."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.actor import job
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.usecases.admin import source as sources
from bot.usecases.desk import Desk

ME = job("test")


async def opened(desk: Desk) -> set[str]:
    return {each.digest for each in await sources.credentials(desk)}


async def test_a_token_is_kept_as_its_hash_alone(desk: Desk) -> None:
    issued = await sources.add(desk, "prod", "alertmanager", actor=ME)
    assert await opened(desk) == {sources.digest(issued.token)}
    assert issued.token not in repr(issued)
    assert issued.signing_secret not in repr(issued)
    rows = await desk.storage.read(lambda tx: str(tx.run_raw("SELECT * FROM credential").all()))
    assert issued.token not in rows
    assert issued.signing_secret not in rows


async def test_a_rotated_token_goes_on_for_the_overlap(desk: Desk, clock: ManualClock) -> None:
    first = await sources.add(desk, "prod", "alertmanager", actor=ME)
    second = await sources.rotate(desk, "prod", actor=ME, overlap=timedelta(hours=2))
    assert first.signing_secret != second.signing_secret
    assert await opened(desk) == {sources.digest(first.token), sources.digest(second.token)}
    clock.advance(timedelta(hours=2))
    assert await opened(desk) == {sources.digest(second.token)}


async def test_a_removed_source_opens_nothing_and_its_name_is_free(desk: Desk) -> None:
    await sources.add(desk, "prod", "grafana", actor=ME)
    await sources.remove(desk, "prod", actor=ME)
    assert await opened(desk) == set()
    assert await sources.listing(desk) == []
    assert (await sources.add(desk, "prod", "grafana", actor=ME)).source.name == "prod"


async def test_a_name_is_taken_once(desk: Desk) -> None:
    await sources.add(desk, "prod", "generic", actor=ME)
    with pytest.raises(ConflictError, match="prod"):
        await sources.add(desk, "prod", "grafana", actor=ME)


@pytest.mark.parametrize("name", ["", "Prod", "a b", "-x", "x" * 65, "ü", "a/b"])
async def test_odd_names_are_refused(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        await sources.add(desk, name, "generic", actor=ME)


async def test_an_unknown_provider_is_refused_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(InvalidInputError, match="alertmanager"):
        await sources.add(desk, "prod", "nagios2", actor=ME)


async def test_what_is_not_there_cannot_be_rotated_or_removed(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="prod"):
        await sources.rotate(desk, "prod", actor=ME)
    with pytest.raises(NotFoundError, match="prod"):
        await sources.remove(desk, "prod", actor=ME)
