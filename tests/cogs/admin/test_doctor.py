"""``/doctor``: what the doctor finds, as a list that can be read."""

from typing import Any

import pytest

from bot.cards.admin import doctor as doctor_card
from bot.cards.card import Embed
from bot.domain.finding import Finding, FindingLevel, ReportSection
from bot.sandbox.model.error import ControlError
from tests.cogs.stage import Stage

OK = Finding(FindingLevel.OK, "Every setting can be used.")
WARN = Finding(FindingLevel.WARN, "The disk is nearly full.", "Make room.")
ERROR = Finding(FindingLevel.ERROR, "There is no channel 4.", "Correct `discord.default_channel`.")


def drawn(*sections: ReportSection) -> Embed:
    (embed,) = doctor_card.render(sections).embeds
    return embed


def test_the_worst_comes_first_and_has_its_remedy() -> None:
    embed = drawn(ReportSection("Discord", [OK, WARN, ERROR]), ReportSection("Database", []))
    assert embed.title == "🔴 1 error, 1 warning"
    (field,) = embed.fields
    signs = [line[0] for line in field.value.splitlines() if not line.startswith("-#")]
    assert signs == ["🔴", "🔶", "✅"]
    assert "-# Make room." in field.value


def test_all_is_well_is_green() -> None:
    assert drawn(ReportSection("Discord", [OK])).title == "✅ All is well"
    assert drawn(ReportSection("Discord", [WARN, WARN])).title == "🔶 2 warnings"


def test_a_long_report_says_what_it_leaves_out_and_hostile_words_are_plain() -> None:
    many = [Finding(FindingLevel.ERROR, f"{number} @everyone **x** " + "y" * 280) for number in range(40)]
    (field,) = drawn(ReportSection("Discord", many)).fields
    assert len(field.value) <= 1_024
    assert field.value.splitlines()[-1].startswith("… and ")
    assert "**x**" not in field.value


async def test_it_is_for_those_who_manage(stage: Stage) -> None:
    answer: dict[str, Any] = await stage.person("operator").command("doctor")
    assert answer["ephemeral"]
    for name in ("responder", "visitor"):
        with pytest.raises(ControlError):
            await stage.person(name).command("doctor")
