"""``/recurrence``, its list and its picture, and the thumb down on a card."""

from typing import Any

import pytest

from bot.cards.recurrence import chart
from bot.domain.alert.signal import Severity
from bot.usecases.recurrence import query as recurrences
from tests.cogs.stage import Stage, custom_ids, parts
from tests.senders import firing, resolved
from tests.waiting import until

Json = dict[str, Any]


async def come_back(stage: Stage, times: int = 3, name: str = "HighErrorRate") -> int:
    """It fires and resolves; the number of its recurrence."""
    alert_id = 0
    for _ in range(times):
        alert_id = await stage.send(firing(name, Severity.CRITICAL, service="checkout"))
        await stage.send(resolved(name))
    known = await recurrences.find_of_alert(stage.desk, alert_id)
    assert known is not None
    return known.id


async def ask(stage: Stage, command: str, person: str = "responder", **options: object) -> Json:
    answer: Json = await stage.person(person).command(f"recurrence {command}", options)
    return answer


async def votes(stage: Stage, recurrence_id: int, expected: int) -> None:
    async def look() -> bool:
        found = await recurrences.find(stage.desk, recurrence_id)
        return found.profile.recurrence.noise_votes == expected

    await until(look, f"{expected} votes")


def said(answer: Json) -> str:
    (embed, *_) = answer["message"]["embeds"]
    return "\n".join(
        [embed["title"], embed.get("description", ""), *(f["value"] for f in embed.get("fields", []))]
    )


async def test_the_list_ranks_and_its_buttons_sort_and_look_further_back(stage: Stage) -> None:
    await come_back(stage, 3)
    await come_back(stage, 1, "DiskFull")
    answer = await ask(stage, "list", "visitor", window="24h")
    assert answer["ephemeral"]
    assert said(answer).index("HighErrorRate") < said(answer).index("DiskFull")
    labels = {part.get("label"): part for part in parts(answer["message"])}
    assert labels["24 hours"]["disabled"]
    assert labels["Most often"]["disabled"]
    pressed = await stage.person("visitor").click(answer["message"]["id"], labels["Most noise"]["custom_id"])
    assert "most noise in 24 hours" in said(pressed)


async def test_custom_ids_of_a_list_are_unique_and_a_pick_opens_one(stage: Stage) -> None:
    recurrence_id = await come_back(stage)
    answer = await ask(stage, "list", "visitor")
    found = custom_ids(answer["message"])
    assert len(found) == len(set(found))
    picker = next(each for each in found if each.startswith("recur:"))
    opened = await stage.person("visitor").click(answer["message"]["id"], picker, [str(recurrence_id)])
    assert f"R-{recurrence_id} HighErrorRate" in said(opened)


async def test_show_tells_all_and_adds_a_picture_with_words_for_those_who_cannot_see_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(chart, "ENOUGH", 1)
    alert_id, _ = await stage.raise_card()
    answer = await ask(stage, "show", "visitor", recurrence=f"A-{alert_id}")
    assert "🔁 Fired once\n" in said(answer)
    assert "W-1: nothing to do yet" in said(answer)
    message_id = answer["message"]["id"]

    message = stage.sandbox.world.messages[int(message_id)]
    (found,) = await until(lambda: message.attachments)
    assert found.filename == "r-1.png"
    assert found.description.startswith("R-1 HighErrorRate: fired once in the last 30 days")


async def test_what_was_marked_fixed_and_comes_back_names_its_owner_on_the_card(stage: Stage) -> None:
    recurrence_id = await come_back(stage, 1)
    operator = stage.person("operator").member.user.id
    answer = await ask(
        stage, "fixed", recurrence=f"R-{recurrence_id}", note="more memory", owner=str(operator)
    )
    assert answer["content"].startswith(f"✅ R-{recurrence_id} marked as fixed")
    await stage.send(firing("HighErrorRate", Severity.CRITICAL))
    message_id = await stage.post()
    shown = stage.shown(message_id)["embeds"][0]["description"]
    assert f"ask <@{operator}>: more memory" in shown
    again = said(await ask(stage, "show", recurrence=f"R-{recurrence_id}"))
    assert f"open again, ask <@{operator}>: more memory" in again


