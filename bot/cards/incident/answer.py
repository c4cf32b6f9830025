"""Answers about incidents to one person; unlike those of `answer` they lead to the incident's thread."""

from typing import Final

from bot.cards.card import Card, File
from bot.cards.incident.style import sign
from bot.cards.limits import fit
from bot.cards.text import code, inline, sentence
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import Incident, IncidentLevel

_TITLE: Final = 150
_TYPED: Final = 1_500


def opened(incident: Incident, *, beyond: IncidentLevel | None, cap: IncidentLevel, channel_id: int) -> Card:
    """A new one; ``beyond`` was asked for and is worse than ``cap``, the worst that its alerts allow."""
    return _say(
        f"🚨 Opened {_name(incident)}, {incident.severity}.",
        _capped(beyond, cap),
        _leads(incident, channel_id),
    )


def taken_in(
    incident: Incident, what: str, *, beyond: IncidentLevel | None, cap: IncidentLevel, channel_id: int
) -> Card:
    """No new one, for an open one took ``what``, e.g. ``A-12``, in."""
    return _say(
        f"🧩 No second incident was opened: {_name(incident)}, {incident.severity}, took {what} in.",
        _capped(beyond, cap),
        _leads(incident, channel_id),
    )


def belongs(what: str, mention: str, *, kept_note: bool = False) -> Card:
    """Nothing new: ``what`` is part of the incident that ``mention``, a ref or a thread's, names."""
    kept = "Your note stands in its timeline." if kept_note else ""
    return _say(f"🧩 {what} is part of {mention} already; nothing was opened.", kept)


def returned(error: InvalidInputError, typed: str) -> Card:
    """A form that cannot be used; it is gone once it is sent, so what was ``typed`` comes back to copy."""
    return _say(f"❓ {sentence(str(error))}", "What you wrote, to use again:", code(typed, _TYPED))


def done(incident: Incident, text: str) -> Card:
    """Say what was done; ``text`` is a sentence of ours about the incident."""
    return _say(f"✅ {sentence(text)}", _leads(incident, 0))


def pinned(incident: Incident, *, fresh: bool, readable: bool) -> Card:
    """A message was taken into the timeline, or stood there; without words only its link is kept."""
    said = "Added to" if fresh else "It stands already in"
    missing = "" if readable else "It has no words that could be kept, so only its author and link are."
    return _say(f"📌 {said} the timeline of {_name(incident)}.", missing)


def handed(incident: Incident, name: str, text: str) -> Card:
    """A file about the incident to keep and to finish."""
    return fit(Card(content=f"📄 {_name(incident)}", file=File(name, text)))


def _name(incident: Incident) -> str:
    title = inline(incident.title, _TITLE, addresses=False) or "untitled"
    return f"{sign(incident)} {incident.ref} **{title}**"


def _capped(beyond: IncidentLevel | None, cap: IncidentLevel) -> str:
    if beyond is None:
        return ""
    return f"⬇️ You asked for {beyond}, but its alerts allow {cap} at worst."


def _leads(incident: Incident, channel_id: int) -> str:
    """The incident's thread, or the channel in which it will appear."""
    if incident.thread_id is not None:
        return f"➡️ {incident.mention}"
    return f"➡️ It comes up in <#{channel_id}>" if channel_id else ""


def _say(*lines: str) -> Card:
    return fit(Card(content="\n".join(filter(None, lines))))
