"""Storm: a channel that shows its alerts on one board, and what rang in it."""

from datetime import datetime

import msgspec


class Storm(msgspec.Struct, frozen=True, kw_only=True):
    """A channel's board: ``made_of`` is what it had to show when it was last made.

    ``is_dirty`` says that its message is not what it should be, ``is_busy`` that nobody may take it now,
    ``is_lost`` that its channel is no more, or that Discord refused it.
    """

    card_id: int
    entered_at: datetime
    left_at: datetime | None
    first_card_id: int
    made_of: "Unposted"
    message_id: int | None
    sent_at: datetime | None
    is_dirty: bool
    is_busy: bool
    is_parked: bool
    is_lost: bool


class Unposted(msgspec.Struct, frozen=True):
    """Alerts whose card, or whose group's card, has no message: how many, and the id of the newest card.

    ``critical`` of them wait as criticals, ``acts`` grows with everything that anybody does anywhere.
    """

    count: int
    newest_card_id: int
    critical: int
    acts: int


class Uncalled(msgspec.Struct, frozen=True):
    """An alert of a channel whose card, ``card_id``, has no message and rang nobody."""

    channel_id: int
    card_id: int
    alert_id: int


class ToldCause(msgspec.Struct, frozen=True):
    """What rang since the storm began: alerts of a name and service, last in the message of ``lead_id``."""

    name: str
    service: str
    lead_id: int
    told_at: datetime
    alerts: int
