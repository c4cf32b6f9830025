"""Thread: where an incident stands in Discord."""

import msgspec


class ThreadStanding(msgspec.Struct, frozen=True):
    """Where an open incident stands; ``message_id`` and ``thread_id`` are None while there is none."""

    incident_id: int
    channel_id: int
    message_id: int | None
    thread_id: int | None
    threadless: bool
    project_id: int
