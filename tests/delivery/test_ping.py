"""Whom an alert wakes: once an episode, in the content, and nobody else."""

from datetime import timedelta

import pytest

from bot.domain.alert.signal import Severity
from bot.usecases.alert import flap as flaps
from bot.usecases.alert import lifecycle as alerts
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing, resolved

CRITICAL = Severity.CRITICAL
NOBODY = {"parse": [], "roles": [], "users": [], "replied_user": False}


def role_id(stage: Stage, name: str) -> str:
    return next(str(role.id) for role in stage.sandbox.world.guild.roles.values() if role.name == name)


def woken(stage: Stage) -> list[list[str]]:
    """The roles that each post was allowed to wake."""
    return [call["body"]["allowed_mentions"]["roles"] for call in stage.calls("POST")]


async def test_a_critical_alert_wakes_its_role_and_a_warning_nobody(stage: Stage) -> None:
    await stage.send(firing("critical", CRITICAL))
    await stage.work()
    await stage.send(firing("warning"))
    await stage.work()
    assert woken(stage) == [[role_id(stage, "on-call")], []]
    critical, warning = stage.shown()
    assert critical["content"].startswith(f"<@&{role_id(stage, 'on-call')}> ")
    assert critical["mention_roles"] == [role_id(stage, "on-call")]
    assert warning["content"] == "🟠 WARNING warning"


async def test_mentions_in_an_alerts_text_wake_nobody(stage: Stage) -> None:
    text = f"@everyone <@&{role_id(stage, 'on-call')}> <@{stage.sandbox.person('operator').member.user.id}>"
    await stage.send(firing(text, summary=text, description=text))
    await stage.work()
    (call,) = stage.calls("POST")
    assert call["body"]["allowed_mentions"] == NOBODY
    (card,) = stage.shown()
    assert (card["mention_roles"], card["mentions"], card["mention_everyone"]) == ([], [], False)


async def test_what_comes_back_rings_until_it_flaps(stage: Stage) -> None:
    await stage.send(firing("flapping", CRITICAL))
    await stage.work()
    for _ in range(4):
        await stage.send(resolved("flapping"))
        await stage.work()
        await stage.send(firing("flapping", CRITICAL))
        await stage.ring()
    role = [role_id(stage, "on-call")]
    assert woken(stage) == [role, role, role]  # the third return is the first that is held as flapping


async def test_a_card_that_is_made_again_rings_nobody(stage: Stage) -> None:
    await stage.send(firing("flapping", CRITICAL))
    await stage.work()
    stage.sandbox.person("operator").delete(stage.shown()[0]["id"])
    await stage.send(firing("flapping", CRITICAL))
    for _ in range(2):
        stage.clock.advance(timedelta(seconds=5))
        await stage.work()
    assert woken(stage) == [[role_id(stage, "on-call")], []]


async def test_nobody_is_woken_for_what_is_over_or_taken(stage: Stage) -> None:
    await stage.send(firing("over", CRITICAL), firing("taken", CRITICAL))
    await stage.send(resolved("over"))
    await alerts.acknowledge(stage.desk, 2, actor=ANNA)
    await stage.work()
    assert woken(stage) == [[], []]


@pytest.mark.parametrize("stage", [{CRITICAL: ("operator", "nowhere", "here")}], indirect=True)
async def test_what_keeps_people_from_being_woken_is_said(stage: Stage) -> None:
    ping = stage.pings.resolve(CRITICAL, stage.channel_id)
    assert ping.roles == (int(role_id(stage, "operator")),)
    assert ping.mentions.startswith("@here ")
    hints = " ".join(stage.pings.hints)
    assert "operator cannot be pinged" in hints
    assert "no role nowhere" in hints
    assert "@here cannot be pinged" in hints


@pytest.mark.parametrize("stage", [{CRITICAL: ("operator", "nowhere")}], indirect=True)
async def test_a_hint_is_there_before_the_first_alert_and_gone_once_it_was_heeded(stage: Stage) -> None:
    assert not stage.pings.hints
    stage.pings.expect(stage.channel_id)
    assert len(stage.pings.hints) == 2
    stage.words[CRITICAL] = ("everyone",)
    assert all("@everyone" in hint for hint in stage.pings.hints)
    stage.words[CRITICAL] = ("on-call",)
    assert not stage.pings.hints


@pytest.mark.parametrize("stage", [{CRITICAL: ("everyone",)}], indirect=True)
async def test_everyone_is_woken_only_by_name(stage: Stage) -> None:
    ping = stage.pings.resolve(CRITICAL, stage.channel_id)
    assert (ping.mentions, ping.roles) == ("@everyone", ())
    assert stage.pings.resolve(Severity.INFO, stage.channel_id).mentions == ""


@pytest.mark.parametrize("stage", [{CRITICAL: ("on-call",)}], indirect=True)
async def test_a_role_may_be_named_by_its_id(stage: Stage) -> None:
    by_name = stage.pings.resolve(CRITICAL, stage.channel_id)
    stage.words[CRITICAL] = (role_id(stage, "on-call"),)
    assert stage.pings.resolve(CRITICAL, stage.channel_id) == by_name
    assert not stage.pings.hints


@pytest.mark.parametrize("stage", [{Severity.WARNING: ("on-call",)}], indirect=True)
async def test_what_flaps_is_shown_and_wakes_nobody_until_it_is_calm(stage: Stage) -> None:
    await stage.send(firing("up and down", Severity.WARNING))
    for _ in range(stage.desk.rules.flap_limit):
        stage.clock.advance(timedelta(seconds=20))
        await stage.send(resolved("up and down"))
        await stage.send(firing("up and down", Severity.WARNING))
    stage.clock.advance(timedelta(seconds=5))
    await stage.work()
    assert woken(stage) == [[]]
    (card,) = stage.shown()
    assert "🔕 Flapping: 3 times in 40 s, held quiet until calm" in card["embeds"][0]["description"]
    stage.clock.advance(stage.desk.rules.flap_window)
    assert await flaps.calm_down(stage.desk) == 1
    await stage.ring()
    assert woken(stage) == [[], [role_id(stage, "on-call")]]
    assert "Flapping" not in stage.shown()[0]["embeds"][0]["description"]
