"""Recipe: what to do at a sender so that it posts here."""

from typing import NamedTuple


class Recipe(NamedTuple):
    """``text`` to paste, in ``language``, and in one sentence ``where`` it goes. It may hold a token."""

    where: str
    language: str
    text: str
