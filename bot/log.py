"""Logging: one pipeline for our own lines and those of the libraries, on standard error.

Each line passes the same redaction as what senders say, its traceback included, so a secret does not show
whoever logs it. Request bodies are not logged at all.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Final, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.domain.access.redaction import redact
from bot.domain.access.rule import MARK

Format = Literal["auto", "console", "json"]

_BODIES: Final = frozenset({"body", "headers", "payload"})

# What only logs meet: a token of our own, and the tokens in the paths of discord.py's requests.
_OWN_TOKEN: Final = re.compile(r"\btocs?_[\w-]{16,}")
_PATH_TOKEN: Final = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w-]{16,}")

# Libraries say at INFO what we count or say ourselves.
_NO_NEWS: Final = ("voice will NOT be supported", "Attempting a reconnect in")
_QUIET: Final = ("aiohttp.access", "aiosqlite", "alembic", "apscheduler", "httpcore", "httpx", "sqlalchemy")


def set_up(level: str, format_: Format, stream: TextIO | None = None) -> None:
    """Send all logging to ``stream`` (standard error); may be called again."""
    stream = sys.stderr if stream is None else stream
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *common,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    output = logging.StreamHandler(stream)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # Plain tracebacks: those with local variables show what nobody chose to log.
                structlog.processors.format_exc_info,
                hide_secrets,
                *_renderers(format_, stream),
                _hide_tokens,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [output]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("discord.client").addFilter(_is_news)
    logging.captureWarnings(capture=True)


def _is_news(record: logging.LogRecord) -> bool:
    """Let everything pass but what discord.py regrets (this bot cannot speak) or repeats.

    Its every try to connect again is a traceback; the gateway says once that Discord is away, once that
    it is back.
    """
    return not any(words in str(record.msg) for words in _NO_NEWS)


def hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The event without secrets and bodies; what is no plain value becomes text first."""
    plain = {name: _plain(value) for name, value in event.items() if name not in _BODIES}
    return cast("EventDict", redact(plain).value)


def _plain(value: object) -> object:
    plain = isinstance(value, str | int | float | list | dict) or value is None
    return value if plain else str(value)


def _hide_tokens(_: WrappedLogger, __: str, line: Mapping[str, Any] | str) -> str:
    """Stand behind the renderer, which made a line of the event; tokens need no escaping in either form."""
    return _PATH_TOKEN.sub(rf"\1{MARK}", _OWN_TOKEN.sub(MARK, str(line)))


def _renderers(format_: Format, stream: TextIO) -> list[Processor]:
    """For people on a terminal, for machines elsewhere."""
    if format_ == "console" or (format_ == "auto" and stream.isatty()):
        return [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    return [structlog.processors.EventRenamer("message"), structlog.processors.JSONRenderer()]
