"""Messages of an incident's thread in its timeline: pinned, followed, unpinned, and never lost."""

import pytest

from bot.domain.actor import ActorKind
from bot.domain.incident.timeline import Kind, TimelineLine
from bot.sandbox.act import post
from bot.sandbox.control.place import give_roles
from bot.sandbox.fault.fault import Effect, Rule
from bot.sandbox.limit.message import EditDraft
from bot.sandbox.model.mention import ALL_ALLOWED
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.mutation import perform
from bot.usecases.incident.pin import PIN
from cogs.reconciliation import Reconciliation
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Stage
from tests.senders import ANNA
from tests.waiting import until

ADD = "Add to timeline"


@pytest.fixture
async def crisis(stage: Stage) -> Crisis:
    return await Crisis.begin(stage)


async def written(crisis: Crisis) -> list[TimelineLine]:
    return [line for line in await crisis.lines() if line.kind is Kind.MESSAGE]


async def when(
    crisis: Crisis, *, count: int = 1, deleted: bool = False, text: str | None = None
) -> TimelineLine:
    """The last message in the timeline, once it is as awaited."""

    async def look() -> TimelineLine | None:
        found = await written(crisis)
        last = found[-1] if len(found) == count else None
        fits = last is not None and last.deleted is deleted and text in {None, last.text}
        return last if fits else None

    return await until(look, "the message in the timeline")


async def reconciled(stage: Stage) -> None:
    cog = stage.bot.get_cog("Reconciliation")
    assert isinstance(cog, Reconciliation)
    await cog.reconcile_threads()


def said(crisis: Crisis, text: str, person: str = "visitor") -> int:
    return int(crisis.stage.person(person).say(text, crisis.thread_id)["id"])


def called(crisis: Crisis, text: str) -> str:
    """Words that the bot may read, for they mention it."""
    return f"<@{crisis.stage.sandbox.world.bot.user.id}> {text}"


async def test_a_pin_keeps_author_time_and_link_and_what_may_be_read(crisis: Crisis) -> None:
    readable = called(crisis, "restarted it")
    crisis.stage.person("responder").react(said(crisis, readable), PIN)
    line = await when(crisis)
    assert (line.text, line.actor.name) == (readable, "Visitor")
    unreadable = said(crisis, "disk is full")
    crisis.stage.person("responder").react(unreadable, PIN)
    line = await when(crisis, count=2)
    assert (line.text, line.first.draft.message_id) == ("", unreadable)
    page = await incident_inspection.timeline(crisis.stage.desk, crisis.id)
    assert page.guild_id == crisis.stage.sandbox.guild_id
    answer = await crisis.say("timeline", "visitor")
    told = answer["message"]["embeds"][0]["description"]
    assert "Discord does not show the bot its words; “Add to timeline” in its menu does" in told
    assert f"/{crisis.thread_id}/{unreadable})" in told


async def test_a_right_click_brings_the_words_also_of_what_was_pinned_without(crisis: Crisis) -> None:
    message_id = said(crisis, "disk is full")
    responder = crisis.stage.person("responder")
    responder.react(message_id, PIN)
    await when(crisis)
    answer = await responder.menu(ADD, message_id)
    assert answer["content"] == "📌 Added to the timeline of 🔴 I-1 **HighErrorRate · checkout**."
    line = await when(crisis, text="disk is full")
    assert line.corrected_by is None
    again = await responder.menu(ADD, message_id)
    assert again["content"].startswith("📌 It stands already in the timeline of ")


async def test_a_secret_in_a_pinned_or_edited_message_stays_out_of_the_timeline(crisis: Crisis) -> None:
    planted = "restarted it with DB_PASSWORD=hunter2Winter77"
    message_id = said(crisis, called(crisis, planted))
    crisis.stage.person("responder").react(message_id, PIN)
    assert "DB_PASSWORD=[redacted]" in (await when(crisis)).text
    clicked = said(crisis, planted)
    await crisis.stage.person("responder").menu(ADD, clicked)
    assert (await when(crisis, count=2)).text == "restarted it with DB_PASSWORD=[redacted]"
    kept = await crisis.stage.desk.storage.read(
        lambda tx: str([tx.run_raw(f"SELECT * FROM {each}").all() for each in ("timeline", "audit")])  # noqa: S608
    )
    assert "hunter2Winter77" not in kept


async def test_a_right_click_elsewhere_or_by_a_visitor_is_refused(crisis: Crisis) -> None:
    elsewhere = crisis.stage.person("visitor").say("hello", crisis.stage.channel_id)
    answer = await crisis.stage.person("responder").menu(ADD, elsewhere["id"])
    assert "does not stand in the thread of an incident" in answer["content"]
    refused = await crisis.stage.person("visitor").menu(ADD, said(crisis, "hello"))
    assert refused["content"].startswith("🔒 To write into timelines")


async def test_the_last_pin_that_goes_takes_the_message_out(crisis: Crisis) -> None:
    message_id = said(crisis, "a guess")
    responder, operator = (crisis.stage.person(name) for name in ("responder", "operator"))
    responder.react(message_id, PIN)
    await when(crisis)
    operator.react(message_id, PIN)
    await crisis.stage.bot.bot_context.empty(2)
    responder.react(message_id, PIN, on=False)
    await crisis.stage.bot.bot_context.empty(2)
    assert not (await when(crisis)).deleted
    operator.react(message_id, PIN, on=False)
    await when(crisis, deleted=True)
    responder.react(message_id, PIN)
    await when(crisis)


