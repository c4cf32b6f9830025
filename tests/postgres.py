"""Databases of a PostgreSQL server of the tests' own: lent clean, wiped when they come back.

To copy a template takes the server a fifth of a second of a processor, to wipe a database a hundredth. A
test gets what a copy would be: no rows, sequences at their start, nobody else connected. A database whose
tables a test has changed is dropped, and so is one that cannot be wiped.
"""

from typing import Final

import asyncpg

TEMPLATE: Final = "template_tocsin"
_LOCK_TIMEOUT: Final = "30s"

# In a schema of its own, which no migration and no backup looks at.
_PREPARE: Final = """
CREATE SCHEMA tests;
CREATE TABLE tests.changed ();
CREATE TABLE tests.revision AS SELECT * FROM public.alembic_version;

CREATE FUNCTION tests.note() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tests.changed DEFAULT VALUES;
END $$;

CREATE FUNCTION tests.wipe() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    IF EXISTS (SELECT FROM tests.changed)
        OR EXISTS ((TABLE public.alembic_version EXCEPT TABLE tests.revision)
            UNION ALL (TABLE tests.revision EXCEPT TABLE public.alembic_version)) THEN
        RETURN false;
    END IF;
    PERFORM pg_terminate_backend(pid, 30000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;  -- all rows go, so that no reference is left to check
    FOR one IN
        SELECT oid::regclass AS name, pg_relation_size(oid) AS bytes FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
    LOOP
        IF one.bytes > 65536 THEN  -- what deleted rows leave behind must not slow the tests that follow
            EXECUTE format('TRUNCATE %s CASCADE', one.name);
        ELSE
            EXECUTE format('DELETE FROM %s', one.name);
        END IF;
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
    RETURN true;
END $$;

CREATE EVENT TRIGGER tests_note ON ddl_command_end EXECUTE FUNCTION tests.note();
CREATE EVENT TRIGGER tests_note_drop ON sql_drop EXECUTE FUNCTION tests.note();
"""


def address(folder: str, name: str) -> str:
    """What Tocsin calls the database ``name`` of the server that listens in ``folder``."""
    return f"postgresql+asyncpg://postgres:@/{name}?host={folder}"


async def administer(folder: str, statement: str) -> None:
    """Run one statement about databases."""
    connection = await asyncpg.connect(user="postgres", database="postgres", host=folder)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


class Databases:
    """Those that nobody uses, and how they become clean."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._free: list[str] = []
        self._made = 0

    async def lend(self) -> str:
        """The name of a migrated database without rows."""
        if self._free:
            return self._free.pop()
        self._made += 1
        name = f"test_{self._made}"
        await administer(self.folder, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return name

    async def take_back(self, name: str) -> None:
        """End what still speaks to it, and wipe it or drop it."""
        if await self._wiped(name):
            self._free.append(name)
        else:
            await administer(self.folder, f"DROP DATABASE {name} WITH (FORCE)")

    async def _wiped(self, name: str) -> bool:
        try:
            connection = await asyncpg.connect(
                user="postgres",
                database=name,
                host=self.folder,
                server_settings={"lock_timeout": _LOCK_TIMEOUT},
            )
            try:
                return bool(await connection.fetchval("SELECT tests.wipe()"))
            finally:
                await connection.close()
        except (asyncpg.PostgresError, OSError):
            return False


async def prepare(folder: str) -> None:
    """Teach the migrated template to wipe its copies."""
    connection = await asyncpg.connect(user="postgres", database=TEMPLATE, host=folder)
    try:
        await connection.execute(_PREPARE)
    finally:
        await connection.close()
