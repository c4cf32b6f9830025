"""Decision: pass or block, with the reasons a person can follow."""

from typing import Final

from bot.cards.card import Card, Embed
from bot.cards.limits import fit
from bot.cards.text import inline, moment, who
from bot.domain.gate.gate import GateDecision, GateMode, GateVerdict

_RED: Final = 0xE01E5A
_GREEN: Final = 0x2EB67D
_SHOWN: Final = 15
_LONGEST: Final = 200


def render(decision: GateDecision) -> Card:
    """The answer to whoever asked."""
    where = " in ".join(
        inline(part, 80) for part in (decision.service or "every service", decision.env) if part
    )
    blocked = decision.verdict is GateVerdict.BLOCK
    lines = [
        f"- {f'{each.ref} ' if each.ref else ''}{inline(each.words, _LONGEST)}"
        for each in decision.reasons[:_SHOWN]
    ]
    rest = len(decision.reasons) - len(lines) + decision.more
    if rest > 0:
        lines.append(f"- and {rest} more")
    if decision.bypass is not None:
        bypass = decision.bypass
        lines.append(
            f"Passed by until {moment(bypass.until)} ({who(bypass.actor)}): {inline(bypass.reason, 500)}"
        )
    if decision.mode is not GateMode.STRICT:
        lines.append(f"The gate is set to *{decision.mode}* here.")
    title = f"{'⛔ Blocked' if blocked else '✅ Free to go'}: {where}"
    words = "\n".join(lines) or "Nothing speaks against it."
    return fit(Card(embeds=(Embed(title=title, description=words, color=_RED if blocked else _GREEN),)))
