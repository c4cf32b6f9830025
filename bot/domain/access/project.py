"""Project: a tenant of a desk, by its name.

Law: sources, channels, tokens, alerts, incidents and what is remembered of them belong to one project, and
nothing of one is shown in another.
"""

from typing import Final

import msgspec

DEFAULT: Final = "default"
"""The project that is there from the start, to which all belongs that nobody gave to another."""

MOST: Final = 50
"""Projects of a database: the jobs look at each of them every few seconds."""


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
    critical_repeats: str = ""
    warning_repeats: str = ""
    view_role_ids: tuple[int, ...] = ()
    incident_channel_id: int | None = None
    incidents_beside: bool = False
    backup_told: bool = False


class Project(msgspec.Struct, frozen=True):
    """``tag`` names this database in buttons and footers, so that another's cards are told apart."""

    id: int
    name: str
    tag: str
    settings: ProjectSettings
