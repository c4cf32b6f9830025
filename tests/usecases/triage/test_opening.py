"""How an incident begins: once for what belongs together, no worse than its alerts, and it says so."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.domain.incident.incident import IncidentLevel, IncidentRules, IncidentState
from bot.domain.incident.search import IncidentFilter
from bot.domain.incident.timeline import Kind
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.domain.outbox.placement import Placement
from bot.usecases.admin import status
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk, Rules
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident import thread as threads
from bot.usecases.incident.mutation import perform
from bot.usecases.triage.open_request import OpenOutcome
from bot.usecases.triage.prefill import prefill
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing, resolved
from tests.usecases.crisis import escalate, log, look, nudges, story

WINDOW = timedelta(minutes=60)
ROBOT = Actor(ActorKind.PROGRAM, "robot", "robot")


async def heads(desk: Desk, incident_id: int = 1) -> list[Placement]:
    return await desk.storage.read(lambda tx: tx.cards.of(CardKind.INCIDENT, [incident_id]))


async def test_whoever_escalates_has_the_alert_as_long_as_an_acknowledgement_lasts(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing(severity=Severity.CRITICAL, service="checkout"))
    await escalate(desk, takes=True)
    (taken,) = await desk.storage.read(lambda tx: tx.alerts.many([1]))
    assert taken.ack_until == clock.now() + timedelta(hours=4)


async def test_an_incident_begins_with_its_alert(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing(severity=Severity.CRITICAL, service="checkout"))
    fired = clock.now()
    clock.advance(timedelta(minutes=4))
    opened = await escalate(desk, note="customers cannot pay", takes=True)
    assert opened.outcome is OpenOutcome.OPENED
    incident = await look(desk)
    assert (incident, incident.ref) == (opened.incident, "I-1")
    assert (incident.state, incident.severity) == (IncidentState.OPEN, IncidentLevel.P1)
    assert (incident.title, incident.summary) == ("HighErrorRate · checkout", "customers cannot pay")
    assert (incident.times.detected_at, incident.times.acked_at) == (fired, clock.now())
    assert incident.update_due_at == clock.now() + timedelta(minutes=30)
    assert await story(desk) == [
        (Kind.ALERT_FIRED, "prod", "A-1 HighErrorRate"),
        (Kind.ALERT_ACKED, "Anna", "A-1 HighErrorRate"),
        (Kind.OPENED, "Anna", "P1: HighErrorRate · checkout"),
        (Kind.NOTE, "Anna", "customers cannot pay"),
    ]
    (entry,) = await log(desk)
    assert (entry.entry.action, entry.entry.actor) == ("open", ANNA)
    (head,) = await heads(desk)
    assert (head.channel_id, head.message_id) == (CHANNEL, None)


async def test_the_alerts_card_shows_its_incident_and_then_its_thread(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    assert (await alert_query.find(desk, 1)).view.incident == "I-1"
    await threads.settle(desk, 1, thread_id=555)
    assert (await alert_query.find(desk, 1)).view.incident == "<#555>"
    living = await threads.living_in(desk, 555)
    assert living is not None
    assert living.id == 1
    assert await threads.lose(desk, 555)
    assert (await alert_query.find(desk, 1)).view.incident == "I-1"
    assert await threads.living_in(desk, 555) is None


async def test_the_same_signature_is_taken_in_within_the_window(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await escalate(desk)
    await send(resolved())
    clock.advance(WINDOW)
    await send(firing())
    taken = await escalate(desk, 2, actor=BEN, note="again")
    assert (taken.outcome, taken.incident.id) == (OpenOutcome.TAKEN_IN, 1)
    assert (Kind.LINKED, "Ben", "A-2 HighErrorRate: again") in await story(desk)
    assert [nudge.text for nudge in await nudges(desk)] == ["A-2 HighErrorRate: again"]
    assert taken.shown.view.total == 2


async def test_services_of_one_name_in_two_namespaces_are_two_incidents(desk: Desk, send: Send) -> None:
    await send(
        firing("a", service="checkout", namespace="prod"),
        firing("b", service="checkout", namespace="staging"),
        firing("c", service="checkout", namespace="prod"),
    )
    outcomes = [(await escalate(desk, number)).incident.id for number in (1, 2, 3)]
    assert outcomes == [1, 2, 1]


async def test_the_same_service_is_taken_in_and_another_is_not(desk: Desk, send: Send) -> None:
    await send(
        firing("a", service="checkout"),
        firing("b", service="checkout"),
        firing("c", service="search"),
        firing("d"),
        firing("e"),
    )
    outcomes = [(await escalate(desk, number)).outcome for number in range(1, 6)]
    assert outcomes == [
        OpenOutcome.OPENED,
        OpenOutcome.TAKEN_IN,
        OpenOutcome.OPENED,
        OpenOutcome.OPENED,
        OpenOutcome.OPENED,  # no service at all is like nothing
    ]


async def test_a_lenient_wish_bends_to_what_the_alerts_allow_and_says_so(desk: Desk, send: Send) -> None:
    await send(firing("a", service="checkout"), firing("b", service="checkout"))
    opened = await escalate(desk, 1, severity=IncidentLevel.P0, lenient=True)
    assert (opened.incident.severity, opened.beyond, opened.cap) == (
        IncidentLevel.P1,
        IncidentLevel.P0,
        IncidentLevel.P1,
    )
    taken = await escalate(desk, 2, severity=IncidentLevel.P0, lenient=True)
    assert (taken.outcome, taken.incident.severity, taken.beyond) == (
        OpenOutcome.TAKEN_IN,
        IncidentLevel.P1,
        IncidentLevel.P0,
    )
    fitting = await escalate(desk, None, title="by hand", severity=IncidentLevel.P0, lenient=True)
    assert (fitting.incident.severity, fitting.beyond) == (IncidentLevel.P0, None)


async def test_a_critical_alert_that_is_taken_in_allows_what_the_others_did_not(
    desk: Desk, send: Send
) -> None:
    await send(firing("a", service="checkout"))
    await escalate(desk, 1)
    await send(firing("b", Severity.CRITICAL, service="checkout"))
    taken = await escalate(desk, 2, severity=IncidentLevel.P0, lenient=True)
    assert (taken.incident.severity, taken.beyond) == (IncidentLevel.P0, None)


async def test_beyond_the_window_or_when_it_is_over_a_second_one_opens(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    names = ("a", "b", "c", "d")
    await send(*[firing(name, service="checkout") for name in names])
    await escalate(desk, 1)
    clock.advance(WINDOW + timedelta(seconds=1))
    assert (await escalate(desk, 2)).outcome is OpenOutcome.OPENED
    await perform(desk, incidents.resolve(2, actor=ANNA))
    assert (await escalate(desk, 3)).outcome is OpenOutcome.OPENED
    clock.advance(WINDOW)
    await perform(desk, incidents.tell(3, actor=ANNA, text="still looking"))
    clock.advance(WINDOW)
    assert (await escalate(desk, 4)).incident.id == 3


async def test_an_alert_that_belongs_to_one_already_changes_nothing(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    before = await story(desk), await log(desk)
    again = await escalate(desk, actor=BEN)
    assert (again.outcome, again.incident.id) == (OpenOutcome.ALREADY_IN, 1)
    assert (await story(desk), await log(desk)) == before


async def test_an_alert_of_a_finished_incident_goes_into_a_new_one(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    await perform(desk, incidents.resolve(1, actor=ANNA))
    assert (await escalate(desk)).outcome is OpenOutcome.OPENED
    assert (await alert_query.find(desk, 1)).view.incident == "I-2"
    totals = [(await incident_inspection.find(desk, number)).view.total for number in (1, 2)]
    assert totals == [1, 1]


@pytest.mark.parametrize(
    ("severity", "usual", "refused"),
    [
        (Severity.INFO, IncidentLevel.P4, IncidentLevel.P2),
        (Severity.WARNING, IncidentLevel.P2, IncidentLevel.P0),
        (Severity.CRITICAL, IncidentLevel.P1, None),
    ],
)
async def test_a_severity_beyond_the_cap_is_refused_and_nothing_opens(
    desk: Desk, send: Send, severity: Severity, usual: IncidentLevel, refused: IncidentLevel | None
) -> None:
    await send(firing(severity=severity))
    blank = await prefill(desk, 1)
    assert blank.severity is usual
    if refused is not None:
        with pytest.raises(InvalidInputError, match=f"alerts allow {blank.cap}"):
            await escalate(desk, severity=refused)
        assert (await incident_inspection.listing(desk, IncidentFilter())).total == 0
    assert (await escalate(desk, severity=blank.cap)).incident.severity is blank.cap


async def test_caps_are_the_rules_to_set(desk: Desk, send: Send) -> None:
    caps = dict.fromkeys(Severity, IncidentLevel.P2)
    desk.rules = Rules(default_channel_id=CHANNEL, incidents=IncidentRules(caps=caps))
    await send(firing(severity=Severity.CRITICAL))
    assert (await prefill(desk, 1)).severity is IncidentLevel.P2
    with pytest.raises(InvalidInputError, match="allow P2"):
        await escalate(desk, severity=IncidentLevel.P1)


async def test_a_worse_severity_comes_along_with_what_is_taken_in(desk: Desk, send: Send) -> None:
    await send(firing("a", service="checkout"), firing("b", Severity.CRITICAL, service="checkout"))
    await escalate(desk, 1)
    assert (await escalate(desk, 2, severity=IncidentLevel.P0)).incident.severity is IncidentLevel.P0
    assert (Kind.LINKED, "Anna", "A-2 b (P2 → P0)") in await story(desk)


async def test_a_machine_opens_once_for_a_key_and_once_for_a_service(desk: Desk) -> None:
    first = await escalate(desk, None, actor=ROBOT, title="Pay is slow", service="pay", idempotency_key="k")
    assert (first.outcome, first.incident.times.acked_at) == (OpenOutcome.OPENED, None)
    again = await escalate(desk, None, actor=ROBOT, title="Pay is slow", service="pay", idempotency_key="k")
    assert (again.outcome, again.incident.id) == (OpenOutcome.REPEATED, 1)
    other = await escalate(desk, None, actor=ROBOT, title="Pay is dead", note="500s", service="pay")
    assert (other.outcome, other.incident.id) == (OpenOutcome.TAKEN_IN, 1)
    assert (Kind.NOTE, "robot", "reported again: Pay is dead: 500s") in await story(desk)
    await perform(desk, incidents.resolve(1, actor=ANNA))
    late = await escalate(desk, None, actor=ROBOT, title="Pay is slow", service="pay", idempotency_key="k")
    assert (late.outcome, late.incident.state) == (OpenOutcome.REPEATED, IncidentState.RESOLVED)


async def test_what_is_missing_or_endless_is_refused_by_name(desk: Desk, send: Send) -> None:
    await send(firing())
    with pytest.raises(NotFoundError, match="A-99"):
        await escalate(desk, 99)
    with pytest.raises(NotFoundError, match="A-99"):
        await prefill(desk, 99)
    with pytest.raises(InvalidInputError, match="title: needs some words"):
        await escalate(desk, None)
    with pytest.raises(InvalidInputError, match="title: at most 200"):
        await escalate(desk, title="x" * 201)
    with pytest.raises(InvalidInputError, match="note: at most 1000"):
        await escalate(desk, note="x" * 1001)


async def test_what_was_acked_before_is_told(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    clock.advance(timedelta(minutes=1))
    await alerts.acknowledge(desk, 1, actor=BEN)
    acked = clock.now()
    clock.advance(timedelta(minutes=1))
    incident = (await escalate(desk)).incident
    assert incident.times.acked_at == acked
    assert [kind for kind, *_ in await story(desk)] == [Kind.ALERT_FIRED, Kind.ALERT_ACKED, Kind.OPENED]


async def test_the_form_knows_where_the_alert_belongs(desk: Desk, send: Send) -> None:
    await send(firing(service="checkout"))
    assert (await prefill(desk, 1)).title == "HighErrorRate · checkout"
    await escalate(desk)
    assert (await prefill(desk, 1)).belongs_to == "I-1"


async def test_incidents_go_where_the_rules_send_them(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"))
    desk.rules = Rules(default_channel_id=CHANNEL, incidents=IncidentRules(channel_id=77))
    await escalate(desk, 1)
    await escalate(desk, 2, channel_id=78)
    assert [(await heads(desk, number))[0].channel_id for number in (1, 2)] == [77, 78]


async def test_without_any_channel_the_head_waits_and_says_why(desk: Desk, send: Send) -> None:
    desk.rules = Rules()
    await send(firing())
    await escalate(desk)
    assert (0, ParkReason.NO_CHANNEL, 2) in (await status.outbox(desk)).parked
