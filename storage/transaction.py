"""Transaction: all nouns of the storage over one connection."""

from functools import cached_property
from typing import Any

from sqlalchemy import Connection, CursorResult

from storage.admin.audit import Audit
from storage.admin.idempotency import Idempotency
from storage.admin.integrity import IntegrityRows
from storage.admin.person import People
from storage.admin.poll import Polls
from storage.admin.project import Projects
from storage.admin.retention import OldRows
from storage.admin.source import Sources
from storage.admin.token import Tokens
from storage.alert.alert import Alerts
from storage.alert.bulk_act import BulkActs
from storage.alert.change import Changes
from storage.alert.early_end import EarlyEnds
from storage.alert.event import Events
from storage.alert.event_detail import Dossiers
from storage.alert.event_list import EventLists
from storage.alert.expiry import Expiries
from storage.alert.group import Groups
from storage.alert.quiet import QuietReasons
from storage.alert.reaction import ReactionRows
from storage.alert.ring import Rings
from storage.alert.search import AlertSearch
from storage.alert.sender import SenderAlerts
from storage.audience import Audiences
from storage.gate.gate import Gates
from storage.incident.action import Actions
from storage.incident.incident import Incidents
from storage.incident.link import Links
from storage.incident.nudge import Nudges
from storage.incident.thread import IncidentThreads
from storage.incident.timeline import Timelines
from storage.outbox.board import Boards
from storage.outbox.card import Cards
from storage.outbox.channel import Channels
from storage.outbox.closure import Closures
from storage.outbox.ledger import Ledger
from storage.outbox.note import Notes
from storage.outbox.outage import Outages
from storage.recurrence.memory import Memories
from storage.recurrence.noise import NoiseVotes
from storage.recurrence.ranking import Rankings
from storage.recurrence.recurrence import Recurrences
from storage.recurrence.run import Runs
from storage.recurrence.work import WorkItems
from storage.silence.alert import SilenceableAlerts
from storage.silence.silence import Silences
from storage.triage.agent_request import Calls
from storage.triage.brief import Briefs


