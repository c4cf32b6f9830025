"""Project: a tenant of a desk, by its name.

Law: sources, channels, tokens, alerts, incidents and what is remembered of them belong to one project, and
nothing of one is shown in another.
"""

from typing import Final

DEFAULT: Final = "default"
"""The project that is there from the start, to which all belongs that nobody gave to another."""

MOST: Final = 50
"""Projects of a database: the jobs look at each of them every few seconds."""
