"""Held: alerts that a storm's board stands for, while there are more than a channel can take.

They have no card of their own until few are left; the board's list has to name each of them as it is, and
nothing else.
"""

from typing import Any, Final

from tests.chaos.house import House
from tests.chaos.record import AlertRow, Record

FEW: Final = 10
"""Alerts that a board may not keep to itself when nothing new comes."""


def lingering(record: Record) -> set[int]:
    """So few held alerts that they should have got cards."""
    return record.held if len(record.held) <= FEW else set()


async def unlisted(house: House, record: Record, messages: list[dict[str, Any]]) -> set[int]:
    """The held alerts that the board's list does not name as they are, and what it lists besides."""
    if record.board is None:
        return set()
    found = next((each for each in messages if int(each["id"]) == record.board), None)
    if found is None:
        return record.held
    text = "".join([await house.read(each["url"]) for each in found["attachments"]])
    told = {
        int(line.split()[0].removeprefix("A-")): line
        for line in map(str.strip, text.splitlines())
        if line.startswith("A-")
    }
    wrong = {each for each in record.held & told.keys() if not _tells(told[each], record.alerts[each])}
    return wrong | (record.held ^ told.keys())


def _tells(line: str, row: AlertRow) -> bool:
    """Whether a line has the severity and the state of an alert."""
    state = "" if row.state == "new" else f"[{row.state}: "
    return f" {row.severity} " in line and state in line and (bool(state) or "[" not in line)
