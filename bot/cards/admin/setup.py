"""`/setup`: two cards lead from an empty desk to the first alert in a channel.

The wizard has no memory: what was chosen so far travels in its custom_ids
(`SetupDraft.encode`, `SetupDraft.decode`), under the verb *setup* with the
subjects `CHANNEL`, `PROVIDER`, `DEFAULT` and `CREATE`.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Option, Row, Select, SelectKind
from bot.cards.ids import Verb, build
from bot.cards.limits import OPTION_TEXT, OPTIONS, fit
from bot.cards.style import CALM, GOOD
from bot.cards.text import clean, code, inline, plain, span
from bot.domain.access.recipe import Recipe
from bot.domain.errors import InvalidInputError
from bot.domain.snowflake import is_snowflake

CHANNEL: Final = "channel"
PROVIDER: Final = "provider"
OTHER: Final = "other"
"""The providers that one select has no room for."""
CREATE: Final = "create"
DEFAULT: Final = "default"
"""All that has no channel of its own goes where the new source would."""
_TEXT_CHANNEL: Final = 0
_ANNOUNCEMENT_CHANNEL: Final = 5
_SNIPPET: Final = 1_800


class SetupDraft(msgspec.Struct, frozen=True, gc=False):
    """What was chosen so far: 0 and ``""`` are not chosen yet."""

    channel_id: int = 0
    provider: str = ""

    def encode(self) -> str:
        """The draft as the ``extra`` of a custom_id."""
        return f"{self.channel_id}.{self.provider}"

    @classmethod
    def decode(cls, extra: str) -> "SetupDraft":
        """Read what `encode` wrote.

        Raises:
            InvalidInputError: it is nothing of the kind.
        """
        channel_id, dot, provider = extra.partition(".")
        if not (dot and is_snowflake(channel_id)):
            raise InvalidInputError("custom_id", "is not the state of the setup")
        return cls(int(channel_id), provider)


class ChannelChoice(msgspec.Struct, frozen=True, gc=False):
    """Where alerts go now that no source sends elsewhere, 0 for nowhere.

    ``gone`` says that this channel was deleted, ``taken`` that it was picked just now, with ``moved`` cards
    that had waited for one.
    """

    channel_id: int = 0
    gone: bool = False
    taken: bool = False
    moved: int = 0


_NOWHERE: Final = ChannelChoice()


class ProviderChoice(msgspec.Struct, frozen=True, gc=False):
    """A kind of sender: ``name`` as in the path of the hook, ``title`` and ``hint`` for people."""

    name: str
    title: str
    hint: str = ""


class Made(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The new source. The token is known only now; it is kept out of the repr."""

    channel_id: int
    source_id: int
    source_name: str
    provider: str
    url: str
    token: str
    recipe: Recipe

    def __repr__(self) -> str:
        return f"Made(source_name={self.source_name!r}, provider={self.provider!r}, token=***)"


