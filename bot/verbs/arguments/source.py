"""Arguments of ``tocsin source``."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.verbs.arguments.option import (
    add_card,
    add_group,
    add_json,
    add_project,
    add_secret,
    add_severity,
    add_verb,
    channel,
    duration,
)


def add_arguments(verbs: Any) -> None:
    """Add ``source`` with its own verbs."""
    inner = add_group(
        verbs, "source", "who may send: add, list, move, shape, grade, expect, rotate, test, remove"
    )
    add = add_verb(
        inner,
        "add",
        "source.add",
        "let a sender in; its token is printed once",
        "examples:\n  tocsin source add prod --provider alertmanager\n"
        "  tocsin source add backups --provider generic --ttl 26h --channel 123456789012345678\n"
        "  tocsin source add prod --provider grafana --project shop",
    )
    add.add_argument("name", metavar="NAME", help="how the sender is called on cards")
    add.add_argument("--provider", required=True, metavar="P", help="alertmanager, sentry, generic, ...")
    add.add_argument("--channel", type=channel, metavar="ID", help="where its cards go (default: the desk's)")
    add.add_argument("--fallback", type=channel, metavar="ID", help="who hears when they cannot (the desk's)")
    add.add_argument("--ttl", type=duration, metavar="SPAN", help="silence that ends its alerts (alerts.ttl)")
    add.add_argument(
        "--reopen-window", type=duration, metavar="SPAN", help="same episode again (alerts.reopen_window)"
    )
    add.add_argument("--poll", metavar="URL", help="Alertmanager to ask each minute for what webhooks missed")
    add_card(add, default=CardShape.AUTO.value)
    add_severity(add, default=Severity.WARNING.value)
    _add_wakes(add)
    add_secret(add)
    add_json(add)
    add_project(add)
    _add_other_source(inner)


def _add_other_source(inner: Any) -> None:
    listing = add_verb(inner, "list", "source.listing", "every sender, and when it was last heard of")
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
    move.add_argument("--channel", type=channel, metavar="ID", help="where its cards go; 0 = the desk's")
    move.add_argument(
        "--fallback", type=channel, metavar="ID", help="who hears when they cannot; 0 = the desk's"
    )
    shape = add_verb(
        inner,
        "shape",
        "source.shape",
        "let new alerts of a sender have a card each, or one for each cause",
        "example:\n  tocsin source shape prod --card group",
    )
    shape.add_argument("name", metavar="NAME")
    add_card(shape, required=True)
    _add_expectations(inner)
    remove = add_verb(inner, "remove", "source.remove", "let a sender out; its alerts and events stay")
    remove.add_argument("name", metavar="NAME")
    add_project(listing, rotate, move, shape, remove)
    _add_test(inner)
    _add_try(inner)


def _add_try(inner: Any) -> None:
    attempt = add_verb(
        inner,
        "try",
        "source_try.attempt",
        "read a request as a sender's own, print what it becomes and its card, and store nothing",
        "examples:\n  tocsin source try backups --file body.json\n"
        "  curl -s https://example.org/last-hook | tocsin source try backups --file -",
    )
    attempt.add_argument("name", metavar="NAME")
    attempt.add_argument(
        "--file", type=Path, required=True, metavar="FILE", help="the body; - is standard input"
    )
    attempt.add_argument(
        "--header", action="append", default=[], metavar="H", help="'Name: value'; repeatable"
    )
    attempt.add_argument("--query", default="", metavar="Q", help="what stands behind ? in the address")
    attempt.add_argument("--method", default="POST", metavar="M", help="POST, PUT or GET (POST)")
    recipe = add_verb(
        inner,
        "recipe",
        "source_try.recipe",
        "print what to paste at a sender, with address and token",
        "examples:\n  TOCSIN_TOKEN=toc_... tocsin source recipe uptime-kuma --source kuma\n"
        "  tocsin source recipe nagios --script > /usr/local/bin/tocsin-nagios.sh",
    )
    recipe.add_argument("provider", metavar="PROVIDER", help="alertmanager, sentry, generic, ...")
    recipe.add_argument("--source", metavar="NAME", help="the source whose address it is")
    recipe.add_argument("--script", action="store_true", help="print the script that goes with it instead")
    add_project(attempt, recipe)


def _add_expectations(inner: Any) -> None:
    expect = add_verb(
        inner,
        "expect",
        "source.expect",
        "open an alert when a sender is not heard for so long, whatever it sends; it ends when it speaks",
        "examples:\n  tocsin source expect prod --every 5m\n"
        "  tocsin source expect backups --every 24h --grace 2h\n  tocsin source expect prod --off",
    )
    expect.add_argument("name", metavar="NAME")
    how = expect.add_mutually_exclusive_group(required=True)
    how.add_argument("--every", type=duration, metavar="SPAN", help="how often it must be heard")
    how.add_argument("--off", action="store_true", help="wait for it no longer")
    expect.add_argument("--grace", type=duration, metavar="SPAN", help="how late it may be (a fifth)")
    grade = add_verb(
        inner,
        "grade",
        "source.grade",
        "say what alerts of a sender are that name no severity, and whom its alerts wake",
        "examples:\n  tocsin source grade nightly --default-severity info\n"
        "  tocsin source grade shop-db --ping-critical dba --ping-critical on-call\n"
        "  tocsin source grade staging --ping-critical nobody --ping-warning desk",
    )
    grade.add_argument("name", metavar="NAME")
    add_severity(grade)
    _add_wakes(grade)
    add_project(expect, grade)


def _add_wakes(verb: Any) -> None:
    for severity in ("critical", "warning"):
        verb.add_argument(
            f"--ping-{severity}",
            action="append",
            metavar="ROLE",
            help=f"whom a {severity} of it wakes: name or id, here, everyone, nobody, or desk; repeatable",
        )


def _add_test(inner: Any) -> None:
    test = add_verb(
        inner,
        "test",
        "source_test.post",
        "send test alerts as a real sender would",
        "The token is best given as TOCSIN_TOKEN: other users can read arguments.\n\n"
        "examples:\n  tocsin source test --url http://127.0.0.1:8080/v1/hooks/generic\n"
        "  tocsin source test --provider alertmanager --name DiskFull --severity critical\n"
        "  tocsin source test --provider alertmanager --name DiskFull --resolved",
    )
    test.add_argument("--provider", metavar="P", help="default: what the address ends in, else generic")
    test.add_argument("--url", metavar="URL", help="default: this machine's door, for the provider")
    test.add_argument("--token", metavar="TOKEN", help="of the source (default: TOCSIN_TOKEN)")
    test.add_argument("--token-file", type=Path, metavar="FILE", help="a file with the token in it")
    test.add_argument("--name", metavar="NAME", help="of the alert")
    test.add_argument("--severity", metavar="WORD", help="info, warning, critical or the sender's own word")
    test.add_argument("--resolved", action="store_true", help="say that it is over")
    test.add_argument("--count", type=int, default=1, metavar="N", help="so many requests (1)")
