"""The forms of incidents; what was typed comes back under the names below."""

from collections.abc import Mapping
from typing import Final

from bot.cards.card import Button, ButtonStyle, Card, Option
from bot.cards.ids import Verb, build
from bot.cards.limits import fit, fit_modal
from bot.cards.modal import Input, Modal, Pick
from bot.cards.question import cancel
from bot.cards.text import plain
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import Incident, IncidentLevel, stamp

TITLE_INPUT: Final = "title"
SEVERITY_INPUT: Final = "severity"
NOTE_INPUT: Final = "note"
TAKES_INPUT: Final = "takes"
MINE: Final = "mine"
UPDATE_INPUT: Final = "update"
NEW: Final = "new"  # the subject of a form that opens an incident without an alert
MAX_TITLE: Final = 200
MAX_TEXT: Final = 1_000


_TAKES: Final = Pick(
    custom_id=TAKES_INPUT,
    label="Who has the alert?",
    options=(
        Option(label="I have it: acknowledge it for me", value=MINE, default=True),
        Option(label="Nobody yet: it goes on waiting", value="nobody"),
    ),
)


def open_modal(
    tag: str,
    *,
    alert_id: int | None,
    title: str,
    severity: IncidentLevel,
    cap: IncidentLevel = IncidentLevel.P0,
) -> Modal:
    """The form behind *Escalate*, filled in beforehand; ``cap`` is the worst severity that is allowed."""
    worst = f"Its alerts allow at most {cap}" if cap is not IncidentLevel.P0 else "P0 is the worst"
    inputs: tuple[Input | Pick, ...] = (
        Input(
            custom_id=TITLE_INPUT, label="What is wrong?", value=plain(title, MAX_TITLE), max_length=MAX_TITLE
        ),
        Pick(
            custom_id=SEVERITY_INPUT,
            label="How bad is it?",
            description=worst,
            options=tuple(
                Option(label=level.value, value=level.value, default=level is severity)
                for level in IncidentLevel
                if level.rank >= cap.rank
            ),
        ),
        *(() if alert_id is None else (_TAKES,)),
        Input(
            custom_id=NOTE_INPUT,
            label="What is known so far?",
            placeholder="Who or what is affected, what was tried",
            paragraph=True,
            required=False,
            max_length=MAX_TEXT,
        ),
    )
    subject = NEW if alert_id is None else alert_id
    return fit_modal(
        Modal(custom_id=build(Verb.ESCALATE, tag, subject), title="Open an incident", inputs=inputs)
    )


def ask_resolve(incident: Incident, tag: str, counts: Mapping[Severity, int], *, noted: bool = False) -> Card:
    """Alerts of it are open: what is meant? ``counts`` are those, by severity."""
    worst_first = sorted(counts, key=lambda each: each.rank, reverse=True)
    named = " and ".join(f"{counts[each]:,} {each.value}" for each in worst_first)
    total = sum(counts.values())
    are, them = ("is", "it") if total == 1 else ("are", "them")
    buttons = (
        Button(
            label=f"Resolve {them} too",
            custom_id=build(Verb.INCIDENT_RESOLVE_ALL, tag, incident.id, stamp(incident)),
            style=ButtonStyle.DANGER,
        ),
        Button(
            label="Only the incident",
            custom_id=build(Verb.INCIDENT_RESOLVE_ONLY, tag, incident.id, stamp(incident)),
        ),
        cancel(tag),
    )
    kept = "Your note stands in the timeline. " if noted else ""
    said = f"❔ {kept}{named} of {incident.ref} {are} still open. Resolve {them} too, or only the incident?"
    return fit(Card(content=said, rows=(buttons,)))


def update_modal(incident: Incident, tag: str) -> Modal:
    """The form behind *Update*."""
    return _ask(
        Verb.INCIDENT_UPDATE,
        incident,
        tag,
        title=f"Update on {incident.ref}",
        field=Input(
            custom_id=UPDATE_INPUT,
            label="How does it stand?",
            placeholder="What is affected, what is being done, when you will say more",
            paragraph=True,
            max_length=MAX_TEXT,
        ),
    )


def note_modal(incident: Incident, tag: str) -> Modal:
    """The form behind *Note*."""
    return _ask(
        Verb.INCIDENT_NOTE,
        incident,
        tag,
        title=f"Timeline of {incident.ref}",
        field=Input(
            custom_id=NOTE_INPUT,
            label="What happened, what did you find?",
            placeholder="Goes into the timeline",
            paragraph=True,
            max_length=MAX_TEXT,
        ),
    )


def _ask(verb: Verb, incident: Incident, tag: str, *, title: str, field: Input) -> Modal:
    return fit_modal(Modal(custom_id=build(verb, tag, incident.id), title=title, inputs=(field,)))
