"""Chart: a recurrence's last 30 days as a picture, readable on a phone at night.

Above, how often it fired on each day; below, in which hours of the week. Colours go from the dark of
Discord's own frame to a light that also those see who see no colours: brightness alone tells more from less.

Run as a program it reads a `Chart` as JSON and writes the PNG: drawing takes a processor and 100 MB for a
second, which are then given back..
"""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any, Final

import msgspec

from bot.cards.style import times_of
from bot.domain.recurrence.rhythm import DAYS, hour_of_week

SPAN: Final = 30  # days
ENOUGH: Final = 3  # firings; of fewer a picture shows nothing that a sentence does not
_BACKGROUND: Final = "#2b2d31"
_INK: Final = "#f2f3f5"
_FAINT: Final = "#9ba0a8"
_LINE: Final = "#3f4147"
_BAR: Final = "#f3a03a"
_SIZE: Final = (8.0, 8.6)  # inches; with 120 dots to the inch 960 by 1032, and Discord shows it 550 wide
_DOTS: Final = 120
_TEXT: Final = 17
_TITLE: Final = 40


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """``hours`` are those (UTC) of the last 30 days in which it fired, with how often."""

    title: str
    seen_at: datetime
    hours: tuple[tuple[datetime, int], ...]

    @property
    def tells(self) -> bool:
        """Whether a picture says more than a sentence: of `ENOUGH` firings or more."""
        return sum(count for _, count in self.hours) >= ENOUGH

    @property
    def days(self) -> list[tuple[date, int]]:
        """All 30 days, oldest first, with how often it fired on each."""
        counts: Counter[date] = Counter()
        for hour, count in self.hours:
            counts[hour.date()] += count
        first = self.seen_at.date() - timedelta(days=SPAN - 1)
        return [(day, counts[day]) for day in (first + timedelta(days=step) for step in range(SPAN))]

    @property
    def week(self) -> list[int]:
        """The 168 hours of the week, from Monday, with how often it fired in each."""
        counts: Counter[int] = Counter()
        for hour, count in self.hours:
            counts[hour_of_week(hour)] += count
        return [counts[place] for place in range(7 * 24)]


def describe(chart: Chart) -> str:
    """The picture in words, for those who cannot see it."""
    days, week = chart.days, chart.week
    total = sum(count for _, count in days)
    if not total:
        return f"{chart.title}: did not fire in the last {SPAN} days."
    if not chart.tells:
        return f"{chart.title}: {times_of(total, fired='fired')} in the last {SPAN} days."
    worst, most = max(days, key=lambda each: each[1])
    busiest = max(range(len(week)), key=week.__getitem__)
    quiet = sum(not count for _, count in days)
    weekday, hour = divmod(busiest, 24)
    often = times_of(total, fired="fired")
    return (
        f"{chart.title}: {often} in the last {SPAN} days, on {SPAN - quiet} of them. "
        f"Most on {worst:%d %B} ({most}). Busiest hour of the week: {DAYS[weekday]} {hour:02}:00 UTC "
        f"({week[busiest]})."
    )


def draw(chart: Chart) -> bytes:
    """The picture as PNG.

    Raises:
        ImportError: matplotlib is not installed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure(
        figsize=_SIZE,
        dpi=_DOTS,
        facecolor=_BACKGROUND,
        layout=ConstrainedLayoutEngine(h_pad=0.12, w_pad=0.08),
    )
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, height_ratios=(1.0, 1.15))
    _draw_days(above, chart)
    _draw_week(figure, below, chart)
    title = chart.title if len(chart.title) <= _TITLE else f"{chart.title[: _TITLE - 1]}…"
    figure.suptitle(title, color=_INK, fontsize=_TEXT + 5, fontweight="bold", parse_math=False)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", facecolor=_BACKGROUND)
    return buffer.getvalue()


def _draw_days(axes: Any, chart: Chart) -> None:
    days = chart.days
    counts = [count for _, count in days]
    axes.bar(range(SPAN), counts, color=_BAR, width=0.82)
    ticks = range(SPAN - 1, -1, -7)
    axes.set_xticks(list(ticks), [f"{days[tick][0].day} {days[tick][0]:%b}" for tick in ticks])
    axes.set_xlim(-0.7, SPAN - 0.3)
    axes.set_ylim(0, max(1, *counts) * 1.08)
    axes.yaxis.get_major_locator().set_params(integer=True, nbins=4)
    axes.grid(axis="y", color=_LINE, linewidth=1)
    axes.set_axisbelow(True)
    axes.set_title("fired, by day", color=_FAINT, fontsize=_TEXT, loc="left")
    _plain(axes)


def _draw_week(figure: Any, axes: Any, chart: Chart) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    week = chart.week
    rows = [week[start:end] for start, end in pairwise(range(0, 7 * 24 + 1, 24))]
    warmth = LinearSegmentedColormap.from_list("night", ("#35373c", "#7a4a1e", "#f3a03a", "#fff3d6"))
    image = axes.imshow(rows, aspect="auto", cmap=warmth, vmin=0, vmax=max(1, *week))
    axes.set_yticks(range(7), DAYS)
    axes.set_xticks([0, 6, 12, 18, 23], ["0", "6", "12", "18", "23"])
    axes.set_xticks([step - 0.5 for step in range(1, 24)], minor=True)
    axes.set_yticks([step - 0.5 for step in range(1, 7)], minor=True)
    axes.grid(which="minor", color=_BACKGROUND, linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    axes.set_title("by hour of the week, UTC", color=_FAINT, fontsize=_TEXT, loc="left")
    scale = figure.colorbar(image, ax=axes, pad=0.02, fraction=0.04)
    scale.locator.set_params(integer=True, nbins=3)
    scale.update_ticks()
    scale.outline.set_visible(False)
    scale.ax.tick_params(colors=_INK, labelsize=_TEXT - 2, length=0)
    _plain(axes)


def _plain(axes: Any) -> None:
    axes.set_facecolor(_BACKGROUND)
    axes.tick_params(colors=_INK, labelsize=_TEXT, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _read(lines: Sequence[bytes]) -> Chart:
    return msgspec.json.decode(b"".join(lines), type=Chart)


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(_read(sys.stdin.buffer.readlines())))
