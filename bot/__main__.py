"""The command line: ``tocsin``, which is ``python -m bot``.

Exit codes: 0 done, 1 it could not be done, 2 the command or the configuration is wrong.
"""

import errno
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final

from bot.domain.access.token import Scope
from bot.domain.alert.group import CardShape
from bot.domain.errors import TocsinError
from bot.settings.section import read_duration
from bot.settings.tree import ConfigError

_DESCRIPTION: Final = """\
Tocsin, the alert desk of a team that lives on Discord.

Alerts come in by webhook and become cards in a channel; people acknowledge, claim
and resolve them there, by button, emoji or slash command."""

_LAST_PORT: Final = 65_535
_EXAMPLES: Final = """\
begin here:
  tocsin demo                                   everything on this machine, nothing to set up
  tocsin check                                  what is wrong with the configuration, and how to mend it
  tocsin source add prod --provider alertmanager    let a sender in
  tocsin run                                    be the bot

Settings come from the environment (TOCSIN_...), from files it points to (TOCSIN_..._FILE) and from
tocsin.toml; tocsin.example.toml explains each."""


class _Format(RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit code; expected errors are one line on standard error."""
    args = parser().parse_args(argv)
    try:
        code: int = args.verb(args)
    except ConfigError as error:
        return _complain(str(error), 2)
    except TocsinError as error:
        return _complain(str(error), 1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _complain(f"{error.strerror or error}; TOCSIN_PORT=0 (or --port 0) takes any free one", 1)
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return 130
    return code


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"tocsin: {text}\n")
    return code


def parser() -> ArgumentParser:
    """Every verb with its options."""
    top = ArgumentParser("tocsin", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=_Format)
    top.add_argument("--version", action="version", version=f"tocsin {metadata.version('tocsin')}")
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    _add_desk(verbs)
    _add_check(verbs)
    _add_database(verbs)
    _add_source(verbs)
    _add_token(verbs)
    _add_emit(verbs)
    return top


def _verb(verbs: Any, name: str, call: str, does: str, more: str = "") -> ArgumentParser:
    """A verb that is carried out by ``module.function`` of `bot.verbs`, imported only when it is called.

    So `--help` and a typing error are answered at once. ``more`` stands at the end of the verb's own help.
    """
    made: ArgumentParser = verbs.add_parser(
        name, help=does, description=does[0].upper() + does[1:] + ".", epilog=more, formatter_class=_Format
    )
    made.add_argument("--config", type=Path, metavar="FILE", help="instead of TOCSIN_CONFIG or ./tocsin.toml")
    made.set_defaults(verb=_later(call))
    return made


def _later(call: str) -> Callable[[Namespace], int]:
    module, _, function = call.partition(".")

    def verb(args: Namespace) -> int:
        code: int = getattr(import_module(f"bot.verbs.{module}"), function)(args)
        return code

    return verb


def _add_desk(verbs: Any) -> None:
    run = _verb(
        verbs,
        "run",
        "desk.start",
        "be the bot: take alerts in, keep their cards true, until a signal ends it",
        "example:\n  TOCSIN_DISCORD_TOKEN_FILE=/run/secrets/token tocsin run --config /etc/tocsin.toml",
    )
    _ready_file(run, "ingress_url, once cards can be posted,")
    demo = _verb(
        verbs,
        "demo",
        "desk.demo",
        "bot and a small Discord on this machine, with a story to look at; nothing real is touched",
        "example:\n  tocsin demo --port 0 --sandbox-port 0",
    )
    demo.add_argument("--port", type=_port, default=8080, metavar="N", help="for alerts; 0 = any free (8080)")
    demo.add_argument(
        "--sandbox-port", type=_port, default=8081, metavar="N", help="for the page; 0 = any free (8081)"
    )
    demo.add_argument("--data", type=Path, metavar="DIR", help="keep the database here (default: forget it)")
    _ready_file(demo, "addresses, ids and tokens (and tell no story)")
    sandbox = _verb(
        verbs,
        "sandbox",
        "sandbox.serve",
        "only the small Discord, for tests and for other bots",
        "example:\n  tocsin sandbox --port 8081",
    )
    sandbox.add_argument("--port", type=_port, default=8081, metavar="N", help="0 = any free (8081)")
    _ready_file(sandbox, "sandbox_url, bot_token, guild_id and channels")


def _add_check(verbs: Any) -> None:
    _verb(
        verbs,
        "check",
        "check.check",
        "say what is wrong with token, permissions, database and addresses, and how to mend it",
        "The exit code is 1 when something keeps alerts from reaching their channel.",
    )


def _add_database(verbs: Any) -> None:
    group = verbs.add_parser("db", help="the database's tables", formatter_class=_Format)
    upgrade = _verb(
        group.add_subparsers(title="verbs", metavar="VERB", required=True),
        "upgrade",
        "schema.upgrade",
        "bring the tables up to date; doing it twice does nothing",
        "examples:\n  tocsin db upgrade --dry-run\n  TOCSIN_DATABASE_URL=postgresql://... tocsin db upgrade",
    )
    upgrade.add_argument("--dry-run", action="store_true", help="print the SQL and change nothing")


def _add_source(verbs: Any) -> None:
    group = verbs.add_parser(
        "source", help="who may send: add, list, move, shape, rotate, remove", formatter_class=_Format
    )
    inner = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    add = _verb(
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
    add.add_argument(
        "--ttl", type=_duration, metavar="SPAN", help="silence that ends its alerts (alerts.ttl)"
    )
    add.add_argument(
        "--reopen-window", type=_duration, metavar="SPAN", help="same episode again (alerts.reopen_window)"
    )
    _card(add, default=CardShape.ALERT.value)
    _secret(add)
    _json(add)
    _add_other_source(inner)


def _add_other_source(inner: Any) -> None:
    _verb(inner, "list", "source.listing", "every sender, and when it was last heard of")
    rotate = _verb(
        inner,
        "rotate",
        "source.rotate",
        "give a sender a new token and secret; the old ones go on for a while",
        "example:\n  tocsin source rotate prod --overlap 2h",
    )
    rotate.add_argument("name", metavar="NAME")
    rotate.add_argument(
        "--overlap",
        type=_duration,
        default=timedelta(hours=24),
        metavar="SPAN",
        help="how long the old ones work (24h)",
    )
    _secret(rotate)
    _json(rotate)
    move = _verb(
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
    shape = _verb(
        inner,
        "shape",
        "source.shape",
        "let new alerts of a sender have a card each, or one for each cause",
        "example:\n  tocsin source shape prod --card group",
    )
    shape.add_argument("name", metavar="NAME")
    _card(shape, required=True)
    remove = _verb(inner, "remove", "source.remove", "let a sender out; its alerts and events stay")
    remove.add_argument("name", metavar="NAME")


def _add_token(verbs: Any) -> None:
    group = verbs.add_parser(
        "token", help="which programs may use the API: add, list, revoke", formatter_class=_Format
    )
    inner = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    add = _verb(
        inner,
        "add",
        "token.add",
        "let a program in; its token is printed once",
        f"scopes:\n  {' '.join(list(Scope)[:4])}\n  {' '.join(list(Scope)[4:])}\n\n"
        "example:\n  tocsin token add healer --scope alerts.write --scope events.read",
    )
    add.add_argument("name", metavar="NAME", help="how the program is called on cards and in the log")
    add.add_argument(
        "--scope", action="append", required=True, metavar="S", help="what it may do; repeatable"
    )
    add.add_argument("--json", action="store_true", help="print url, token, name, project, scopes as JSON")
    _verb(inner, "list", "token.listing", "every program with its project and scopes")
    revoke = _verb(inner, "revoke", "token.revoke", "let a program out, at once")
    revoke.add_argument("name", metavar="NAME")
    for verb in (add, revoke):
        verb.add_argument("--project", metavar="P", help="whose things it sees (default)")


def _add_emit(verbs: Any) -> None:
    emit = _verb(
        verbs,
        "emit",
        "emit.emit",
        "send test alerts as a real sender would",
        "examples:\n  tocsin emit --url http://127.0.0.1:8080/v1/hooks/generic --token toc_...\n"
        "  tocsin emit --provider alertmanager --name DiskFull --severity critical --token toc_...\n"
        "  tocsin emit --provider alertmanager --name DiskFull --resolved --token toc_...",
    )
    emit.add_argument("--provider", metavar="P", help="default: what the address ends in, else generic")
    emit.add_argument("--url", metavar="URL", help="default: this machine's door, for the provider")
    emit.add_argument("--token", required=True, metavar="TOKEN", help="of the source, from tocsin source add")
    emit.add_argument("--name", metavar="NAME", help="of the alert")
    emit.add_argument("--severity", metavar="WORD", help="info, warning, critical or the sender's own word")
    emit.add_argument("--resolved", action="store_true", help="say that it is over")
    emit.add_argument("--count", type=int, default=1, metavar="N", help="so many requests (1)")


def _ready_file(verb: ArgumentParser, what: str) -> None:
    verb.add_argument("--ready-file", type=Path, metavar="FILE", help=f"write {what} to it as JSON")


def _json(verb: ArgumentParser) -> None:
    verb.add_argument(
        "--json", action="store_true", help="print url, token, signing_secret, name and provider as JSON"
    )


def _secret(verb: ArgumentParser) -> None:
    verb.add_argument("--secret-file", type=Path, metavar="F", help="holds the secret the sender signs with")


def _card(verb: ArgumentParser, **more: Any) -> None:
    shapes = [shape.value for shape in CardShape]
    verb.add_argument("--card", choices=shapes, help="one for each alert (alert) or cause (group)", **more)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise ArgumentTypeError(f"must be a number from 0 to {_LAST_PORT}")
    return int(text)


def _duration(text: str) -> timedelta:
    try:
        return read_duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
