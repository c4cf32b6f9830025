"""The complete list of a storm as a text file: a header for each name, a line for each alert.

Made to be searched: each line has the ref, the severity and what distinguishes the alert. A list that is too
long to be sent every few seconds as it is goes as a ZIP, which is a tenth of it, so that it is complete.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.cards.card import Archive, File
from bot.cards.style import TIMES
from bot.cards.text import plain
from bot.domain.alert.alert import State
from bot.domain.outbox.board import BoardAlert, BoardGroup

MAX_BYTES: Final = 4 << 20
"""Discord takes 10 MiB; this is more than 20,000 alerts with long texts, and soon sent."""
MOST_BYTES: Final = 32 << 20
"""Of a text that is zipped: more than 150,000 alerts with long texts."""
_LAST_LINE: Final = 100
_HEADER: Final = 240
_LINE: Final = 160


def attach_list(name: str, groups: Sequence[BoardGroup], *, total: int, now: datetime) -> File | Archive:
    """The complete list as ``name``.txt, or as a ZIP of that; cut off where even a ZIP would be too long."""
    whole = write_list(groups, total=total, now=now, most=MOST_BYTES)
    if len(whole) <= MAX_BYTES and len(whole.encode()) <= MAX_BYTES:
        return File(f"{name}.txt", whole)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}.txt", now.timetuple()[:6]), whole, zipfile.ZIP_DEFLATED, 1)
    zipped = packed.getvalue()
    if len(zipped) > MAX_BYTES:  # texts that nothing shortens
        return File(f"{name}.txt", write_list(groups, total=total, now=now))
    return Archive(f"{name}.zip", zipped)


def write_list(
    groups: Sequence[BoardGroup],
    *,
    total: int,
    now: datetime,
    said: str = "open alerts without a card of their own",
    most: int | None = None,
) -> str:
    """The alerts of ``groups``, of ``total`` there are; what is missing is told in the last line.

    It has ``most`` bytes, `MAX_BYTES` where nothing else is said.
    """
    lines = [f"{total:,} {said}, {now:%Y-%m-%d %H:%M:%S} UTC"]
    left = (MAX_BYTES if most is None else most) - _LAST_LINE - len(lines[0])
    listed = 0
    for is_alert, line in _lines(groups):
        left -= 1 + (len(line) if line.isascii() else len(line.encode()))
        if left < 0:
            break
        lines.append(line)
        listed += is_alert
    if listed < total:
        lines.append(f"The list ends here: {total - listed:,} more are in /alert list")
    return "\n".join((*lines, ""))


def _lines(groups: Sequence[BoardGroup]) -> Iterator[tuple[bool, str]]:
    """Every line with whether it is an alert's; what occurs once needs no header."""
    is_close = False
    for found in groups:
        shared = "/".join(found.shared)
        alone = len(found.members) == 1
        if not (alone and is_close):
            yield False, ""
        is_close = alone
        if alone:
            yield True, _line(found.members[0], f"{found.name} {shared}".rstrip())
            continue
        yield False, f"{plain(f'{found.name} {shared}', _HEADER)} {TIMES}{len(found.members):,}"
        for member in found.members:
            yield True, f"  {_line(member, found.tell_apart(member) if found.differing else '')}"


def _line(held: BoardAlert, apart: str) -> str:
    """``A-1042    critical 11-21 02:00:01  cart-7d9f (3 times) [acked: Ann] - 9 % of requests fail``."""
    times = f" ({held.occurrences} times)" if held.occurrences > 1 else ""
    state = f" [{held.state.value}: {held.owner}]" if held.state is not State.NEW else ""
    said = f" - {held.summary}" if held.summary else ""
    opened = held.opened_at.isoformat(" ")[5:19]
    return f"{held.ref:<9} {held.severity.value:<8} {opened}  {plain(f'{apart}{times}{state}{said}', _LINE)}"
