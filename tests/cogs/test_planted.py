"""What people type never reaches the database, a card, the log or the audit with a secret; they get a hint.

The walk goes over every option and every form that there is, so that a new one cannot forget.
"""

import io
import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from discord import AppCommandOptionType, ComponentType, app_commands

from bot import log
from bot.cards.admin.setup import CREATE, SetupDraft
from bot.cards.card import Button, Card
from bot.cards.ids import Verb, build
from bot.domain.access.people import HINT
from bot.domain.alert.signal import Severity
from cogs import subject
from cogs.bot import FORMS
from cogs.message import looks
from cogs.rights import RoleWords
from storage.packing import unpack
from tests.cogs.stage import Json, Stage
from tests.senders import firing
from tests.waiting import until

SECRET = "hunter2Winter77"
PLANTED = f"seen DB_PASSWORD={SECRET} in it"
SHORT = f"pw={SECRET}"
ROLES = RoleWords(respond=("everyone",), manage=("everyone",))
REFS = {"alert": "A-1", "incident": "I-1", "into": "I-1", "recurrence": "R-1", "action": "T-1"}
STRICT = {
    "for": "2h",
    "at": "now",
    "due": "none",
    "until": "2h",
    "entry": "E1",
    "labels": "pod",
    "silence": "S-1",
    "matchers": 'alertname="Quiet"',
    "which": "1",
    "provider": "generic",
    "env": "prod",
    "service": "checkout",
    "sender": "grafana",
    "source": "prod",
    "name": "ci",
}
"""What an option takes that is no free text."""
WRITES = {
    "alert ack": "note",
    "alert note": "text",
    "alert resolve": "note",
    "incident open": "title",
    "incident note": "text",
    "incident update": "text",
    "incident title": "title",
    "incident correct": "text",
    "incident resolve": "note",
    "incident action add": "text",
    "recurrence fixed": "note",
    "recurrence handoff": "note",
    "silence add": "comment",
    "gate bypass": "reason",
}
"""Commands that keep what is typed, and under which option: each has to succeed here."""


@pytest.fixture
def said() -> io.StringIO:
    stream = io.StringIO()
    log.set_up("info", "json", stream)
    return stream


def _texts(command: app_commands.Command[Any, Any, Any]) -> list[str]:
    """The options into which anything can be typed."""
    return [
        each.display_name
        for each in command.parameters
        if each.type is AppCommandOptionType.string and not each.choices and each.display_name != "code"
    ]


def _given(command: app_commands.Command[Any, Any, Any], planted: set[str]) -> Json:
    given: Json = {}
    for each in command.parameters:
        name = each.display_name
        known = name in REFS | STRICT or bool(each.choices)
        if name in planted or (each.required and not known and each.type is AppCommandOptionType.string):
            short = each.max_value is not None and each.max_value < len(PLANTED)
            given[name] = SHORT if short else PLANTED
        elif each.choices:
            given[name] = each.choices[0].value
        elif each.required and each.type is AppCommandOptionType.user:
            given[name] = "visitor"
        elif name in REFS | STRICT and (each.required or name in REFS or name == "service"):
            given[name] = (REFS | STRICT)[name]
    return given


def _all_commands(stage: Stage) -> list[app_commands.Command[Any, Any, Any]]:
    found = [each for each in stage.bot.tree.walk_commands() if isinstance(each, app_commands.Command)]
    late = ("alert resolve", "incident resolve", "incident merge", "setup", "gate bypass")
    order = {"alert ack": -2, "incident open": -1, **dict.fromkeys(late, 1)}
    return sorted(found, key=lambda each: order.get(each.qualified_name, 0))


def _raw(url: str) -> bytes:
    """Every byte that the database left on the disk, and the requests that are compressed there."""
    path = Path(url.partition("///")[2])
    with closing(sqlite3.connect(path)) as connection:
        packed = connection.execute("SELECT packed FROM envelope WHERE packed IS NOT NULL").fetchall()
    files = (each.read_bytes() for each in sorted(path.parent.glob(path.name + "*")))
    return b"".join([*files, *(unpack(text).encode() for (text,) in packed)])


def _shown(stage: Stage) -> str:
    """Every message that stands in Discord."""
    messages = stage.sandbox.world.messages.values()
    return repr([vars(each) if hasattr(each, "__dict__") else each for each in messages])


async def test_no_option_lets_a_secret_in(dark: Stage, sqlite_url: str, said: io.StringIO) -> None:
    await dark.start_bot(roles=ROLES)
    await dark.fire()
    await dark.send(firing("Lag", Severity.WARNING, service="cart"))
    await dark.post_all()
    operator, kept = dark.person("operator"), set[str]()
    for command in _all_commands(dark):
        texts = _texts(command)
        free = {name for name in texts if name not in subject.OPTIONS.keys() | STRICT.keys()}
        for planted in [free, *({name} for name in texts if name not in free)]:
            if not planted:
                continue
            answer = await operator.command(command.qualified_name, _given(command, planted))
            told = json.dumps(answer, default=str)
            assert HINT[:40] in told, (command.qualified_name, planted, answer)
            words = str(answer.get("content"))
            assert SECRET not in words, (command.qualified_name, words)
            if planted == free and not words.startswith(("❓", "⛔", "⚠")):
                kept.add(command.qualified_name)
    await dark.post_all()
    assert kept >= WRITES.keys()
    assert SECRET.encode() not in _raw(sqlite_url)
    assert _raw(sqlite_url).count(b"DB_PASSWORD=[redacted]") >= len(WRITES)
    assert SECRET not in _shown(dark)
    assert SECRET not in said.getvalue()


async def _open(stage: Stage, verb: Verb) -> Json:
    """Press the button that opens the form of ``verb``."""
    custom_id = stage.button(verb.value, 2 if verb is Verb.ESCALATE else 1)
    if verb is Verb.SETUP:
        state = SetupDraft(stage.channel_id, "generic").encode()
        custom_id = build(Verb.SETUP, stage.desk.project.tag, CREATE, state)
    card = Card(rows=((Button(label="open", custom_id=custom_id),),))
    message = await stage.channel.send("forged", **looks(card))
    return await stage.person("operator").click(message.id, custom_id)


def _hints_beyond(stage: Stage, count: int) -> bool:
    return _shown(stage).count(HINT[:40]) > count


def _takes(field: Json) -> bool:
    is_text: bool = field["type"] == ComponentType.text_input.value
    return is_text and field.get("max_length", 4_000) >= len(PLANTED)


async def test_no_form_lets_a_secret_in(dark: Stage, sqlite_url: str, said: io.StringIO) -> None:
    await dark.start_bot(roles=ROLES)
    await dark.fire()
    await dark.send(firing("Lag", Severity.WARNING, service="cart"))
    operator = dark.person("operator")
    await operator.command("incident open", {"alert": "A-1", "title": "slow"})
    await dark.post_all()
    for verb in FORMS:
        opened = await _open(dark, verb)
        form = opened.get("modal")
        assert form, (verb, opened)
        fields = [each["component"] for each in form["components"] if "component" in each]
        texts = [each["custom_id"] for each in fields if _takes(each)]
        assert texts, verb
        hinted = _shown(dark).count(HINT[:40])
        await operator.submit(form["custom_id"], dict.fromkeys(texts, PLANTED))
        await until(partial(_hints_beyond, dark, hinted))
    await dark.post_all()
    assert SECRET.encode() not in _raw(sqlite_url)
    assert _raw(sqlite_url).count(b"DB_PASSWORD=[redacted]") >= len(FORMS) - 1
    assert SECRET not in _shown(dark)
    assert SECRET not in said.getvalue()
