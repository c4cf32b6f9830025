"""Programs: secrets are shown once and kept as hashes, a token opens one project until it is revoked."""

import asyncio

import pytest

from bot.domain.access.token import Scope
from bot.domain.actor import job
from bot.domain.audit import first_broken
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.usecases.admin import project as projects
from bot.usecases.admin import token as tokens
from bot.usecases.admin.source import digest
from bot.usecases.admin.token import Admitted
from bot.usecases.desk import Desk

ME = job("test")


async def admit(desk: Desk, secret: str) -> Admitted | None:
    return await tokens.admit(desk, digest(secret))


async def test_a_secret_is_kept_as_its_hash_alone(desk: Desk) -> None:
    granted = await tokens.add(desk, "ci", ["alerts.read"], actor=ME)
    assert granted.secret not in repr(granted)
    rows = await desk.storage.read(lambda tx: str(tx.run_raw("SELECT * FROM token").all()))
    assert digest(granted.secret) in rows
    assert granted.secret not in rows


async def test_the_secret_lets_its_program_in_and_no_other_does(desk: Desk) -> None:
    granted = await tokens.add(desk, "ci", ["alerts.read", "events.read"], actor=ME)
    await tokens.add(desk, "other", ["alerts.write"], actor=ME)
    admitted = await admit(desk, granted.secret)
    assert admitted is not None
    assert admitted.token == granted.token
    assert admitted.token.scopes == (Scope.ALERTS_READ, Scope.EVENTS_READ)
    assert admitted.desk is desk
    assert await admit(desk, granted.secret + "x") is None


async def test_a_revoked_token_opens_nothing_and_its_name_is_free(desk: Desk) -> None:
    old = await tokens.add(desk, "ci", ["alerts.read"], actor=ME)
    await tokens.revoke(desk, "ci", actor=ME)
    assert await admit(desk, old.secret) is None
    assert await tokens.listing(desk) == []
    new = await tokens.add(desk, "ci", ["alerts.read"], actor=ME)
    assert await admit(desk, new.secret) is not None
    assert await admit(desk, old.secret) is None


async def test_a_token_opens_its_own_project_and_no_other(desk: Desk) -> None:
    ours = await tokens.add(desk, "ci", ["alerts.read"], actor=ME)
    await projects.add(desk, "shop", actor=ME)
    theirs = await tokens.add(desk, "ci", ["alerts.read"], actor=ME, project="shop")
    admitted = await admit(desk, theirs.secret)
    assert admitted is not None
    assert (admitted.desk.project.name, admitted.desk.project.id) == ("shop", theirs.token.project_id)
    assert theirs.token.project_id != ours.token.project_id
    assert admitted.desk.storage is desk.storage
    await tokens.revoke(desk, "ci", actor=ME, project="shop")
    assert await admit(desk, ours.secret) is not None


async def test_a_project_that_does_not_exist_gets_no_token(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="shop"):
        await tokens.add(desk, "ci", ["alerts.read"], actor=ME, project="shop")


async def test_the_list_tells_of_all_projects(desk: Desk) -> None:
    await projects.add(desk, "alpha", actor=ME)
    for name, project in (("b", None), ("a", None), ("c", "alpha")):
        await tokens.add(desk, name, ["runs.write"], actor=ME, project=project)
    listed = [(each.project, each.name) for each in await tokens.listing(desk)]
    assert listed == [("alpha", "c"), ("default", "a"), ("default", "b")]


async def test_coming_and_going_stand_in_the_projects_own_audit_log(desk: Desk) -> None:
    await projects.add(desk, "shop", actor=ME)
    granted = await tokens.add(desk, "ci", ["alerts.read"], actor=ME, project="shop")
    await tokens.revoke(desk, "ci", actor=ME, project="shop")
    chain = await desk.storage.read(lambda tx: tx.audit.chain(granted.token.project_id))
    assert [(each.entry.action, each.entry.subject) for each in chain] == [
        ("project.add", "project:shop"),
        ("token.add", "token:ci"),
        ("token.revoke", "token:ci"),
    ]
    assert '"scopes":["alerts.read"]' in chain[1].entry.after
    assert first_broken(chain) is None
    assert granted.secret not in str(chain)


async def test_a_name_is_taken_once_in_a_project(desk: Desk) -> None:
    await tokens.add(desk, "ci", ["alerts.read"], actor=ME)
    with pytest.raises(ConflictError, match="ci in the project default"):
        await tokens.add(desk, "ci", ["alerts.write"], actor=ME)


@pytest.mark.parametrize(
    ("name", "scope", "project", "field"),
    [
        ("CI", "alerts.read", None, "name"),
        ("ci", "alerts.rule", None, "scope"),
        ("ci", "alerts.read", "a b", "project"),
    ],
)
async def test_what_is_no_name_or_scope_is_refused_by_its_field(
    desk: Desk, name: str, scope: str, project: str | None, field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await tokens.add(desk, name, [scope], actor=ME, project=project)
    assert refused.value.field == field
    assert await tokens.listing(desk) == []


async def test_what_is_not_there_cannot_be_revoked(desk: Desk) -> None:
    await tokens.add(desk, "ci", ["alerts.read"], actor=ME)
    for name, project in (("nobody", None), ("ci", "shop")):
        with pytest.raises(NotFoundError, match=f"{name} in the project"):
            await tokens.revoke(desk, name, actor=ME, project=project)


async def test_of_many_who_take_one_name_one_gets_it(desk: Desk) -> None:
    results = await asyncio.gather(
        *(tokens.add(desk, "ci", ["alerts.read"], actor=ME) for _ in range(4)), return_exceptions=True
    )
    assert len(await tokens.listing(desk)) == 1
    assert sum(not isinstance(each, BaseException) for each in results) == 1
