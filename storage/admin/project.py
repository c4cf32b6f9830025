"""Projects: tenants. A fresh database has one, called ``default``."""

import secrets
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, insert, select, update

from storage.codec import encode, micros, moment_or_none
from storage.table.core import project

DEFAULT: Final = "default"
_TAG_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class ProjectSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What people chose in Discord rather than in the configuration file.

    ``incidents_beside``: they stay in the channel of their alert, as somebody said; ``backup_told``: somebody
    said that backups are made.
    """

    default_channel_id: int | None = None
    guild_id: int | None = None
    setups: int = 0
    respond_role_ids: tuple[int, ...] = ()
    manage_role_ids: tuple[int, ...] = ()
    command_digest: str = ""
    ingress_url: str = ""
    critical_role_ids: tuple[int, ...] = ()
    warning_role_ids: tuple[int, ...] = ()
    incident_channel_id: int | None = None
    incidents_beside: bool = False
    backup_told: bool = False


class Project(msgspec.Struct, frozen=True):
    """``tag`` names this database in buttons and footers, so that another's cards are told apart."""

    id: int
    name: str
    tag: str
    settings: ProjectSettings


class Projects:
    """The tenants' rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def named(self, name: str) -> Project | None:
        """The project called ``name``."""
        row = self._connection.execute(select(project).where(project.c.name == name)).one_or_none()
        if row is None:
            return None
        settings = msgspec.json.decode(row.settings, type=ProjectSettings)
        return Project(row.id, row.name, row.tag, settings)

    def create(self, name: str, *, now: datetime) -> Project:
        """Insert a project with a tag of its own."""
        tag = "".join(secrets.choice(_TAG_ALPHABET) for _ in range(4))
        created = self._connection.execute(
            insert(project)
            .values(name=name, tag=tag, settings=encode(ProjectSettings()), created_at=micros(now))
            .returning(project.c.id)
        ).scalar_one()
        return Project(created, name, tag, ProjectSettings())

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
