"""Audience: in which channels something is shown, so that callers can tell who may look.

Nothing here writes.
"""

from collections.abc import Sequence

from bot.domain.alert.alert import format_ref as format_alert
from bot.domain.alert.group import format_ref as format_group
from bot.domain.errors import NotFoundError
from bot.domain.incident.action import format_ref as format_action
from bot.domain.incident.incident import format_ref as format_incident
from bot.domain.recurrence.recurrence import format_ref as format_recurrence
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from bot.usecases.owner import claimed_by, owner
from storage.transaction import Transaction

_REFS = {
    Subject.ALERT: format_alert,
    Subject.GROUP: format_group,
    Subject.INCIDENT: format_incident,
    Subject.RECURRENCE: format_recurrence,
    Subject.ACTION: format_action,
}


async def channels(desk: Desk, asked: Sequence[SubjectRef]) -> list[set[int]]:
    """The channels of each; none for what is not there, 0 stands for the desk's own channel."""

    def read_channels(tx: Transaction) -> list[set[int]]:
        return [tx.audiences.channels(desk.project.id, each) for each in asked]

    return await desk.storage.read(read_channels)


async def of_channels(desk: Desk, channel_ids: Sequence[int]) -> Desk | None:
    """The desk of the project to which the first of these belongs that belongs to one."""

    def read_audiences(tx: Transaction) -> Desk | None:
        found = (claimed_by(tx, desk, each) for each in channel_ids)
        return next((each for each in found if each is not None), None)

    return await desk.storage.read(read_audiences)


async def owners(desk: Desk, asked: Sequence[SubjectRef]) -> list[Desk]:
    """The desks of the projects that have something of these, each once, in their order."""

    def read_owners(tx: Transaction) -> list[Desk]:
        ids = dict.fromkeys(tx.audiences.project_of(each) for each in asked)
        return [owner(tx, desk, each) for each in ids if each is not None]

    return await desk.storage.read(read_owners)


def missing(asked: SubjectRef) -> NotFoundError:
    """What is said of something that is not there, or not for these eyes: nobody can tell which."""
    return NotFoundError(asked.subject.value, ref_of(asked))


def ref_of(asked: SubjectRef) -> str:
    """``A-1042``, ``I-7`` and so on, or a source's name."""
    ref = _REFS.get(asked.subject)
    return ref(asked.which) if ref is not None and isinstance(asked.which, int) else str(asked.which)
