"""Audit entries: how the actor was known, and the whole of what was changed before and after."""

from datetime import timedelta
from typing import Any

import msgspec

from bot.clock import ManualClock
from bot.domain import actor as actors
from bot.domain.actor import Actor, Method
from bot.domain.audit import Entry, Sealed, first_broken
from bot.usecases.admin import expectation
from bot.usecases.admin import source as sources
from bot.usecases.admin import token as tokens
from bot.usecases.alert import expiry
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.incident import timeline
from bot.usecases.intake.queue import take_in
from bot.usecases.recurrence import work
from bot.usecases.triage import escalation
from bot.usecases.triage.open_request import OpenRequest
from tests.senders import ANNA, Send, add_source, firing, submission

OPERATOR = actors.operator("root")
HEALER = Actor(actors.ActorKind.PROGRAM, "healer", "healer (API token)")


async def log(desk: Desk) -> list[Sealed]:
    chain = await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))
    assert first_broken(chain) is None
    return chain


async def last(desk: Desk) -> Entry:
    return (await log(desk))[-1].entry


def plain(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])


async def test_every_entry_says_how_its_actor_was_known(desk: Desk) -> None:
    source = await add_source(desk)
    signed = msgspec.structs.replace(submission(source, firing("signed")), method=Method.HMAC)
    await take_in(desk, [submission(source, firing()), signed])
    await alerts.acknowledge(desk, 1, actor=ANNA)
    await alerts.annotate(desk, 2, actor=HEALER, note="x")
    await tokens.add(desk, "ci", ["alerts.read"], actor=OPERATOR)
    told = [(each.entry.action, each.entry.method) for each in await log(desk)]
    assert told == [
        ("intake", Method.BEARER),
        ("intake", Method.HMAC),
        ("ack", Method.DISCORD),
        ("note", Method.BEARER),
        ("token.add", Method.CLI),
    ]


async def test_what_the_desk_ends_in_a_senders_name_was_a_job(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing(expires_at=clock.now() + timedelta(minutes=4)))
    clock.advance(timedelta(minutes=5))
    assert await expiry.end_expired(desk) == 1
    entry = await last(desk)
    assert (str(entry.actor), entry.method) == ("source:prod", Method.JOB)


async def test_a_method_cannot_be_taken_out_of_an_entry_that_has_one(desk: Desk, send: Send) -> None:
    await send(firing())
    (sealed,) = await log(desk)
    bare = msgspec.structs.replace(sealed, entry=msgspec.structs.replace(sealed.entry, method=None))
    assert first_broken([bare]) == sealed.id


async def test_a_note_is_there_as_it_was_and_as_it_is(desk: Desk, send: Send) -> None:
    await send(firing())
    await alerts.annotate(desk, 1, actor=ANNA, note="first words")
    await alerts.annotate(desk, 1, actor=ANNA, note="second words")
    entry = await last(desk)
    assert plain(entry.before)["note"] == "first words"
    assert plain(entry.after)["note"] == "second words"


async def test_a_line_of_a_timeline_is_there_as_it_was_and_as_it_is(desk: Desk, send: Send) -> None:
    await send(firing())
    opened = await escalation.open_incident(desk, OpenRequest(alert_id=1), actor=ANNA)
    incident_id = opened.shown.incident.id
    await timeline.note(desk, incident_id, actor=ANNA, text="rolling bakc")
    entry = await last(desk)
    assert plain(entry.before) == {}
    assert plain(entry.after)["text"] == "rolling bakc"
    number = (await desk.storage.read(lambda tx: tx.timelines.of([incident_id])))[-1].id
    await timeline.correct(desk, incident_id, number, actor=ANNA, text="rolling back")
    entry = await last(desk)
    assert (plain(entry.before)["text"], plain(entry.after)["text"]) == ("rolling bakc", "rolling back")
    await timeline.withdraw(desk, incident_id, number, actor=ANNA)
    entry = await last(desk)
    assert plain(entry.before)["text"] == "rolling back"
    assert "text" not in plain(entry.after)


async def test_a_source_is_there_as_it_was_and_as_it_is(desk: Desk) -> None:
    await sources.add(desk, "prod", "generic", actor=OPERATOR, secret="s3cret-of-the-sender")
    entry = await last(desk)
    assert plain(entry.before) == {}
    made = plain(entry.after)
    assert (made["provider"], made["default_severity"], made["own_secret"]) == ("generic", "warning", True)
    assert "s3cret" not in entry.after
    await sources.move(desk, "prod", actor=ANNA, channel_id=7)
    entry = await last(desk)
    assert (plain(entry.before)["channel_id"], plain(entry.after)["channel_id"]) == (None, 7)
    await expectation.expect(desk, "prod", every=timedelta(minutes=5), actor=ANNA)
    entry = await last(desk)
    assert (plain(entry.before)["every"], plain(entry.after)["every"]) == ("", "0:05:00")
    await sources.remove(desk, "prod", actor=ANNA)
    entry = await last(desk)
    assert plain(entry.before)["channel_id"] == 7
    assert plain(entry.after) == {}


async def test_a_token_is_there_as_it_was_without_its_secret(desk: Desk) -> None:
    granted = await tokens.add(desk, "ci", ["alerts.read"], actor=OPERATOR, expires_in=timedelta(days=1))
    entry = await last(desk)
    assert plain(entry.after)["scopes"] == ["alerts.read"]
    await tokens.revoke(desk, "ci", actor=OPERATOR)
    gone = await last(desk)
    assert plain(gone.before) == plain(entry.after)
    assert plain(gone.after) == {}
    assert granted.secret not in str(await log(desk))


async def test_a_dry_run_is_an_entry(desk: Desk, send: Send) -> None:
    await send(firing())
    told = await work.dry_run(desk, 1, actor=HEALER)
    entry = await last(desk)
    assert (entry.action, entry.subject, entry.method) == (
        "recurrence.dry_run",
        "recurrence:1",
        Method.BEARER,
    )
    assert plain(entry.after)["check"] == told.check_id
