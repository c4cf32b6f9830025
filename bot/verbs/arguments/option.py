"""What the arguments of several verbs have in common."""

import gc
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.domain.snowflake import is_snowflake
from bot.settings.value import read_duration

_LAST_PORT: Final = 65_535
_LEAST_ID: Final = 10**14  # ids of Discord begin with a time, and had 15 digits in its first month


class HelpFormat(RawDescriptionHelpFormatter):
    """Examples keep their line breaks."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)


def add_group(verbs: Any, name: str, does: str) -> Any:
    """A word with verbs of its own; the verbs are added to what is returned."""
    group = verbs.add_parser(name, help=does, formatter_class=HelpFormat)
    return group.add_subparsers(title="verbs", metavar="VERB", required=True)


def add_verb(verbs: Any, name: str, call: str, does: str, more: str = "") -> ArgumentParser:
    """A verb that is carried out by ``module.function`` of `bot.verbs`, imported only when it is called.

    So `--help` and a typing error are answered at once. ``more`` stands at the end of the verb's own help.
    """
    made: ArgumentParser = verbs.add_parser(
        name, help=does, description=does[0].upper() + does[1:] + ".", epilog=more, formatter_class=HelpFormat
    )
    made.add_argument("--config", type=Path, metavar="FILE", help="instead of TOCSIN_CONFIG or ./tocsin.toml")
    made.set_defaults(verb=_later(call))
    return made


def _later(call: str) -> Callable[[Namespace], int]:
    module, _, function = call.partition(".")

    def verb(args: Namespace) -> int:
        gc.disable()  # what is being imported is no garbage, and the search is a twentieth of a start
        try:
            perform = getattr(import_module(f"bot.verbs.{module}"), function)
        finally:
            gc.enable()
        code: int = perform(args)
        return code

    return verb


def add_ready_file(verb: ArgumentParser, what: str) -> None:
    """The option that other programs wait on."""
    verb.add_argument("--ready-file", type=Path, metavar="FILE", help=f"write {what} to it as JSON")


def add_json(verb: ArgumentParser) -> None:
    """The option for programs that read what is printed."""
    verb.add_argument(
        "--json", action="store_true", help="print url, token, signing_secret, name and provider as JSON"
    )


def add_secret(verb: ArgumentParser) -> None:
    """The option that takes a secret out of sight of the shell's history."""
    verb.add_argument("--secret-file", type=Path, metavar="F", help="holds the secret the sender signs with")


def add_project(*verbs: ArgumentParser) -> None:
    """The option that says in which project it is."""
    for verb in verbs:
        verb.add_argument("--project", metavar="P", help="the project that it is in (default)")


def add_card(verb: ArgumentParser, **more: Any) -> None:
    """The option that says how alerts share cards."""
    shapes = [shape.value for shape in CardShape]
    said = "one for each alert, for each cause (group), or for a cause from its third open alert on (auto)"
    verb.add_argument("--card", choices=shapes, help=said, **more)


def add_severity(verb: ArgumentParser, **more: Any) -> None:
    """The option that says what an alert is that names no severity."""
    words = [each.value for each in reversed(Severity)]
    verb.add_argument("--default-severity", choices=words, help="what alerts are that name none", **more)


def port(text: str) -> int:
    """A TCP port; 0 is any free one."""
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise ArgumentTypeError(f"must be a number from 0 to {_LAST_PORT}")
    return int(text)


def channel(text: str) -> int:
    """The id of a channel, or 0 for none of its own."""
    if is_snowflake(text) and (int(text) == 0 or int(text) >= _LEAST_ID):
        return int(text)
    raise ArgumentTypeError(
        "must be the id of a channel, a number of 15 digits or more: in Discord, Settings, Advanced,"
        " switch on Developer Mode; then right-click the channel, Copy Channel ID"
    )


def duration(text: str) -> timedelta:
    """A span such as 90s, 15m, 26h or 7d."""
    try:
        return read_duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
