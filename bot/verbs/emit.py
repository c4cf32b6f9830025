"""``tocsin emit``: tell an alert from a script."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from bot.demo.whereabouts import running_demo
from bot.domain.errors import InvalidInputError
from bot.emit import emit_alert, flush


def emit(args: Namespace) -> int:
    """Tell it and wait a little; 0 also when it is only kept for later.

    Raises:
        InvalidInputError: a context has no ``=``.
    """
    pairs = [text.partition("=") for text in args.context]
    if wrong := next((name for name, separator, _ in pairs if not separator or not name), None):
        raise InvalidInputError("--context", f"must look like key=value, not {wrong!r}")
    _find_tocsin(args)
    emit_alert(args.severity, args.title, args.message, {name: value for name, _, value in pairs})
    if not flush():
        print("Tocsin does not take it now: it is kept and sent with the next one.")
    return 0


def _find_tocsin(args: Namespace) -> None:
    """Where nobody said which Tocsin is told, it is the demo that runs in this folder, or none."""
    if os.environ.get("TOCSIN_URL") and os.environ.get("TOCSIN_TOKEN"):
        return
    demo = running_demo(Path.cwd())
    if demo is not None and args.config is None and not os.environ.get("TOCSIN_DATA"):
        os.environ.update(TOCSIN_URL=demo.hook, TOCSIN_TOKEN=demo.token, TOCSIN_DATA=demo.data)
        sys.stderr.write(f"tocsin: this tells the demo that runs here: {demo.page}\n")
    elif not os.environ.get("TOCSIN_ALERT_WEBHOOKS"):
        sys.stderr.write("tocsin: TOCSIN_URL and TOCSIN_TOKEN are not set: only log and file are told\n")
