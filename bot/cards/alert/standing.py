"""Standing: who has an alert, what programs tried, and what keeps it quiet, each as a line of its card."""

from typing import Final

from bot.cards.style import SEPARATOR, span_of
from bot.cards.text import inline, moment, who
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.quiet import Quiet

_NOTE: Final = 200


def owner_line(alert: Alert) -> str:
    """Who has the alert, or looks at it, and until when."""
    if alert.owner is None:
        return ""
    owner = who(alert.owner)
    if alert.state is State.PROCESSING:
        until = f", until {moment(alert.lease_expires_at, 't')}" if alert.lease_expires_at else ""
        return f"👀 {owner} is looking{until}"
    acked = f", acknowledged {moment(alert.acked_at)}" if alert.acked_at else ""
    until = f", until {moment(alert.ack_until, 't')}" if alert.ack_until else ""
    return f"🙋 {owner}{acked}{until}"


def attempts(alert: Alert) -> str:
    """What programs tried in vain, and whether they will again."""
    if not alert.attempts or not alert.state.open:
        return ""
    often = "once" if alert.attempts == 1 else f"{alert.attempts} times"
    error = inline(alert.last_error, _NOTE)
    parts = [f"🔧 Failed {often}: {error}" if error else f"🔧 Failed {often}"]
    if alert.retry_at is not None:
        parts.append(f"tries again {moment(alert.retry_at)}")
    elif alert.state is State.FAILED:
        parts.append("waits for a person")
    return SEPARATOR.join(parts)


def note_line(alert: Alert) -> str:
    """The newest note, and whose it is."""
    note = inline(alert.note, _NOTE)
    if not note:
        return ""
    return f"💬 {note} — {who(alert.note_by)}" if alert.note_by else f"💬 {note}"


def flapping_line(alert: Alert) -> str:
    """Why nobody is called."""
    flapping = alert.flapping
    if flapping.quiet_until is None:
        return ""
    often = f"{len(flapping.flapped_at)} times in {span_of(flapping.lasts)}"
    return f"🔕 Flapping: {often}, held quiet until calm"


def silence_line(silence: Quiet | None) -> str:
    """Why nobody is called, until when, and by whom."""
    if silence is None:
        return ""
    until = f" until {moment(silence.until, 'f')}" if silence.until else ""
    return f"🔕 Silenced{until} by {who(silence.by)}"
