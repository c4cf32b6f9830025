r"""Text: making other people's words harmless, and the few forms our own words take.

Theory: text from alerts and notes is hostile. It may mention, format, mask links, hide or reverse
characters, pile accents, close our code blocks. Four ways lead into a card, each bounded by ``limit`` units:

- `inline`: one line in Markdown (descriptions, titles, field values, content);
- `block`: several lines in Markdown;
- `plain`: where Discord shows text as it is (footers, button labels, select options, modal titles);
- `code`: a fenced block, where nothing but backticks has meaning.

All of them go through `clean` first. Escapes are backslashes, which Discord hides in front of any
punctuation; but phones show them in notifications, so only what has a meaning is escaped: not the single
``_`` inside a word, which opens italics that nothing can close, nor ``]``, which closes what never opened.
(A ``_`` inside code could close them: strangers' words and strangers' code never share one text.)
Mentions are broken by a zero-width space besides, for servers look for mentions without minding backslashes.
Inside a masked link Discord shows backslashes, so there `link` drops what would need one.
"""

import re
from datetime import datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import quote, urlsplit

from bot.cards.cut import FENCE, cut, preview
from bot.domain.actor import Actor, ActorKind
from bot.domain.snowflake import is_snowflake
from bot.domain.text import harmless

MomentStyle: TypeAlias = Literal["t", "T", "d", "D", "f", "F", "R"]

_BREAK: Final = "\u200b"
_SPECIALS: Final = "\\*`["  # the backslash first: the others bring their own
_EDGE: Final = re.compile(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
_TOKEN: Final = re.compile(r"<(?=[@#:/A-Za-z])")

# Characters that show nothing: they hide words, break them up, or make an empty name of a full one.
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u206f\u2800\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Joiners are needed between the parts of an emoji and in some scripts, and are a trick between ASCII.
_JOINER: Final = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_ACCENTS: Final = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE: Final = re.compile(f"({_ACCENTS}{{2}}){_ACCENTS}+")

_MENTION: Final = re.compile(r"@(?=everyone|here|[!&]?\d)", re.IGNORECASE)
_LEAD: Final = re.compile(r"^([ \t]*\d*)(?=[#>]|-(?![^\s#])|\+(?!\S)|(?<=\d)\.(?!\S))", re.MULTILINE)
# An address that shows where it goes and needs no escape; a user part or a foreign script may mislead.
_ADDRESS: Final = re.compile(
    r"(?<!\S)(https?://[A-Za-z0-9.-]+(?::\d+)?"
    r"(?:[/?#](?:[A-Za-z0-9./?#=&%+,:;!$-]|(?<=[0-9A-Za-z])_(?=[0-9A-Za-z]))*)?)(?!\S)"
)
_HOST: Final = re.compile(r"(?<![\w.-])(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w.-])", re.ASCII)
_MASK: Final = re.compile(r"[\\*_~|`\[\]<>\s]+|://")
_PERSON: Final = re.compile(r"\\<@\u200b(\d{1,20})>")
_URL_SAFE: Final = "!#$%&+,-./:;=?[]_~"
_PUBLIC: Final = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
    r"(?::(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}))?(?:[/?#]\S*)?"
)


def clean(text: str) -> str:
    """Mend what `harmless` mends and drop what cannot be seen. Idempotent."""
    if text.isascii() and text.isprintable():
        return text
    text = _UNSEEN.sub("", harmless(text).replace("\u2028", "\n").replace("\u2029", "\n"))
    return _PILE.sub(r"\1", _JOINER.sub("", text))


def escape(text: str, *, addresses: bool = True) -> str:
    """Take every meaning in Markdown from a cleaned text.

    Plain web addresses stay clickable unless ``addresses`` is false, as it is for content, under which
    Discord would unfold them.
    """
    if "://" not in text:
        return _escape_words(text)
    if not addresses:
        return _escape_words(text).replace("://", f":{_BREAK}//")
    pieces = _ADDRESS.split(text)
    pieces[::2] = [_escape_words(piece).replace("://", "\\://") for piece in pieces[::2]]
    return "".join(pieces)


