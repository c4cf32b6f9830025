"""Logging: one pipeline, and no secret in any line."""

import io
import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import log

TOKEN = "toc_" + "aB3_" * 10
DISCORD = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE." + "x1-_" * 8


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_stream_that_is_no_terminal_gets_json() -> None:
    stream = io.StringIO()
    log.set_up("info", "auto", stream)
    structlog.stdlib.get_logger("bot.x").info("card sent", channel=5)
    (line,) = lines(stream)
    assert line | {"timestamp": ""} == {
        "message": "card sent",
        "channel": 5,
        "level": "info",
        "logger": "bot.x",
        "timestamp": "",
    }


def test_people_get_text_without_colours_in_a_file() -> None:
    stream = io.StringIO()
    log.set_up("info", "console", stream)
    structlog.stdlib.get_logger("bot.x").info("card sent", channel=5)
    assert "card sent" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_libraries_speak_through_the_same_pipeline() -> None:
    stream = io.StringIO()
    log.set_up("info", "json", stream)
    logging.getLogger("discord.gateway").warning("resumed %s", "session")
    (line,) = lines(stream)
    assert (line["message"], line["logger"]) == ("resumed session", "discord.gateway")


@pytest.mark.parametrize(
    "name", ["aiohttp.access", "apscheduler.executors.default", "httpx", "sqlalchemy.engine"]
)
def test_what_we_count_ourselves_is_not_logged(name: str) -> None:
    stream = io.StringIO()
    log.set_up("debug", "json", stream)
    logging.getLogger(name).info("GET /")
    assert not stream.getvalue()


def test_that_the_bot_has_no_voice_is_no_news() -> None:
    stream = io.StringIO()
    log.set_up("info", "json", stream)
    logging.getLogger("discord.client").warning("PyNaCl is not installed, voice will NOT be supported")
    logging.getLogger("discord.client").error("Attempting a reconnect in %.2fs", 1.0)
    logging.getLogger("discord.client").warning("something else")
    assert [line["message"] for line in lines(stream)] == ["something else"]


def test_lines_below_the_level_are_dropped() -> None:
    stream = io.StringIO()
    log.set_up("warning", "json", stream)
    structlog.stdlib.get_logger("bot.x").info("chatter")
    assert not stream.getvalue()


@pytest.mark.parametrize("format_", ["console", "json"])
@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (TOKEN, f"source made with {TOKEN}"),
        (DISCORD, f"login as {DISCORD} failed"),
        ("hunter2", "cannot reach postgresql://tocsin:hunter2@db/tocsin"),
        ("s3cr3t", "password=s3cr3t"),
        ("aW50ZXJhY3Rpb246MTIz", "POST /api/v10/webhooks/42/aW50ZXJhY3Rpb246MTIz answered 404"),
    ],
)
def test_a_secret_shows_neither_in_words_nor_values_nor_tracebacks(
    secret: str, text: str, format_: log.Format
) -> None:
    stream = io.StringIO()
    log.set_up("info", format_, stream)
    logger = structlog.stdlib.get_logger("bot.x")
    logger.warning(text)
    logger.warning("failed", reason=text, error=ValueError(text), nested={"deep": [text]})
    logging.getLogger("discord").warning("%s", text)
    logger.error("failed", exc_info=ValueError(text))
    assert stream.getvalue().count("failed") >= 2
    assert secret not in stream.getvalue()


@pytest.mark.parametrize("name", ["token", "signing_secret", "authorization", "body", "payload", "headers"])
def test_a_telling_name_is_enough(name: str) -> None:
    stream = io.StringIO()
    log.set_up("info", "json", stream)
    structlog.stdlib.get_logger("bot.x").info("odd", **{name: "verbatim"})
    assert "verbatim" not in stream.getvalue()


@given(
    st.dictionaries(st.text(min_size=1), st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text()))),
)
def test_hiding_twice_is_hiding_once(event: dict[str, object]) -> None:
    once = log.hide_secrets(None, "info", dict(event))
    assert log.hide_secrets(None, "info", dict(once)) == once
