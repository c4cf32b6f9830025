"""Registry: what follows from a change of alerts; a new consequence is one file in its area and a line here.

Law: all of them run in the transaction that makes the change, in the order in which everybody takes locks
(recurrences, alerts, incidents, heads, groups, alert cards).
"""

from typing import Final

from bot.usecases import ring as rings
from bot.usecases.alert import follow as alert
from bot.usecases.desk import Followers
from bot.usecases.incident import follow as incident
from bot.usecases.recurrence import follow as recurrence

FOLLOWERS: Final = Followers(
    rows=(
        recurrence.keep_sums,
        incident.tell_incidents,
        rings.plan_calls,
    ),
    cards=(
        alert.touch_cards,
        rings.fold_calls,
    ),
)
