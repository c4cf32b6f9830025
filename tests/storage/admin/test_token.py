"""Tokens' rows: one live name a project, one row a digest, revoked ones are never seen again."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from bot.domain.access.token import Scope, Token
from bot.domain.actor import job
from storage.engine import Storage
from storage.transaction import Transaction

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
WISH = Token(
    id=0,
    project_id=1,
    project="a",
    name="ci",
    scopes=(Scope.ALERTS_READ, Scope.RUNS_WRITE),
    created_at=NOW,
    created_by=job("test"),
)


@pytest.fixture
async def project(storage: Storage) -> int:
    return (await storage.write(lambda tx: tx.projects.create("a", now=NOW))).id


async def test_a_token_comes_back_as_it_was_written(storage: Storage, project: int) -> None:
    created = await storage.write(lambda tx: tx.tokens.add(replace(WISH, project_id=project), "d"))
    for find in (
        lambda tx: tx.tokens.opened_by("d"),
        lambda tx: tx.tokens.named("a", "ci"),
        lambda tx: tx.tokens.listing()[0],
    ):
        assert await storage.read(find) == created
    assert await storage.read(lambda tx: tx.tokens.opened_by("D")) is None


async def test_a_live_name_and_a_digest_stand_once(storage: Storage, project: int) -> None:
    wish = replace(WISH, project_id=project)
    await storage.write(lambda tx: tx.tokens.add(wish, "d"))
    for name, digest in (("ci", "other"), ("other", "d")):

        def work(tx: Transaction, name: str = name, digest: str = digest) -> None:
            tx.tokens.add(replace(wish, name=name), digest)

        with pytest.raises(IntegrityError):
            await storage.write(work)


async def test_a_revoked_token_is_kept_but_not_seen(storage: Storage, project: int) -> None:
    wish = replace(WISH, project_id=project)
    old = await storage.write(lambda tx: tx.tokens.add(wish, "d"))
    await storage.write(lambda tx: tx.tokens.revoke(old.id, now=NOW))
    assert await storage.read(lambda tx: (tx.tokens.opened_by("d"), tx.tokens.listing())) == (None, [])
    new = await storage.write(lambda tx: tx.tokens.add(wish, "e"))
    assert await storage.read(lambda tx: tx.tokens.named("a", "ci")) == new
    assert await storage.read(lambda tx: len(tx.run_raw("SELECT id FROM token").all())) == 2
