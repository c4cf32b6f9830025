"""Buttons of a storm's board: what they do, what is told of it, and to whom they listen."""

from typing import Any

import pytest

from bot.cards.card import Button, Card
from bot.cards.ids import Verb
from bot.cards.outbox import board as board_card
from bot.domain.alert.alert import State
from bot.domain.alert.ring import RingReason
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.board import BoardAlert
from bot.domain.outbox.outbox import CardKind
from bot.usecases import ring as rings
from bot.usecases.outbox import board as boards
from cogs.message import looks
from tests.cogs.stage import Stage, find, parts


async def post_board(stage: Stage) -> int:
    """The board as delivery would post it now; its message's id."""

    def read_held(tx: Any) -> list[BoardAlert]:
        found: list[BoardAlert] = tx.boards.held(stage.channel_id, limit=boards.LISTED)
        return found

    now = stage.desk.clock.now()
    view = board_card.BoardView(
        channel_id=stage.channel_id,
        number=1,
        tag=stage.desk.project.tag,
        since=now,
        now=now,
        held=tuple(await stage.desk.storage.read(read_held)),
    )
    card = board_card.render(view)
    return (await stage.channel.send(card.content, **looks(card))).id


async def states(stage: Stage, count: int) -> list[State]:
    return [(await stage.alert(each)).state for each in range(1, count + 1)]


async def storm(stage: Stage, *names: str) -> int:
    for number, name in enumerate(names):
        await stage.fire(name, fingerprint=f"{name}-{number}")
    return await post_board(stage)


async def button(stage: Stage, extra: str) -> int:
    """A message with a button of a board as it was drawn in other times; its id."""
    custom_id = f"{Verb.BOARD_ACK}:{stage.desk.project.tag}:{stage.channel_id}:{extra}".rstrip(":")
    card = Card(content="a board", rows=((Button(label="Acknowledge", custom_id=custom_id),),))
    return (await stage.channel.send(card.content, **looks(card))).id


async def press(stage: Stage, message: Any, verb: Verb, by: str = "responder", **more: Any) -> Any:
    """A press on what the message shows, two seconds after any other."""
    stage.bot.bot_context.presses._pressed.clear()
    shown = stage.shown(message) if isinstance(message, int) else message
    return await stage.person(by).click(shown["id"], find(shown, verb.value), **more)


async def test_a_board_acknowledges_what_could_be_seen_on_it_and_says_what_came_since(stage: Stage) -> None:
    board = await storm(stage, "Net", "Net", "Disk")
    await stage.fire("Door")
    told = await press(stage, board, Verb.BOARD_ACK)
    assert told["ephemeral"]
    assert "3 alerts acknowledged. 1 alert came or got worse meanwhile: that waits." in told["content"]
    assert await states(stage, 4) == [State.ACKED, State.ACKED, State.ACKED, State.NEW]
    again = await press(stage, board, Verb.BOARD_ACK)
    assert "Nothing that you could see there is left to acknowledge" in str(again)
    assert (await stage.alert(4)).state is State.NEW
    back = await press(stage, told["message"], Verb.UNDO)
    assert "3 alerts are as they were before" in str(back)


async def test_what_is_asked_about_is_what_is_resolved(stage: Stage) -> None:
    board = await storm(stage, "Net", "Net", "Disk")
    await stage.fire("Door")
    asked = await press(stage, board, Verb.BOARD_RESOLVE)
    assert "Resolve all 3 open alerts on the board?" in asked["content"]
    await stage.fire("Fan")
    told = await press(stage, asked["message"], Verb.BOARD_RESOLVE)
    assert "3 alerts resolved. 2 alerts came or got worse meanwhile: those wait." in str(told)
    assert (await states(stage, 5))[3:] == [State.NEW, State.NEW]
    once_more = await press(stage, board, Verb.BOARD_RESOLVE)
    assert "Nothing that you could see there is left to resolve. 2 alerts came" in once_more["content"]


