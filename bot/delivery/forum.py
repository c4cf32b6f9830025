"""Forum: incidents as posts, with tags that say severity and state.

A post is thread and first message in one call, and that call knows no nonce: a repetition would be a second
post. So whoever may have tried before first looks through the forum's own posts, open and archived, for the
one whose first message bears the incident's mark.

Tags are a comfort: where one is missing and must not be made, or must not be set, the post goes without.
"""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any, Final

import discord
import structlog

from bot.cards.incident.incident import IncidentView, forum_tags, thread_name
from bot.delivery.bot_view import BotView
from bot.delivery.render import footer_marker, plain, render_view
from bot.delivery.wire.limits import RestCall
from bot.delivery.wire.message import Channel, snowflake_at
from bot.delivery.wire.outcome import Answer, SendOutcome
from bot.delivery.wire.wire import Wire
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.desk import Desk

MANAGED: Final = (*(level.value for level in IncidentLevel), *(state.value for state in IncidentState))
_MOST_TAGS: Final = 20  # of a forum (resources/channel, Modify Channel)
_MOST_APPLIED: Final = 5
_TELLING: Final = frozenset({SendOutcome.DONE, SendOutcome.MESSAGE_GONE, SendOutcome.CHANNEL_GONE})
_SLACK: Final = timedelta(minutes=10)  # Discord's clock counts, and this machine's may be wrong
_log: Final = structlog.stdlib.get_logger(__name__)


class Forum:
    """Posts in any forum that the bot sees."""

    def __init__(self, desk: Desk, wire: Wire, bot_view: BotView) -> None:
        self._desk = desk
        self._wire = wire
        self._bot_view = bot_view
        self._tagged: dict[int, tuple[str, ...]] = {}

    def takes(self, channel_id: int) -> bool:
        """Whether the channel is a forum, where nothing but posts can be."""
        return self._bot_view.forum(channel_id) is not None

    async def post(self, card: Outgoing, view: IncidentView) -> Answer[Channel]:
        """The incident's post: the one of an earlier attempt, or a new one."""
        forum = self._bot_view.forum(card.channel_id)
        if forum is None:
            return Answer(outcome=SendOutcome.PASSING, words="the forum is not seen")
        if card.retried:
            found = await self._search(card, view, forum)
            if found.outcome is not SendOutcome.DONE or found.body is not None:
                return found
        closed = self._opens_in(RestCall.THREAD, forum.id)
        if closed > 0:
            return Answer(outcome=SendOutcome.LIMITED, retry_after=closed)
        incident = view.incident
        name, tags = thread_name(incident), await self._tags(forum, incident)
        drawn = await asyncio.to_thread(render_view, card.kind, view)
        answer = await self._wire.start_post(forum.id, name, drawn, tags=tags)
        if answer.outcome is SendOutcome.REFUSED:
            _log.error("post_refused_sent_as_text", card=card.id, words=answer.words)
            answer = await self._wire.start_post(
                forum.id, name, plain(drawn, footer_marker(card.kind, view)), tags=()
            )
        return answer

    async def retag(self, post_id: int, incident: Incident) -> Answer[Any]:
        """Let the post's tags follow the incident; tags that people set stay."""
        wanted = forum_tags(incident)
        forum = self._bot_view.forum(incident.home_id or 0)
        if forum is None or self._tagged.get(post_id) == wanted:
            return Answer(outcome=SendOutcome.DONE)
        tags = await self._tags(forum, incident)
        standing = await self._wire.channel(post_id)
        if standing.body is None:
            return standing
        own = {tag.id for tag in forum.available_tags if _key(tag.name) in _MANAGED} | set(tags)
        applied = [each for each in standing.body.applied_tags if each not in own]
        changed = [*applied[: _MOST_APPLIED - len(tags)], *tags]
        if set(changed) != set(standing.body.applied_tags):
            answer = await self._wire.change(
                post_id, archived=False, applied_tags=[str(each) for each in changed]
            )
            if answer.outcome in {SendOutcome.NO_PERMISSION, SendOutcome.LOCKED, SendOutcome.REFUSED}:
                self._tell(forum, answer.words)
            elif answer.outcome is not SendOutcome.DONE:
                return answer
        self._tagged[post_id] = wanted
        return Answer(outcome=SendOutcome.DONE)

    async def _search(
        self, card: Outgoing, view: IncidentView, forum: discord.ForumChannel
    ) -> Answer[Channel]:
        """The post of an earlier attempt; done without a body when there is none."""
        since = snowflake_at(self._wire.theirs(card.posting_since) - _SLACK)
        listings = (
            partial(self._wire.active_threads, forum.guild.id),
            partial(self._wire.archived_threads, forum.id),
        )
        for listing in listings:
            listed = await listing()
            if listed.body is None:
                return _without_body(listed)
            for each in listed.body.threads:
                if each.parent_id != forum.id or each.owner_id != self._bot_view.own_id or each.id < since:
                    continue
                read = await self._wire.read(each.id, each.id)
                if read.body is not None and read.body.bears(footer_marker(card.kind, view)):
                    return Answer(outcome=SendOutcome.DONE, body=each)
                if read.outcome not in _TELLING:
                    return _without_body(read)
        return Answer(outcome=SendOutcome.DONE)

    async def _tags(self, forum: discord.ForumChannel, incident: Incident) -> list[int]:
        """The ids of the tags for the incident, made where they are missing and may be made."""
        known = {_key(tag.name): tag.id for tag in forum.available_tags}
        if missing := missing_tags(forum):
            known |= await self._make(forum, missing)
        wanted = [known[_key(name)] for name in forum_tags(incident) if _key(name) in known]
        if not wanted and forum.flags.require_tag and known:
            wanted = [next(iter(known.values()))]
        return wanted

    async def _make(self, forum: discord.ForumChannel, names: list[str]) -> dict[str, int]:
        """Add tags to the forum; empty where that is not allowed."""
        room = _MOST_TAGS - len(forum.available_tags)
        if not forum.permissions_for(forum.guild.me).manage_channels:
            self._tell(forum, "allow Manage Channels, or make them yourself")
            return {}
        if room < len(names):
            self._tell(forum, f"a forum has {_MOST_TAGS} tags at most")
            return {}
        kept = [tag.to_dict() for tag in forum.available_tags]
        answer = await self._wire.change(
            forum.id, available_tags=[*kept, *({"name": name} for name in names)]
        )
        if answer.body is None:
            self._tell(forum, answer.words)
            return {}
        return {_key(tag.name): tag.id for tag in answer.body.available_tags}

    def _tell(self, forum: discord.ForumChannel, words: str) -> None:
        """Say once why posts go without their tags."""
        if self._bot_view.is_news(f"no tags in {forum.id}"):
            _log.warning("tags_missing", forum=forum.id, tags=", ".join(MANAGED), words=words)

    def _opens_in(self, call: RestCall, channel_id: int) -> float:
        return self._wire.limits.opens_in(call, channel_id, now=self._desk.clock.monotonic())


def missing_tags(forum: discord.ForumChannel) -> list[str]:
    """The managed tags that the forum does not have."""
    known = {_key(tag.name) for tag in forum.available_tags}
    return [name for name in MANAGED if _key(name) not in known]


def _without_body(answer: Answer[Any]) -> Answer[Channel]:
    return Answer(outcome=answer.outcome, retry_after=answer.retry_after, words=answer.words)


def _key(name: str) -> str:
    """People may have written a tag in their own way."""
    return name.strip().casefold()


_MANAGED: Final = frozenset(map(_key, MANAGED))
