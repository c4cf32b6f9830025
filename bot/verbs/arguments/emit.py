"""Arguments of ``tocsin emit``."""

from typing import Any

from bot.verbs.arguments.option import add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``emit``."""
    emit = add_verb(
        verbs,
        "emit",
        "emit.emit",
        "tell an alert from a script: to the log, a file, Tocsin and webhooks; never fails",
        "Where it goes is said by the environment: TOCSIN_URL and TOCSIN_TOKEN (of a generic source),\n"
        "TOCSIN_ALERT_WEBHOOKS, TOCSIN_ALERT_LOG. What Tocsin cannot take now is kept and sent later.\n\n"
        "example:\n  tocsin emit --severity warning --title 'Disk nearly full' --message '92 % of /srv'"
        " --context host=nas-01",
    )
    emit.add_argument("--severity", default="info", metavar="S", help="info, warning or critical (info)")
    emit.add_argument("--title", required=True, metavar="TEXT")
    emit.add_argument("--message", default="", metavar="TEXT")
    emit.add_argument(
        "--context", action="append", default=[], metavar="K=V", help="what else is known; repeatable"
    )
