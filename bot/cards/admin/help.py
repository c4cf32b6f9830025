"""Help: what one person may do here, on a page that a phone shows whole, and each command in words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from bot.cards.alert.action import CLAIM_WORDS
from bot.cards.card import Card, Embed, Field, Option, Row, Select
from bot.cards.ids import Verb, build
from bot.cards.limits import DESCRIPTION, FIELD_VALUE, OPTION_TEXT, OPTIONS, fit
from bot.cards.style import CALM, SEPARATOR
from bot.cards.text import inline, plain

SUBJECT: Final = "commands"
ALONE: Final = "more"
"""The topic of the commands that belong to no group."""
_ROLES_NAMED: Final = 5
_EMOJI: Final = "✅ acknowledge · 👀 claim · 🔕 snooze · 🚨 escalate · 👎 noise"
_PIN: Final = "📌 on a message in an incident's thread puts it into the timeline"


class HelpLine(msgspec.Struct, frozen=True, gc=False):
    """One command, as it is typed without its slash, and what it does."""

    command: str
    said: str


class HelpTopic(msgspec.Struct, frozen=True, gc=False):
    """A group of commands, or `ALONE`."""

    name: str
    said: str
    lines: tuple[HelpLine, ...]


class HelpView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody may do; ``roles`` are those (ids) that would give them more, ``incident`` lives here."""

    may_view: bool
    may_respond: bool
    may_manage: bool
    topics: tuple[HelpTopic, ...]
    menus: tuple[str, ...]
    tag: str
    roles: tuple[int, ...] = ()
    incident: str = ""


def render(view: HelpView) -> Card:
    """All of it on one page, with a menu that tells what the commands of a group do."""
    fields = [Field("On a card", "\n".join(_on_a_card(view)))] if view.may_view else []
    fields += [Field(*_overview(topic)) for topic in view.topics]
    embed = Embed(title="What you can do here", description=_rights(view), color=CALM, fields=tuple(fields))
    return fit(Card(embeds=(embed,), rows=_menu(view)))


def render_topic(view: HelpView, name: str) -> Card | None:
    """What each command of a group does; None when there is nothing in it for this person."""
    topic = next((each for each in view.topics if each.name == name), None)
    if topic is None:
        return None
    said = "\n".join(_explained(topic.lines))
    title = topic.said if name == ALONE else f"/{topic.name}{SEPARATOR}{topic.said}"
    return fit(Card(embeds=(Embed(title=title, description=said, color=CALM),), rows=_menu(view)))


def _rights(view: HelpView) -> str:
    if not view.may_view:
        return f"You may not look at alerts on this desk.{_asking(view.roles)}"
    if view.may_manage:
        said = "You may look, act on alerts and incidents, and set up the desk."
    elif view.may_respond:
        said = f"You may look, and act on alerts and incidents. To set up the desk:{_asking(view.roles)}"
    else:
        said = f"You may look at alerts and incidents. To act on them:{_asking(view.roles)}"
    here = f"\nThis is the thread of {view.incident}: `/incident` needs no ref here." if view.incident else ""
    return said + here


def _asking(roles: Sequence[int]) -> str:
    if not roles:
        return " an administrator has to name a role for it."
    return f" you need the role {' or '.join(f'<@&{role}>' for role in roles[:_ROLES_NAMED])}."


def _on_a_card(view: HelpView) -> Iterator[str]:
    yield f"{CLAIM_WORDS}"
    if not view.may_respond:
        yield "*More* shows everything about an alert, to you alone."
        return
    yield "*More* shows everything about an alert, with claim, give back and snooze."
    yield f"Emoji: {_EMOJI}; {_PIN}."
    if view.menus:
        yield f"Long press or right-click, *Apps*: {SEPARATOR.join(view.menus)}."


def _overview(topic: HelpTopic) -> tuple[str, str]:
    """``/alert`` and the names of its commands, which a phone breaks where it has to."""
    if topic.name == ALONE:
        return topic.said, "\n".join(_explained(topic.lines))[:FIELD_VALUE]
    names = (line.command.removeprefix(f"{topic.name} ") for line in topic.lines)
    return f"/{topic.name}{SEPARATOR}{topic.said}", SEPARATOR.join(f"`{name}`" for name in names)


def _explained(lines: Iterable[HelpLine]) -> Iterator[str]:
    room = DESCRIPTION
    for line in lines:
        said = f"`/{line.command}` {inline(line.said, 100)}"
        room -= len(said) + 1
        if room >= 0:
            yield said


def _menu(view: HelpView) -> tuple[Row, ...]:
    groups = [each for each in view.topics if each.name != ALONE]
    if not groups:
        return ()
    options = tuple(
        Option(
            label=f"/{each.name}",
            value=each.name,
            description=plain(each.said, OPTION_TEXT),
        )
        for each in groups[:OPTIONS]
    )
    custom_id = build(Verb.HELP, view.tag, SUBJECT)
    return ((Select(custom_id=custom_id, placeholder="What the commands do", options=options),),)
