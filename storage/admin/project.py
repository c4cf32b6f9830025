"""Projects: tenants. A fresh database has one, called ``default``."""

import secrets
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, insert, or_, select, update

from bot.domain.access.project import Project, ProjectSettings
from storage.codec import encode, micros, moment_or_none
from storage.table.core import alert, card, project, source

_TAG_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class Projects:
    """The tenants' rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def named(self, name: str) -> Project | None:
        """The project called ``name``."""
        which = select(project).where(project.c.name == name, project.c.removed_at.is_(None))
        row = self._connection.execute(which).one_or_none()
        return None if row is None else _read(row)

    def get(self, project_id: int) -> Project | None:
        """The project with this id."""
        row = self._connection.execute(select(project).where(project.c.id == project_id)).one_or_none()
        return None if row is None else _read(row)

    def listing(self, *, removed: bool = False) -> list[Project]:
        """All, in the order in which they were made; those that are ``removed`` too."""
        which = select(project).order_by(project.c.id)
        if not removed:
            which = which.where(project.c.removed_at.is_(None))
        return [_read(row) for row in self._connection.execute(which)]

    def speaking_in(self, channel_id: int) -> set[int]:
        """Ids of those whose sources name the channel."""
        named = select(source.c.project_id).where(
            source.c.removed_at.is_(None),
            or_(source.c.channel_id == channel_id, source.c.fallback_channel_id == channel_id),
        )
        return set(self._connection.execute(named).scalars())

    def shown_in(self, channel_id: int, *, beside: int) -> int | None:
        """The id of one other than ``beside`` whose cards are in the channel; it looks at all of them."""
        others = select(card.c.project_id).where(card.c.channel_id == channel_id, card.c.project_id != beside)
        return self._connection.execute(others.limit(1)).scalar_one_or_none()

    def of_alert(self, alert_id: int) -> int | None:
        """The id of the one that an alert belongs to."""
        found = select(alert.c.project_id).where(alert.c.id == alert_id)
        return self._connection.execute(found).scalar_one_or_none()

    def of_card(self, card_id: int) -> int | None:
        """The id of the one that a card belongs to."""
        found = select(card.c.project_id).where(card.c.id == card_id)
        return self._connection.execute(found).scalar_one_or_none()

    def rename(self, project_id: int, name: str) -> None:
        """Only its name changes."""
        self._connection.execute(update(project).where(project.c.id == project_id).values(name=name))

    def create(self, name: str, *, now: datetime) -> Project:
        """Insert a project with a tag of its own."""
        tag = "".join(secrets.choice(_TAG_ALPHABET) for _ in range(4))
        created = self._connection.execute(
            insert(project)
            .values(name=name, tag=tag, settings=encode(ProjectSettings()), created_at=micros(now))
            .returning(project.c.id)
        ).scalar_one()
        return Project(created, name, tag, ProjectSettings())

    def remove(self, project_id: int, *, now: datetime, was: str) -> None:
        """Remove a project; the row stays for the audit chain, under a name that nobody can give."""
        gone = f"{was} (removed {project_id})"
        self._connection.execute(
            update(project).where(project.c.id == project_id).values(name=gone, removed_at=micros(now))
        )

    def save_settings(self, project_id: int, settings: ProjectSettings) -> None:
        """Replace the settings."""
        self._connection.execute(
            update(project).where(project.c.id == project_id).values(settings=encode(settings))
        )

    def proved_at(self, project_id: int) -> datetime | None:
        """When writing was last proved to work, None when never."""
        us = self._connection.execute(
            select(project.c.proved_at).where(project.c.id == project_id)
        ).scalar_one_or_none()
        return moment_or_none(us)

    def touch(self, project_id: int, *, now: datetime) -> None:
        """A write that changes nothing of meaning: the proof that writing works."""
        self._connection.execute(
            update(project).where(project.c.id == project_id).values(proved_at=micros(now))
        )


def _read(row: Row[Any]) -> Project:
    settings = msgspec.json.decode(row.settings, type=ProjectSettings)
    return Project(row.id, row.name, row.tag, settings)