def _escape_words(text: str) -> str:
    for special in _SPECIALS:
        if special in text:
            text = text.replace(special, f"\\{special}")
    if "_" in text:
        text = _EDGE.sub(r"\\_", text)
    if "<" in text:
        text = _TOKEN.sub(r"\\<", text)
    text = text.replace("~~", r"\~\~").replace("||", r"\|\|")
    text = break_mentions(text)
    if "\n" in text:
        return _LEAD.sub(r"\1\\", text)
    lead = _LEAD.match(text)
    return f"{lead[0]}\\{text[lead.end() :]}" if lead else text


def break_mentions(text: str) -> str:
    """Put a zero-width space behind every ``@`` that could call somebody."""
    return _MENTION.sub(f"@{_BREAK}", text) if "@" in text else text


def inline(text: str, limit: int, *, addresses: bool = True) -> str:
    """Hostile text as one line of Markdown that means nothing but itself."""
    line = " ".join(clean(preview(text, limit)).split())
    return cut(escape(line, addresses=addresses), limit)


def block(text: str, limit: int) -> str:
    """Hostile text as paragraphs of Markdown; runs of blank lines shrink to one."""
    lines = clean(preview(text, limit)).expandtabs(4).strip()
    return cut(escape(re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n\n", lines)), limit)


def plain(text: str, limit: int) -> str:
    """Hostile text for places without Markdown."""
    return cut(break_mentions(" ".join(clean(preview(text, limit)).split())), limit)


def code(text: str, limit: int, language: str = "") -> str:
    """Hostile text in a fenced block of at most ``limit`` (>= 40) units; backticks become look-alikes."""
    room = limit - len(f"{FENCE}{language}\n\n{FENCE}")
    return f"{FENCE}{language}\n{cut(_defuse(clean(preview(text, limit))), room)}\n{FENCE}"


def span(text: str, limit: int) -> str:
    """Hostile text as inline code."""
    return f"`{cut(_defuse(' '.join(clean(preview(text, limit)).split())) or ' ', limit - 2)}`"


def _defuse(text: str) -> str:
    return break_mentions(text).replace("`", "\u02cb")


def moment(at: datetime, style: MomentStyle = "R") -> str:
    """A time that each reader sees in their own words: ``<t:unix:R>``; Discord counts in seconds."""
    return f"<t:{int(at.timestamp())}:{style}>"


def address(url: str, limit: int = 2_048) -> str:
    """The url if it is http or https and fits, quoted to end neither link nor italics; else ``""``."""
    scheme, mark, rest = url.partition("://")
    if scheme.lower() not in {"http", "https"} or not mark or len(url) > limit or not url.isprintable():
        return ""
    url = f"{scheme.lower()}://{rest}"
    quoted = _EDGE.sub("%5F", quote(url, safe=_URL_SAFE, errors="replace"))
    return quoted if len(quoted) <= limit and quoted.partition("://")[2].strip("/") else ""


def public_address(url: str, limit: int = 2_048) -> str:
    """The url if Discord takes it for an embed's title or a link button, else ``""``.

    There Discord refuses the whole message for a host without a top-level domain, such as
    ``http://prometheus:9090`` (50035, "Not a well formed URL"); `link` may carry those.
    """
    target = address(url, limit)
    return target if _PUBLIC.fullmatch(target) else ""


def link(title: str, url: str) -> str:
    """A masked link, or ``""`` for a url nobody should click."""
    target = address(url)
    if not target:
        return ""
    words = " ".join(_MASK.sub(" ", break_mentions(clean(title[:200]))).split())
    host = host_of(target)
    if any(not _is_part(named.lower(), host) for named in _HOST.findall(words)):
        words = host  # a title that names another place than where it leads
    return f"[{cut(words, 60) or 'Link'}]({target})"


def host_of(url: str) -> str:
    """The host that an address leads to, ``""`` for none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_part(named: str, host: str) -> bool:
    named = named.removeprefix("www.")
    return host == named or host.endswith(f".{named}")


def who(actor: Actor) -> str:
    """A person as a mention (which wakes nobody inside an embed), anybody else by name."""
    if actor.kind is ActorKind.PERSON and is_snowflake(actor.ident):
        return f"<@{actor.ident}>"
    return inline(actor.name, 60) or str(actor.kind)


def sentence(text: str, limit: int = 1_500) -> str:
    """Our own words around somebody else's: escaped, but people stay mentions. For ephemeral answers."""
    return _PERSON.sub(r"<@\1>", inline(text, limit, addresses=False))
