"""The command line: ``tocsin``, which is ``python -m bot``.

Exit codes: 0 done, 1 it could not be done, 2 the command or the configuration is wrong.
"""

import errno
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import metadata
from typing import Final

import bot.plain  # noqa: F401 -- before what it keeps out
from bot.domain.errors import TocsinError
from bot.settings.tree import ConfigError
from bot.verbs.arguments import (
    audit,
    backup,
    check,
    config,
    database,
    desk,
    emit,
    gate,
    health,
    project,
    retention,
    source,
    token,
)
from bot.verbs.arguments.option import HelpFormat

_DESCRIPTION: Final = """\
Tocsin, the alert desk of a team that lives on Discord.

Alerts come in by webhook and become cards in a channel; people acknowledge, claim
and resolve them there, by button, emoji or slash command."""

# As `--help` lists them.
_VERBS: Final = (
    desk,
    check,
    health,
    config,
    database,
    backup,
    project,
    source,
    token,
    audit,
    retention,
    emit,
    gate,
)
_EXAMPLES: Final = """\
begin here:
  tocsin demo                                   everything on this machine, nothing to set up
  tocsin check                                  what is wrong with the configuration, and how to mend it
  tocsin source add prod --provider alertmanager    let a sender in
  tocsin run                                    be the bot

Settings come from the environment (TOCSIN_...), from files it points to (TOCSIN_..._FILE) and from
tocsin.toml; tocsin.example.toml explains each."""


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
            return _complain(f"{error.strerror or error}; {_port_remedy(args)}", 1)
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return 130
    return code


def _port_remedy(args: Namespace) -> str:
    """How another port is chosen, where one was taken in the very moment."""
    options = [f"--{name.replace('_', '-')} 0" for name in ("port", "sandbox_port") if name in args]
    return f"{' or '.join(options) or 'TOCSIN_PORT=0'} takes any free one"


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"tocsin: {text}\n")
    return code


def parser() -> ArgumentParser:
    """Every verb with its options."""
    top = ArgumentParser("tocsin", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=HelpFormat)
    top.add_argument("--version", action="version", version=f"tocsin {metadata.version('tocsin')}")
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in _VERBS:
        verb.add_arguments(verbs)
    return top


if __name__ == "__main__":
    sys.exit(main())
