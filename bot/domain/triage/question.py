"""Question: a brief as JSON, for the agent that is asked about it. Spans are seconds, times ISO 8601, UTC."""

from datetime import timedelta
from typing import Any, Final, TypeAlias

from bot.domain.access.redaction import redact
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert
from bot.domain.recurrence.profile import EpisodeSummary
from bot.domain.recurrence.recurrence import Memory, Regression, Remedy, format_ref
from bot.domain.triage.brief import Brief

Document: TypeAlias = dict[str, Any]

TYPE: Final = "triage.requested"


def write_question(brief: Brief, key: str) -> Document:
    """The brief under the names that the README gives, redacted once more: it leaves Tocsin."""
    alert = brief.alert
    data = {
        "run": key,
        "alert": _told(alert)
        | {
            "summary": alert.summary,
            "description": alert.description,
            "labels": alert.labels,
            "links": [{"title": each.title, "url": each.url} for each in alert.links],
            "occurrences": alert.occurrences,
            "flaps": alert.flaps,
        },
        "incident": brief.incident or None,
        "memory": _memory(brief.memory),
        "fired_with": [
            _told(each.alert) | {"memory": _memory(each.memory), "url": each.jump_url or None}
            for each in brief.neighbours
        ],
        "fired_with_others": brief.others,
        "last_endings": [_ending(each, brief.jumps.get(each.alert_id, "")) for each in brief.endings],
        "runbooks": [each.url for each in brief.runbooks],
        "sources": [{"name": each.name, "last_event_at": each.heard_at} for each in brief.feeds],
        "runs": [
            {"ref": each.ref, "agent": each.agent, "state": each.state, "output": each.output}
            for each in brief.runs
        ],
    }
    question: Document = {"type": TYPE, "timestamp": brief.seen_at, "data": redact(data).value}
    return question


def _told(alert: Alert) -> Document:
    return {
        "ref": alert.ref,
        "recurrence": format_ref(alert.recurrence_id),
        "name": alert.name,
        "severity": alert.severity,
        "state": alert.state,
        "service": alert.service,
        "namespace": alert.namespace,
        "target": alert.target,
        "opened_at": alert.opened_at,
        "resolved_at": alert.resolved_at,
        "owner": _name(alert.owner),
        "note": alert.note,
    }


def _memory(memory: Memory) -> Document:
    return {
        "episodes_in_30_days": memory.episodes,
        "at_least": memory.more,
        "previous_at": memory.previous_at,
        "median_gap": _seconds(memory.gap),
        "ended": memory.ended,
        "self_resolved": memory.self_resolved,
        "self_resolved_within": _seconds(memory.self_resolved_within),
        "rhythm": str(memory.rhythm) if memory.rhythm is not None else None,
        "last_fix": _remedy(memory.remedy),
        "regression": _regression(memory.regression),
    }


def _remedy(remedy: Remedy | None) -> Document | None:
    if remedy is None:
        return None
    return {
        "at": remedy.at,
        "by": remedy.who.name,
        "note": remedy.note,
        "by_hand": remedy.by_hand,
        "url": remedy.jump_url or None,
    }


def _regression(regression: Regression | None) -> Document | None:
    if regression is None:
        return None
    return {"fixed_at": regression.fixed_at, "owner": regression.owner.name, "note": regression.note}


def _ending(episode: EpisodeSummary, url: str) -> Document:
    return {
        "ref": episode.alert,
        "opened_at": episode.opened_at,
        "resolved_at": episode.resolved_at,
        "resolved_by": _name(episode.resolved_by),
        "self_resolved": episode.self_resolved,
        "note": episode.note,
        "note_by": _name(episode.note_by),
        "incidents": episode.incidents,
        "url": url or None,
    }


def _name(actor: Actor | None) -> str | None:
    return None if actor is None else actor.name


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
