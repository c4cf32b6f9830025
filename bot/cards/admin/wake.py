"""Whom alerts wake, in `/setup`: a role for each severity that wakes, and a ring as proof."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bot.cards.admin.setup import SetupDraft
from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Ping, Select, SelectKind
from bot.cards.ids import Verb, build
from bot.cards.limits import fit
from bot.cards.style import BAD, CALM, SIGNS
from bot.cards.text import inline
from bot.domain.alert.signal import Severity

OPEN: Final = "wake"
RING: Final = "wake-ring"
PICK: Final[Mapping[str, Severity]] = {
    "wake-critical": Severity.CRITICAL,
    "wake-warning": Severity.WARNING,
}
SUBJECTS: Final = frozenset({OPEN, RING, *PICK})
_NOBODY: Final = "Criticals wake nobody"


class WakeView(msgspec.Struct, frozen=True, kw_only=True):
    """By severity the roles that were ``chosen`` here, and the words of the configuration."""

    chosen: Mapping[Severity, Sequence[int]]
    configured: Mapping[Severity, Sequence[str]]

    def wakes(self, severity: Severity) -> str:
        """Whom alerts of this severity wake, in words; ``""`` for nobody."""
        if chosen := self.chosen.get(severity):
            return ", ".join(f"<@&{role_id}>" for role_id in chosen)
        words = self.configured.get(severity, ())
        return f"{inline(', '.join(words), 300)} (from the configuration)" if words else ""


def add_wake(page: Card, view: WakeView, draft: SetupDraft, tag: str) -> Card:
    """The first page of `/setup`, which says whether criticals wake anybody and leads to the choice."""
    nobody = not view.wakes(Severity.CRITICAL)
    button = Button(
        label="Whom to wake",
        custom_id=build(Verb.SETUP, tag, OPEN, draft.encode()),
        style=ButtonStyle.DANGER if nobody else ButtonStyle.SECONDARY,
        emoji="🔔",
    )
    (embed,) = page.embeds
    said = f"🔴 {_NOBODY}: choose a role." if nobody else _line(view, Severity.CRITICAL)
    shown = msgspec.structs.replace(embed, fields=(*embed.fields, Field("Who is woken", said)))
    rows = (*page.rows[:-1], (*page.rows[-1], button))
    return fit(msgspec.structs.replace(page, embeds=(shown,), rows=rows))


def wake_page(view: WakeView, draft: SetupDraft, tag: str) -> Card:
    """Asks for a role for criticals and one for warnings."""
    nobody = not view.wakes(Severity.CRITICAL)
    embed = Embed(
        title=f"🔴 {_NOBODY}" if nobody else "Whom alerts wake",
        description="\n".join(_line(view, severity) for severity in PICK.values()),
        color=BAD if nobody else CALM,
        footer="Clear a choice to go back to the configuration.",
    )
    selects = tuple(
        (
            Select(
                custom_id=build(Verb.SETUP, tag, subject, draft.encode()),
                placeholder=f"Whom does a {severity} wake?",
                kind=SelectKind.ROLE,
                defaults=tuple(view.chosen.get(severity, ()))[:1],
                optional=True,
            ),
        )
        for subject, severity in PICK.items()
    )
    ring = Button(
        label="Ring me now",
        custom_id=build(Verb.SETUP, tag, RING, draft.encode()),
        style=ButtonStyle.PRIMARY,
        emoji="🔔",
        disabled=nobody,
    )
    return fit(Card(embeds=(embed,), rows=(*selects, (ring,))))


def proof(ping: Ping) -> Card:
    """What stands in the channel when somebody wants to hear how a critical rings."""
    return fit(Card(content=f"{ping.mentions} 🔔 A test: this is how a critical rings.", ping=ping))


def _line(view: WakeView, severity: Severity) -> str:
    return f"{SIGNS[severity]} A {severity} wakes {view.wakes(severity) or 'nobody'}"