async def test_a_visitors_pin_and_pins_elsewhere_mean_nothing(crisis: Crisis) -> None:
    crisis.stage.person("visitor").react(said(crisis, "look"), PIN)
    elsewhere = crisis.stage.person("visitor").say("look", crisis.stage.channel_id)
    crisis.stage.person("responder").react(elsewhere["id"], PIN)
    crisis.stage.person("responder").react(said(crisis, "found it"), PIN)
    await when(crisis)
    await crisis.stage.bot.bot_context.empty(2)
    assert len(await written(crisis)) == 1
    assert not answers_to(crisis, int(elsewhere["id"]))


def answers_to(crisis: Crisis, message_id: int) -> list[str]:
    found = crisis.stage.sandbox.messages(crisis.stage.channel_id)
    return [
        each["content"]
        for each in found
        if (each.get("message_reference") or {}).get("message_id") == str(message_id)
        and "does nothing here" in each["content"]
    ]


async def test_a_pin_on_a_card_outside_an_incident_says_once_why_nothing_happened(crisis: Crisis) -> None:
    responder = crisis.stage.person("responder")
    for on in (True, False, True):
        responder.react(crisis.head, PIN, on=on)
        await crisis.stage.bot.bot_context.empty(2)

    async def look() -> list[str]:
        return answers_to(crisis, crisis.head)

    (reply,) = await until(look, "the answer")
    assert reply == (
        f"<@{responder.member.user.id}> Your 📌 does nothing here: "
        "it puts messages of an incident's thread into its timeline."
    )
    assert not await written(crisis)


async def test_edits_and_deletions_are_followed(crisis: Crisis) -> None:
    message_id = said(crisis, called(crisis, "restarted it"))
    crisis.stage.person("responder").react(message_id, PIN)
    await when(crisis)
    world = crisis.stage.sandbox.world
    edited = called(crisis, "restarted both")
    post.edit(world, world.messages[message_id], EditDraft(ALL_ALLOWED, content=edited))
    line = await when(crisis, text=edited)
    assert line.first.draft.text != edited
    crisis.stage.person("visitor").delete(message_id)
    await when(crisis, deleted=True)


async def test_a_message_that_cannot_be_fetched_is_pinned_all_the_same(crisis: Crisis) -> None:
    message_id = said(crisis, "disk is full")
    rule = Rule(effect=Effect.STATUS, route="GET /channels/{c}/messages/{m}", status=403, times=1)
    crisis.stage.sandbox.mischief.arm(rule)
    crisis.stage.person("responder").react(message_id, PIN)
    line = await when(crisis)
    visitor = crisis.stage.person("visitor").member.user
    assert (line.text, line.actor.ident) == ("", str(visitor.id))


async def test_the_bots_own_messages_are_pinned_with_their_words(crisis: Crisis) -> None:
    await perform(crisis.stage.desk, incidents.tell(crisis.id, actor=ANNA, text="half of it is back"))
    shown = await crisis.stage.post_all(crisis.thread)
    crisis.stage.person("responder").react(shown["nudge:2"], PIN)
    line = await when(crisis)
    assert "half of it is back" in line.text
    assert line.actor.kind is ActorKind.PROGRAM


async def test_what_happened_while_the_bot_was_down_is_found(crisis: Crisis) -> None:
    stage = crisis.stage
    texts = [called(crisis, word) for word in ("first", "second", "third")]
    first, second, third = [said(crisis, text) for text in texts]
    responder = stage.person("responder")
    for count, message_id in enumerate((first, second, third), 1):
        responder.react(message_id, PIN)
        await when(crisis, count=count)
    await stage.stop_bot()
    fourth = said(crisis, called(crisis, "fourth"))
    responder.react(fourth, PIN)
    responder.react(first, PIN, on=False)
    stage.person("operator").delete(second)
    world = stage.sandbox.world
    post.edit(world, world.messages[third], EditDraft(ALL_ALLOWED, content=called(crisis, "3rd")))
    await stage.start_bot()
    await when(crisis, count=4)
    await reconciled(stage)
    found = {line.first.draft.message_id: line for line in await written(crisis)}
    assert [found[each].deleted for each in (first, second, third, fourth)] == [True, True, False, False]
    assert found[third].text == called(crisis, "3rd")


async def test_a_moderator_who_clears_all_emoji_takes_the_message_out(crisis: Crisis) -> None:
    await crisis.stage.allow_bot("MANAGE_MESSAGES")
    message_id = said(crisis, "a guess")
    for name in ("responder", "operator"):
        crisis.stage.person(name).react(message_id, PIN)
    await when(crisis)
    await crisis.stage.bot.bot_context.empty(2)
    await crisis.thread.get_partial_message(message_id).clear_reaction(PIN)
    await when(crisis, deleted=True)


async def test_a_pin_that_is_set_before_the_thread_is_known_waits_for_it(stage: Stage) -> None:
    crisis = await Crisis.begin(stage, settled=False)
    await until(lambda: stage.bot.get_channel(crisis.thread_id))
    stage.person("responder").react(said(crisis, called(crisis, "early")), PIN)
    await crisis.settle()
    assert (await when(crisis)).text == called(crisis, "early")


async def test_who_lost_the_role_takes_no_pin_back(crisis: Crisis) -> None:
    message_id = said(crisis, "a fact")
    responder = crisis.stage.person("responder")
    responder.react(message_id, PIN)
    await when(crisis)
    give_roles(crisis.stage.sandbox.world, responder.member, [])
    responder.react(message_id, PIN, on=False)
    await until(lambda: crisis.stage.requests("GET", f"/members/{responder.member.user.id}"))
    await crisis.stage.bot.bot_context.empty(5)
    assert not (await when(crisis)).deleted