async def test_one_cause_is_what_its_answer_counted(stage: Stage) -> None:
    board = await storm(stage, "Net", "Net", "Disk")
    cause = await press(stage, board, Verb.BOARD_CAUSE, values=["2"])
    assert [each["label"] for each in parts(cause["message"])] == ["Acknowledge 2", "Resolve 2", "Cancel"]
    await stage.fire("Net", fingerprint="later")
    told = await press(stage, cause["message"], Verb.BOARD_ACK)
    assert "2 alerts acknowledged. 1 alert came or got worse meanwhile" in str(told)
    assert await states(stage, 4) == [State.ACKED, State.ACKED, State.NEW, State.NEW]


@pytest.mark.parametrize("extra", ["", "1"])
async def test_a_board_of_an_older_version_still_works(stage: Stage, extra: str) -> None:
    await storm(stage, "Net", "Disk")
    told = await press(stage, await button(stage, extra), Verb.BOARD_ACK)
    assert f"{1 if extra else 2} alert" in told["content"]


@pytest.mark.parametrize("extra", ["1.2", "x.1.1", "all.1.-5", "all.1.9223372036854775807", "²"])
async def test_nonsense_is_told_as_such(stage: Stage, extra: str) -> None:
    await storm(stage, "Net")
    told = await press(stage, await button(stage, extra), Verb.BOARD_ACK)
    assert told["ephemeral"]
    assert "acknowledged" not in str(told)
    assert (await stage.alert(1)).state is State.NEW


@pytest.mark.parametrize("verb", [Verb.BOARD_ACK, Verb.BOARD_RESOLVE])
async def test_who_may_only_look_changes_nothing(stage: Stage, verb: Verb) -> None:
    board = await storm(stage, "Net", "Disk")
    told = await press(stage, board, verb, by="visitor")
    assert told["ephemeral"]
    assert f"{'resolve' if verb is Verb.BOARD_RESOLVE else 'acknowledge'} alerts" in told["content"]
    assert await states(stage, 2) == [State.NEW, State.NEW]


async def post_call(stage: Stage, *alert_ids: int) -> int:
    """A message that calls for these alerts, as it stands in a storm; its id."""
    now = stage.desk.clock.now()
    message = await stage.channel.send("a call")

    def tell(tx: Any) -> None:
        calls = (rings.first(stage.desk.project.id, each, 0, RingReason.STORM, now) for each in alert_ids)
        ids = tx.rings.plan(calls)
        tx.rings.tell(ids, lead_id=min(ids), channel_id=stage.channel_id, now=now)
        new = [(min(ids), stage.channel_id, Lane.PERSON)]
        tx.cards.create(stage.desk.project.id, CardKind.RING, new, now=now)
        tx.run_raw(f"UPDATE card SET message_id={message.id}, shown=wanted WHERE kind='ring'")  # noqa: S608

    await stage.desk.storage.write(tell)
    return message.id


async def test_a_long_press_on_a_call_takes_all_that_it_calls_for(stage: Stage) -> None:
    await storm(stage, "Net", "Net", "Disk", "Door")
    call = await post_call(stage, 1, 2, 3)
    responder = stage.person("responder")
    refused = await stage.person("visitor").menu("Acknowledge alert", call)
    assert "acknowledge alerts" in refused["content"]
    told = await responder.menu("Acknowledge alert", call)
    assert "3 alerts acknowledged." in told["content"]
    assert await states(stage, 4) == [State.ACKED, State.ACKED, State.ACKED, State.NEW]
    again = await responder.menu("Acknowledge alert", call)
    assert "None of these 3 alerts is left to acknowledge" in again["content"]
    back = await press(stage, told["message"], Verb.UNDO)
    assert "3 alerts are as they were before" in str(back)


async def test_a_long_press_on_a_call_for_one_is_as_on_its_card(stage: Stage) -> None:
    await storm(stage, "Net")
    told = await stage.person("responder").menu("Acknowledge alert", await post_call(stage, 1))
    assert "A-1 acknowledged: Net" in told["content"]


async def test_a_second_tap_says_how_the_board_stands_and_changes_nothing(stage: Stage) -> None:
    board = await storm(stage, "Net", "Net", "Disk")
    await press(stage, board, Verb.BOARD_ACK)
    await stage.fire("Door")
    shown = stage.shown(board)
    told = await stage.person("responder").click(board, find(shown, Verb.BOARD_ACK.value))
    assert "so the second did nothing. The board: 4 open, 1 of them untaken." in told["content"]
    assert (await stage.alert(4)).state is State.NEW
