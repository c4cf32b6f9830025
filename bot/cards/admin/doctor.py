"""`/doctor`: what was found, heading by heading, the worst first, each fault with its remedy."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.cards.card import Card, Embed, Field
from bot.cards.cut import units
from bot.cards.limits import FIELD_VALUE, fit
from bot.cards.style import BAD, GOOD
from bot.cards.text import inline
from bot.domain.finding import Finding, FindingLevel, ReportSection

_SIGNS: Final = {FindingLevel.ERROR: "🔴", FindingLevel.WARN: "🔶", FindingLevel.OK: "✅"}
_ORDER: Final = tuple(_SIGNS)
_NOTICE: Final = 0xF3B61F


def render(sections: Sequence[ReportSection]) -> Card:
    """The whole report; a heading that has more than a field takes says how much is left out."""
    levels = [finding.level for section in sections for finding in section.findings]
    errors, warnings = levels.count(FindingLevel.ERROR), levels.count(FindingLevel.WARN)
    embed = Embed(
        title=_title(errors, warnings),
        description="`tocsin check` says the same where Tocsin runs.",
        color=BAD if errors else _NOTICE if warnings else GOOD,
        fields=tuple(
            Field(section.name, _join(_lines(section.findings))) for section in sections if section.findings
        ),
    )
    return fit(Card(embeds=(embed,)))


def _title(errors: int, warnings: int) -> str:
    if not errors + warnings:
        return "✅ All is well"
    counts = (errors, "error"), (warnings, "warning")
    said = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return f"{'🔴' if errors else '🔶'} {', '.join(said)}"


def _lines(findings: Iterable[Finding]) -> list[str]:
    ordered = sorted(findings, key=lambda finding: _ORDER.index(finding.level))
    return [
        f"{_SIGNS[each.level]} {inline(each.what, 300)}"
        + (f"\n-# {inline(each.remedy, 300)}" if each.remedy and each.level is not FindingLevel.OK else "")
        for each in ordered
    ]


def _join(lines: Sequence[str]) -> str:
    """As many lines as fit one field, and how many do not."""
    kept: list[str] = []
    budget = FIELD_VALUE - len("… and 999 more\n")
    for line in lines:
        budget -= units(line) + 1
        if budget < 0:
            return "\n".join([*kept, f"… and {len(lines) - len(kept)} more"])
        kept.append(line)
    return "\n".join(kept)
