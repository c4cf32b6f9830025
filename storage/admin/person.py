"""People: what each of them chose for themselves."""

from sqlalchemy import Connection, delete, select

from storage.dialect import upsert
from storage.table.person import person


class People:
    """One row a person who chose something."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def zone(self, project_id: int, user_id: int) -> str | None:
        """The name of their time zone, None when they chose none."""
        chosen = select(person.c.zone).where(person.c.project_id == project_id, person.c.user_id == user_id)
        return self._connection.execute(chosen).scalar_one_or_none()

    def choose_zone(self, project_id: int, user_id: int, zone: str | None) -> None:
        """Keep it, or (None) forget what was chosen."""
        if zone is None:
            self._connection.execute(
                delete(person).where(person.c.project_id == project_id, person.c.user_id == user_id)
            )
            return
        statement = upsert(self._connection, person).values(project_id=project_id, user_id=user_id, zone=zone)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["project_id", "user_id"], set_={"zone": statement.excluded.zone}
            )
        )
