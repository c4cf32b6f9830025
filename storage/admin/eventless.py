"""Eventless envelopes: requests of which no event is left, found part by part so that no read is long.

Their keys are spread evenly over the first letter, which parts them alike on both engines.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from storage.codec import micros
from storage.table.core import envelope, event

PARTS: Final = 16
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def eventless(connection: Connection, part: int, *, before: datetime) -> list[str]:
    """The digests of those that came before ``before``, in one of `PARTS` parts of all."""
    letters = list(_ALPHABET[part::PARTS])
    used = select(event.c.envelope_digest).where(func.substr(event.c.envelope_digest, 1, 1).in_(letters))
    rows = connection.execute(
        select(envelope.c.digest).where(
            func.substr(envelope.c.digest, 1, 1).in_(letters),
            envelope.c.received_at < micros(before),
            envelope.c.digest.not_in(used),
        )
    )
    return list(rows.scalars())