def first_page(
    draft: SetupDraft,
    providers: Sequence[ProviderChoice],
    tag: str,
    *,
    problems: Sequence[str] = (),
    home: ChannelChoice = _NOWHERE,
) -> Card:
    """Asks for the channel and the sender; ``problems`` says what is missing in the chosen channel."""
    state = draft.encode()
    channel = Select(
        custom_id=build(Verb.SETUP, tag, CHANNEL, state),
        placeholder="Where should alerts appear?",
        kind=SelectKind.CHANNEL,
        channel_types=(_TEXT_CHANNEL, _ANNOUNCEMENT_CHANNEL),
        defaults=(draft.channel_id,) if draft.channel_id else (),
    )
    senders = tuple(
        (
            Select(
                custom_id=build(Verb.SETUP, tag, subject, state),
                placeholder=placeholder,
                options=tuple(_option(choice, draft) for choice in choices),
            ),
        )
        for subject, placeholder, choices in (
            (PROVIDER, "Who will send them?", providers[:OPTIONS]),
            (OTHER, "... or one of these?", providers[OPTIONS:]),
        )
        if choices
    )
    create = Button(
        label="Create the source",
        custom_id=build(Verb.SETUP, tag, CREATE, state),
        style=ButtonStyle.SUCCESS,
        disabled=not (draft.channel_id and draft.provider) or bool(problems),
    )
    embed = Embed(
        title="Set up the alert desk",
        description=(
            "Pick the channel for alerts and the program that sends them. You get a URL, a token and a "
            "snippet to paste, and can send a test alert right away."
        ),
        color=CALM,
        fields=(*_home(draft, home), *_problems(draft, problems)),
    )
    buttons: Row = (create,)
    if _is_apart(draft, home) and not problems:
        all_there = Button(
            label="All alerts go there",
            custom_id=build(Verb.SETUP, tag, DEFAULT, state),
            style=ButtonStyle.SECONDARY,
        )
        buttons = (create, all_there)
    return fit(Card(embeds=(embed,), rows=((channel,), *senders, buttons)))


def result(made: Made, tag: str) -> Card:
    """URL, token and snippet; the token is under spoilers, for screens are shared."""
    paste = made.recipe
    url = span(made.url, 900)
    embed = Embed(
        title="✅ The source is ready",
        description=(
            f"**{inline(made.source_name, 60) or 'The source'}** posts into <#{made.channel_id}>.\n"
            "The token is shown **only now** and only to you; keep it like a password."
        ),
        color=GOOD,
        fields=(
            Field("URL", f"||{url}||" if made.token in made.url else url),
            Field("Token", f"||{span(made.token, 300)}||"),
            Field(
                "Next", f"{clean(paste.where)}\nThen send a test alert: it takes the same way as a real one."
            ),
        ),
    )
    pasted = Embed(
        title="To paste", description=f"||{code(paste.text, _SNIPPET, paste.language)}||", color=GOOD
    )
    return fit(Card(embeds=(embed, pasted), rows=(_test(made, tag),)))


def _test(made: Made, tag: str) -> Row:
    test = Button(
        label="Send a test alert",
        custom_id=build(Verb.TEST, tag, made.source_id),
        style=ButtonStyle.PRIMARY,
        emoji="🔔",
    )
    return (test,)


def _option(choice: ProviderChoice, draft: SetupDraft) -> Option:
    return Option(
        label=plain(choice.title, OPTION_TEXT),
        value=choice.name,
        description=plain(choice.hint, OPTION_TEXT),
        default=choice.name == draft.provider,
    )


def _is_apart(draft: SetupDraft, home: ChannelChoice) -> bool:
    """Whether only the new source would speak in the picked channel."""
    return bool(draft.channel_id and home.channel_id) and draft.channel_id != home.channel_id


def _home(draft: SetupDraft, home: ChannelChoice) -> tuple[Field, ...]:
    """What became of the channel that was picked, or why one has to be."""
    if home.taken:
        said = f"Alerts go to <#{home.channel_id}> from now on, unless their source has a channel of its own."
        if home.moved:
            cards = "1 card that waited goes" if home.moved == 1 else f"{home.moved} cards that waited go"
            said += f"\n{cards} there now."
        return (Field("✅ The channel for alerts", said),)
    if home.gone:
        return (Field("🔴 The channel for alerts is gone", "Alerts appear nowhere: pick another one below."),)
    if _is_apart(draft, home):
        said = (
            f"Only the new source will post into <#{draft.channel_id}>; alerts go on to <#{home.channel_id}>."
        )
        return (Field("For the new source", said),)
    return ()


def _problems(draft: SetupDraft, problems: Sequence[str]) -> tuple[Field, ...]:
    if not problems:
        return ()
    listed = "\n".join(f"• {inline(problem, 150)}" for problem in problems[:6])
    return (Field("⚠️ Not yet", f"In <#{draft.channel_id}>:\n{listed}"),)