class Transaction:
    """What a use case works with; it never sees the connection."""

    def __init__(self, connection: Connection, audit_key: bytes = b"", *, careful: bool = False) -> None:
        self._connection = connection
        self._audit_key = audit_key
        self._careful = careful

    @cached_property
    def actions(self) -> Actions:
        """What was promised after incidents."""
        return Actions(self._connection)

    @cached_property
    def alerts(self) -> Alerts:
        """Episodes."""
        return Alerts(self._connection)

    @cached_property
    def alert_search(self) -> AlertSearch:
        """Episodes as programs ask for them."""
        return AlertSearch(self._connection)

    @cached_property
    def audit(self) -> Audit:
        """The chain of entries."""
        return Audit(self._connection, self._audit_key)

    @cached_property
    def audiences(self) -> Audiences:
        """In which channels subjects are shown."""
        return Audiences(self._connection)

    @cached_property
    def outages(self) -> Outages:
        """When channels were shown nothing."""
        return Outages(self._connection)

    @cached_property
    def boards(self) -> Boards:
        """Channels' storms."""
        return Boards(self._connection)

    @cached_property
    def briefs(self) -> Briefs:
        """What was gathered about alerts."""
        return Briefs(self._connection)

    @cached_property
    def bulk_acts(self) -> BulkActs:
        """What was done to many alerts at once."""
        return BulkActs(self._connection)

    @cached_property
    def calls(self) -> Calls:
        """Questions to the agent."""
        return Calls(self._connection)

    @cached_property
    def cards(self) -> Cards:
        """What channels should show."""
        return Cards(self._connection)

    @cached_property
    def changes(self) -> Changes:
        """What was changed before things broke."""
        return Changes(self._connection)

    @cached_property
    def channels(self) -> Channels:
        """What is due and parked, by channel."""
        return Channels(self._connection)

    @cached_property
    def closures(self) -> Closures:
        """Channels that cannot be written to."""
        return Closures(self._connection)

    @cached_property
    def dossiers(self) -> Dossiers:
        """Single events, for programs that ask."""
        return Dossiers(self._connection)

    @cached_property
    def events(self) -> Events:
        """What senders said."""
        return Events(self._connection)

    @cached_property
    def expiries(self) -> Expiries:
        """When alerts are over by their senders' word."""
        return Expiries(self._connection)

    @cached_property
    def event_lists(self) -> EventLists:
        """What came in last."""
        return EventLists(self._connection)

    @cached_property
    def groups(self) -> Groups:
        """Alerts of one cause that share a card."""
        return Groups(self._connection)

    @cached_property
    def early_ends(self) -> EarlyEnds:
        """Ends that overtook their firings."""
        return EarlyEnds(self._connection)

    @cached_property
    def idempotency(self) -> Idempotency:
        """Requests that were answered."""
        return Idempotency(self._connection)

    @cached_property
    def incidents(self) -> Incidents:
        """What people work on together."""
        return Incidents(self._connection)

    @cached_property
    def ledger(self) -> Ledger:
        """When cards' revisions were accepted, sent and seen."""
        return Ledger(self._connection)

    @cached_property
    def links(self) -> Links:
        """Which alerts belong to which incident."""
        return Links(self._connection)

    @cached_property
    def notes(self) -> Notes:
        """What senders said besides alerts."""
        return Notes(self._connection)

    @cached_property
    def nudges(self) -> Nudges:
        """Messages in incidents' threads."""
        return Nudges(self._connection)

    @cached_property
    def old_rows(self) -> OldRows:
        """What is past its time."""
        return OldRows(self._connection)

    @cached_property
    def gates(self) -> Gates:
        """Service levels, and blocks that were passed by."""
        return Gates(self._connection)

    @cached_property
    def integrity(self) -> IntegrityRows:
        """Rows that there must not be."""
        return IntegrityRows(self._connection)

    @cached_property
    def people(self) -> People:
        """What each person chose for themselves."""
        return People(self._connection)

    @cached_property
    def polls(self) -> Polls:
        """Alertmanagers that are asked."""
        return Polls(self._connection)

    @cached_property
    def projects(self) -> Projects:
        """Tenants and their settings."""
        return Projects(self._connection)

    @cached_property
    def quiet_reasons(self) -> QuietReasons:
        """Why nobody is rung for an alert."""
        return QuietReasons(self._connection)

    @cached_property
    def reactions(self) -> ReactionRows:
        """Emoji people set, as far as they were applied."""
        return ReactionRows(self._connection)

    @cached_property
    def recurrences(self) -> Recurrences:
        """Signatures over all their episodes."""
        return Recurrences(self._connection, careful=self._careful)

    def run_raw(self, statement: str) -> CursorResult[Any]:
        """Plain SQL, for benchmarks and tests; use cases ask the nouns."""
        return self._connection.exec_driver_sql(statement)

    @cached_property
    def sender_alerts(self) -> SenderAlerts:
        """Episodes as their own senders ask for them."""
        return SenderAlerts(self._connection)

    @cached_property
    def silenceable(self) -> SilenceableAlerts:
        """Open alerts as matchers see them."""
        return SilenceableAlerts(self._connection)

    @cached_property
    def silences(self) -> Silences:
        """Which alerts wake nobody for a while."""
        return Silences(self._connection)

    @cached_property
    def sources(self) -> Sources:
        """Senders and their credentials."""
        return Sources(self._connection)

    @cached_property
    def threads(self) -> IncidentThreads:
        """Where incidents and their nudges stand in Discord."""
        return IncidentThreads(self._connection)

    @cached_property
    def timelines(self) -> Timelines:
        """What happened to incidents."""
        return Timelines(self._connection)

    @cached_property
    def tokens(self) -> Tokens:
        """Programs that may come in."""
        return Tokens(self._connection)

    @cached_property
    def memories(self) -> Memories:
        """Episodes of recurrences, looked back on."""
        return Memories(self._connection)

    @cached_property
    def noise_votes(self) -> NoiseVotes:
        """Who called what noise."""
        return NoiseVotes(self._connection)

    @cached_property
    def rankings(self) -> Rankings:
        """Recurrences in order of what they cost."""
        return Rankings(self._connection)

    @cached_property
    def rings(self) -> Rings:
        """Calls to people, due and told."""
        return Rings(self._connection)

    @cached_property
    def runs(self) -> Runs:
        """What programs did."""
        return Runs(self._connection)

    @cached_property
    def work_items(self) -> WorkItems:
        """Checks and hand-overs."""
        return WorkItems(self._connection)
