"""Profile: all there is to tell of a recurrence, put together in a transaction."""

from collections.abc import Sequence

from bot.domain.alert.alert import format_ref
from bot.domain.incident.incident import format_ref as format_incident
from bot.domain.recurrence.profile import LOOKED_AT, TOLD, EpisodeSummary, RecurrenceProfile
from bot.domain.recurrence.recurrence import Episode, Recurrence, find_medians
from bot.domain.recurrence.rhythm import find_rhythm
from bot.domain.recurrence.work import derive
from bot.usecases.desk import Desk
from bot.usecases.recurrence.work import gather
from storage.transaction import Transaction


def build_profiles(tx: Transaction, desk: Desk, recurrences: Sequence[Recurrence]) -> list[RecurrenceProfile]:
    """The profiles of some recurrences, in their order; one bounded statement for each, few for all."""
    listed = tx.sources.listing(desk.project.id)
    facts = gather(tx, recurrences, listed)
    sources = {source.id: source for source in listed}
    removed = {each.source_id for each in recurrences} - sources.keys()
    names = tx.sources.names(removed) if removed else {}
    profiles = []
    for each in recurrences:
        episodes = tx.memories.episodes(each.id, limit=LOOKED_AT)
        incidents = tx.memories.incidents([episode.alert_id for episode in episodes])
        known, source = facts.get(each.id), sources.get(each.source_id)
        profiles.append(
            RecurrenceProfile(
                recurrence=each,
                source=source.name if source is not None else names.get(each.source_id, ""),
                provider=source.provider if source is not None else "",
                self_resolved_share=each.self_resolves / each.resolves if each.resolves else None,
                medians=find_medians(episodes),
                rhythm=find_rhythm([episode.opened_at for episode in episodes]),
                last_episodes=tuple(summarize_episode(episode, incidents) for episode in episodes[:TOLD]),
                incidents=_refs({ident for found in incidents.values() for ident in found}),
                runs=known.runs if known is not None else {},
                handoff=known.handoff if known is not None else None,
                item=derive(known) if known is not None else None,
            )
        )
    return profiles


def summarize_episode(episode: Episode, incidents: dict[int, list[int]]) -> EpisodeSummary:
    """One episode; ``incidents`` leads from alerts to those that they were part of."""
    return EpisodeSummary(
        alert=format_ref(episode.alert_id),
        alert_id=episode.alert_id,
        opened_at=episode.opened_at,
        resolved_at=episode.resolved_at,
        acked_at=episode.acked_at,
        owner=episode.owner,
        resolved_by=episode.resolved_by,
        note=episode.note,
        note_by=episode.note_by,
        self_resolved=episode.self_resolved,
        incidents=_refs(set(incidents.get(episode.alert_id, ()))),
    )


def _refs(incident_ids: set[int]) -> tuple[str, ...]:
    return tuple(format_incident(ident) for ident in sorted(incident_ids, reverse=True))
