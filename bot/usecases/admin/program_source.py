"""Program source: the source as which a program with an API token tells alerts itself, under its own name.

It has no token of its own: nothing but the program's opens it.
"""

from typing import Final

from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.errors import ConflictError
from bot.usecases.desk import Desk
from bot.usecases.source_entry import record
from storage.transaction import Transaction

PROVIDER: Final = "generic"


async def source_of(desk: Desk, actor: Actor) -> Source:
    """The source that is called like the program; made with its first alert.

    Raises:
        ConflictError: one of that name belongs to another kind of sender.
        NotDurableError: the database cannot be written.
    """
    name = actor.ident
    found = await desk.storage.read(lambda tx: tx.sources.named(desk.project.id, name))
    if found is None:
        found = await _make(desk, name, actor)
    if found.provider != PROVIDER:
        raise ConflictError(
            f"The source {name} speaks as {found.provider}; give the program another token's name."
        )
    return found


async def _make(desk: Desk, name: str, actor: Actor) -> Source:
    now = desk.clock.now()
    wish = Source(id=0, project_id=desk.project.id, name=name, provider=PROVIDER, created_at=now)

    def make_source(tx: Transaction) -> Source:
        known = tx.sources.named(desk.project.id, name)
        if known is not None:
            return known
        made = tx.sources.add(wish)
        record(tx, desk, "source.add", actor=actor, before=None, name=name, now=now)
        return made

    return await desk.storage.write(make_source)
