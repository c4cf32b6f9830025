"""Whatever strangers write, the card is taken by Discord, calls nobody and formats nothing."""

from typing import Any

from hypothesis import given, settings

from bot.cards.alert.alert import AlertView, find_marker, render
from tests.cards.rules import MARKS, calls, meanings, refusals
from tests.cards.world import TAG, views

HARMLESS = {"user", "moment", "link", "address"}


@settings(deadline=None, max_examples=60)
@given(views)
def test_discord_takes_the_card_of_any_alert(wild: AlertView) -> None:
    payload = render(wild).to_payload()
    assert refusals(payload) == []
    assert find_marker(payload) == (TAG, wild.alert.id)


@settings(deadline=None, max_examples=60)
@given(views)
def test_no_text_of_a_stranger_calls_or_formats(wild: AlertView) -> None:
    payload = render(wild).to_payload()
    embed = payload["embeds"][0]
    people = {f"<@{actor.ident}>" for actor in _actors(wild) if actor.ident.isdigit()}
    assert "title" not in embed
    assert set(calls(embed.get("description", ""))) <= people
    assert not calls(embed["footer"]["text"])
    kinds = {kind for kind, _ in meanings(embed.get("description", ""))}
    assert kinds <= HARMLESS | ({"channel"} if wild.incident.startswith("<#") else set())
    assert not kinds & MARKS


@settings(deadline=None, max_examples=60)
@given(views)
def test_content_calls_those_of_the_ping_and_nobody_else(wild: AlertView) -> None:
    content = render(wild).content
    allowed = wild.ping.mentions.split() if wild.ping else []
    assert set(calls(content)) <= set(allowed)
    assert {kind for kind, _ in meanings(content)} <= {"user", "role", "everyone"}
    assert content


def _actors(wild: AlertView) -> list[Any]:
    subject = wild.alert
    named = [subject.owner, subject.resolved_by, subject.note_by]
    if wild.memory and wild.memory.remedy:
        named.append(wild.memory.remedy.who)
    if wild.memory and wild.memory.regression:
        named.append(wild.memory.regression.owner)
    return [actor for actor in named if actor]
