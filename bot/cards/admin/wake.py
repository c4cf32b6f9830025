"""Whom alerts wake, in `/setup`: a role for each severity that wakes, and a ring as proof."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bot.cards.admin.setup import SetupDraft
from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Option, Ping, Select, SelectKind
from bot.cards.ids import Verb, build
from bot.cards.limits import fit
from bot.cards.style import BAD, CALM, SIGNS, span_of
from bot.cards.text import inline
from bot.domain.alert.ring import REPEAT_CHOICES, Repeats
from bot.domain.alert.signal import Severity

OPEN: Final = "wake"
RING: Final = "wake-ring"
PICK: Final[Mapping[str, Severity]] = {
    "wake-critical": Severity.CRITICAL,
    "wake-warning": Severity.WARNING,
}
AGAIN: Final[Mapping[str, Severity]] = {
    "again-critical": Severity.CRITICAL,
    "again-warning": Severity.WARNING,
}
CONFIGURED: Final = "configured"
SUBJECTS: Final = frozenset({OPEN, RING, *PICK, *AGAIN})
_NOBODY: Final = "Criticals wake nobody"


class WakeView(msgspec.Struct, frozen=True, kw_only=True):
    """By severity the roles that were ``chosen`` here, and the words of the configuration.

    ``again`` are the keys of `REPEAT_CHOICES` that were chosen, ``repeats`` when alerts ring again as it is.
    """

    chosen: Mapping[Severity, Sequence[int]]
    configured: Mapping[Severity, Sequence[str]]
    again: Mapping[Severity, str] = msgspec.field(default_factory=dict)
    repeats: Mapping[Severity, Repeats] = msgspec.field(default_factory=dict)

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
    selects += tuple((_again(view, subject, draft, tag),) for subject in AGAIN)
    ring = Button(
        label="Ring them now",
        custom_id=build(Verb.SETUP, tag, RING, draft.encode()),
        style=ButtonStyle.PRIMARY,
        emoji="🔔",
        disabled=nobody,
    )
    return fit(Card(embeds=(embed,), rows=(*selects, (ring,))))


def _again(view: WakeView, subject: str, draft: SetupDraft, tag: str) -> Select:
    """How often alerts of a severity ring again while nobody has them."""
    severity = AGAIN[subject]
    current = view.again.get(severity, "")
    options = [
        Option(label="As the configuration says", value=CONFIGURED, default=not current),
        *(Option(label=said, value=key, default=key == current) for key, (said, _) in REPEAT_CHOICES.items()),
    ]
    return Select(
        custom_id=build(Verb.SETUP, tag, subject, draft.encode()),
        placeholder=f"When does a {severity} ring again?",
        options=tuple(options),
    )


def proof(ping: Ping) -> Card:
    """What stands in the channel when somebody wants to hear how a critical rings."""
    return fit(Card(content=f"{ping.mentions} 🔔 A test: this is how a critical rings.", ping=ping))


def _line(view: WakeView, severity: Severity) -> str:
    line = f"{SIGNS[severity]} A {severity} wakes {view.wakes(severity) or 'nobody'}"
    repeats = view.repeats.get(severity)
    return line if repeats is None else f"{line}; while nobody has it: {_words(repeats)}"


def _words(repeats: Repeats) -> str:
    """``again after 5 min, 15 min, then every 1 h``."""
    after = f"again after {', '.join(map(span_of, repeats.after))}" if repeats.after else ""
    every = f"every {span_of(repeats.every)}" if repeats.every else ""
    return ", then ".join(filter(None, (after, every))) or "not again"
