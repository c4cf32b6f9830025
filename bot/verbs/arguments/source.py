"""Arguments of ``tocsin source``."""

from datetime import timedelta
from typing import Any

from bot.domain.alert.group import CardShape
from bot.verbs.arguments.option import HelpFormat, add_card, add_json, add_secret, add_verb, duration


def add_arguments(verbs: Any) -> None:
    """Add ``source`` with its own verbs."""
    group = verbs.add_parser(
        "source", help="who may send: add, list, move, shape, rotate, remove", formatter_class=HelpFormat
    )
    inner = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    add = add_verb(
        inner,
        "add",
        "source.add",
        "let a sender in; its token is printed once",
        "examples:\n  tocsin source add prod --provider alertmanager\n"
        "  tocsin source add backups --provider generic --ttl 26h --channel 123456789012345678",
    )
    add.add_argument("name", metavar="NAME", help="how the sender is called on cards")
    add.add_argument("--provider", required=True, metavar="P", help="alertmanager, sentry, generic, ...")
    add.add_argument("--channel", type=int, metavar="ID", help="where its cards go (default: the desk's)")
    add.add_argument("--fallback", type=int, metavar="ID", help="who hears when they cannot (the desk's)")
    add.add_argument("--ttl", type=duration, metavar="SPAN", help="silence that ends its alerts (alerts.ttl)")
    add.add_argument(
        "--reopen-window", type=duration, metavar="SPAN", help="same episode again (alerts.reopen_window)"
    )
    add.add_argument("--poll", metavar="URL", help="Alertmanager to ask each minute for what webhooks missed")
    add_card(add, default=CardShape.ALERT.value)
    add_secret(add)
    add_json(add)
    _add_other_source(inner)


def _add_other_source(inner: Any) -> None:
    add_verb(inner, "list", "source.listing", "every sender, and when it was last heard of")
    rotate = add_verb(
        inner,
        "rotate",
        "source.rotate",
        "give a sender a new token and secret; the old ones go on for a while",
        "example:\n  tocsin source rotate prod --overlap 2h",
    )
    rotate.add_argument("name", metavar="NAME")
    rotate.add_argument(
        "--overlap",
        type=duration,
        default=timedelta(hours=24),
        metavar="SPAN",
        help="how long the old ones work (24h)",
    )
    add_secret(rotate)
    add_json(rotate)
    move = add_verb(
        inner,
        "move",
        "source.move",
        "let a sender's alerts go to another channel; what the old one cannot show goes there at once",
        "examples:\n  tocsin source move prod --channel 123456789012345678\n"
        "  tocsin source move prod --fallback 0",
    )
    move.add_argument("name", metavar="NAME")
    move.add_argument("--channel", type=int, metavar="ID", help="where its cards go; 0 = the desk's")
    move.add_argument("--fallback", type=int, metavar="ID", help="who hears when they cannot; 0 = the desk's")
    shape = add_verb(
        inner,
        "shape",
        "source.shape",
        "let new alerts of a sender have a card each, or one for each cause",
        "example:\n  tocsin source shape prod --card group",
    )
    shape.add_argument("name", metavar="NAME")
    add_card(shape, required=True)
    remove = add_verb(inner, "remove", "source.remove", "let a sender out; its alerts and events stay")
    remove.add_argument("name", metavar="NAME")