async def test_a_card_leads_to_the_card_of_who_fixed_it_last(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await stage.person("responder").command("alert resolve", {"alert": str(alert_id), "note": "restarted"})
    await stage.post()
    await stage.desk.storage.write(lambda tx: tx.run_raw("UPDATE alert SET resolved_at = 0"))  # long ago
    _, again = await stage.raise_card()
    guild_id = stage.sandbox.guild_id
    jump = f"[A-{alert_id}](https://discord.com/channels/{guild_id}/{stage.channel_id}/{message_id})"
    assert jump in stage.shown(again)["embeds"][0]["description"]


async def test_a_thumb_down_is_one_vote_until_it_is_taken_away(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    known = await recurrences.find_of_alert(stage.desk, alert_id)
    assert known is not None
    stage.person("responder").react(message_id, "👎")
    stage.person("operator").react(message_id, "👎")
    await votes(stage, known.id, 2)
    stage.person("operator").react(message_id, "👎", on=False)
    await votes(stage, known.id, 1)
    assert "👎 1" in said(await ask(stage, "list", sort="noise"))


async def test_preview_dry_run_and_handoff_tell_of_the_work_item(stage: Stage) -> None:
    recurrence_id = await come_back(stage, 1)
    which = f"W-{recurrence_id}"
    shown = await ask(stage, "preview", "visitor", recurrence=which)
    assert f"W-{recurrence_id} HighErrorRate" in said(shown)
    assert shown["message"]["embeds"][0]["footer"]["text"] == "A preview: nothing was written."
    checked = await ask(stage, "dry-run", recurrence=which)
    assert checked["message"]["embeds"][0]["footer"]["text"] == "Written down as dry run 1."
    handed = await ask(stage, "handoff", recurrence=which, kind="manual", note="please look", post=True)
    assert "please look" in said(handed)
    public = await until(lambda: [m for m in stage.sandbox.messages(stage.channel_id) if m["embeds"]])
    assert "please look" in public[-1]["embeds"][0]["description"]
    again = await ask(stage, "preview", recurrence=which)
    assert "a person has to decide" in said(again)


async def test_labels_to_ignore_are_suggested_and_ignored(stage: Stage) -> None:
    for number in range(14):
        name = f"Crash{number}"  # the name is the signature here, so that each is a recurrence
        await stage.send(firing(name, labels={"pod": f"cart-{number}", "team": "a"}))
    answer = await ask(stage, "suggest")
    assert answer["content"].startswith("✅")
    refused = await ask(stage, "ignore", source="prod", labels="pod")
    assert refused["content"].startswith("🔒")
    done = await ask(stage, "ignore", "operator", source="prod", labels="pod, pod_ip")
    assert done["content"] == "✅ prod ignores pod, pod_ip"


@pytest.mark.parametrize("command", ["fixed", "dry-run", "handoff"])
async def test_a_visitor_is_refused_what_writes(stage: Stage, command: str) -> None:
    recurrence_id = await come_back(stage, 1)
    more = {"kind": "manual"} if command == "handoff" else {}
    answer = await ask(stage, command, "visitor", recurrence=f"R-{recurrence_id}", **more)
    assert answer["content"].startswith("🔒")


@pytest.mark.parametrize("which", ["R-99", "A-99", "W-99"])
@pytest.mark.parametrize("command", ["show", "preview"])
async def test_what_is_not_there_is_said_to_be_not_there(stage: Stage, which: str, command: str) -> None:
    answer = await ask(stage, command, recurrence=which)
    assert answer["content"].startswith("❓ There is no ")


async def test_completion_finds_by_name_place_and_ref(stage: Stage) -> None:
    first = await come_back(stage, 1)
    second = await come_back(stage, 1, "DiskFull")

    async def offered(typed: str) -> list[str]:
        found = await stage.person("visitor").complete("recurrence show", "recurrence", {"recurrence": typed})
        return [choice["value"] for choice in found["choices"]]

    assert await offered("") == [f"R-{second}", f"R-{first}"]
    assert await offered("disk") == [f"R-{second}"]
    assert await offered("CHECK") == [f"R-{second}", f"R-{first}"]
    assert await offered(f"R-{first}") == [f"R-{first}"]
