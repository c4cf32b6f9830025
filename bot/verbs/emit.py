"""``tocsin emit``: tell an alert from a script."""

from argparse import Namespace

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
    emit_alert(args.severity, args.title, args.message, {name: value for name, _, value in pairs})
    if not flush():
        print("Tocsin does not take it now: it is kept and sent with the next one.")
    return 0
