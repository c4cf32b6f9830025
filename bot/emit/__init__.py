"""Emit: tell an alert from any Python program, with one call that never fails and never makes it wait.

``emit_alert("warning", "Disk nearly full", "92 % of /srv", {"host": "nas-01"})`` goes to four kinds of
places, each of which may fail without the others noticing:

- the log (the logger ``tocsin.alert``, one JSON line; standard error where no logging is set up),
- a file that only grows (``TOCSIN_ALERT_LOG``, else ``alerts.log`` in the data folder),
- Tocsin (``TOCSIN_URL`` and ``TOCSIN_TOKEN``), through a spool on disk: what cannot be sent now is sent, in
  order, when Tocsin answers again, by this process or the next one that emits,
- any number of webhooks (``TOCSIN_ALERT_WEBHOOKS``, separated by blanks): Discord's format where the address
  is one of Discord's webhooks, else plain JSON; tried twice, not spooled.

Importing it takes nothing but the standard library; httpx is imported by the thread that sends.
"""

from collections.abc import Mapping

from bot.emit.outlet import Outlet
from bot.emit.record import read

__all__ = ["emit_alert", "flush"]

_outlet = Outlet()


def emit_alert(severity: str, title: str, message: str, context: Mapping[str, object] | None = None) -> None:
    """Tell an alert; returns within the time that two small local files take, and raises nothing.

    An unknown ``severity`` counts as info. Beyond 200 characters of title, 4,000 of message and 25 entries of
    context (1,000 characters each) the rest is cut. Secrets are taken out before anything leaves.
    """
    try:
        _outlet.take(read(severity, title, message, context))
    except Exception as error:  # noqa: BLE001 -- the boundary: whoever tells an alert has enough trouble
        _outlet.complain(f"an alert could not be told: {error!r}")


def flush(seconds: float = 5.0) -> bool:
    """Wait until everything has been sent, at most ``seconds``; False when something is left in the spool."""
    return _outlet.flush(seconds)
