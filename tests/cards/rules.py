"""What Discord would say to a message: its limits and its reading of Markdown; none of it from bot.cards.

Limits: developers/resources/message.mdx, developers/components/reference.mdx. Markdown: the rules of its
client as published in SimpleAST and discord-markdown, applied at every position, which is stricter than it.
"""

import re
from typing import Any, Final

MARKS: Final = frozenset({"strong", "underline", "emphasis", "strike", "spoiler", "heading", "list", "quote"})
_URL: Final = re.compile(r"https?://([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(:\d{1,5})?([/?#]\S*)?")

_AT_LINE_START: Final = (
    ("heading", re.compile(r" *#{1,3}\s+\S")),
    ("subtext", re.compile(r"-#\s+\S")),
    ("quote", re.compile(r" *>(>>)?\s")),
    ("list", re.compile(r" *([*-]|\d+\.)\s+\S")),
)
_ANYWHERE: Final = (
    ("escape", re.compile(r"\\[^0-9A-Za-z\s]")),
    ("block", re.compile(r"```(?:[a-z0-9]+\n)?[\s\S]*?[^\n][\s\S]*?```")),
    ("code", re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")),
    ("address", re.compile(r"(?:https?|steam)://[^\s<]+[^<.,:;\"'\]\s]")),
    ("link", re.compile(r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?[a-z]+://[^\s)>]*>?\s*\)")),
    ("user", re.compile(r"<@!?\d+>")),
    ("role", re.compile(r"<@&\d+>")),
    ("channel", re.compile(r"<#\d+>")),
    ("moment", re.compile(r"<t:-?\d+(:[tTdDfFsSR])?>")),
    ("command", re.compile(r"</[^\s<>:]+( [^<>:]+)*:\d+>")),
    ("emoji", re.compile(r"<a?:\w+:\d+>")),
    ("guild", re.compile(r"<id:\w+>")),
    ("address", re.compile(r"<[^: >]+:/[^ >]+>")),
    ("everyone", re.compile(r"@(everyone|here)")),
    ("spoiler", re.compile(r"\|\|([\s\S]+?)\|\|")),
    ("strong", re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")),
    ("underline", re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")),
    ("emphasis", re.compile(r"_((?:__|\\[\s\S]|[^\\_])+?)_(?![0-9A-Za-z_])")),
    ("emphasis", re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)")),
    ("strike", re.compile(r"~~([\s\S]+?)~~(?!_)")),
)
_OPAQUE: Final = frozenset({"code", "link", "moment", "command", "everyone"})


def meanings(text: str) -> list[tuple[str, str]]:
    """Everything in the text that Discord would not show as it stands, as (kind, source), in order."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        if at == 0 or text[at - 1] == "\n":
            found += [(kind, text[at : at + 10]) for kind, rule in _AT_LINE_START if rule.match(text, at)]
        for kind, rule in _ANYWHERE:
            match = rule.match(text, at)
            if match is None:
                continue
            if kind != "escape":
                found.append((kind, match[0]))
            if kind not in _OPAQUE and match.lastindex:
                found += meanings(match[1])
            at = match.end()
            break
        else:
            at += 1
    return found


def shown(text: str) -> str:
    """A text without meanings as people see it."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text).replace("\u200b", "")


def calls(text: str) -> list[str]:
    """Mentions as a server finds them, which minds no escapes."""
    return re.findall(r"@everyone|@here|<@[!&]?\d+>", text, re.IGNORECASE)


def size(text: str) -> int:
    """The larger of code points and UTF-16 units."""
    return max(len(text), len(text.encode("utf-16-le")) // 2)


def refusals(payload: dict[str, Any]) -> list[str]:
    """Why Discord would answer 400 to this create or edit message body; empty when it takes it."""
    content, embeds, rows = payload["content"], payload["embeds"], payload["components"]
    said: list[str] = []
    if not (content.strip() or embeds or rows):
        said.append("empty message")
    _within(said, "content", content, 2000)
    if len(embeds) > 10:
        said.append("embeds")
    total = 0
    for index, embed in enumerate(embeds):
        total += _check_embed(said, f"embeds[{index}]", embed)
    if total > 6000:
        said.append(f"embeds hold {total}")
    if len(rows) > 5:
        said.append("rows")
    seen: list[str] = []
    for row in rows:
        _check_row(said, row, seen)
    if len(seen) != len(set(seen)):
        said.append("custom_id twice")
    return said


def _within(said: list[str], where: str, text: str, limit: int, *, empty: bool = True) -> int:
    if size(text) > limit:
        said.append(f"{where} is {size(text)} long")
    if not empty and not text.strip():
        said.append(f"{where} is empty")
    if re.search("[\ud800-\udfff]", text):
        said.append(f"{where} has a lone surrogate")
    return size(text)


def _check_embed(said: list[str], where: str, embed: dict[str, Any]) -> int:
    total = _within(said, f"{where}.title", embed.get("title", ""), 256)
    total += _within(said, f"{where}.description", embed.get("description", ""), 4096)
    total += _within(said, f"{where}.footer", embed.get("footer", {}).get("text", ""), 2048)
    if len(embed.get("fields", [])) > 25:
        said.append(f"{where}.fields")
    for field in embed.get("fields", []):
        total += _within(said, f"{where}.name", field["name"], 256, empty=False)
        total += _within(said, f"{where}.value", field["value"], 1024, empty=False)
    url = embed.get("url")
    if url is not None and not (_URL.fullmatch(url) and len(url) <= 2048):
        said.append(f"{where}.url {url!r}")
    if not total:
        said.append(f"{where} is empty")
    return total


def _check_row(said: list[str], row: dict[str, Any], seen: list[str]) -> None:
    parts = row["components"]
    selects = [part for part in parts if part["type"] != 2]
    if row["type"] != 1 or not parts or len(parts) > 5 or (selects and len(parts) > 1):
        said.append("row")
    for part in parts:
        if "custom_id" in part:
            seen.append(part["custom_id"])
            _within(said, "custom_id", part["custom_id"], 100, empty=False)
        if part["type"] == 2:
            _check_button(said, part)
        else:
            _check_select(said, part)


def _check_button(said: list[str], button: dict[str, Any]) -> None:
    _within(said, "label", button.get("label", ""), 80, empty="emoji" in button)
    if (button["style"] == 5) != ("url" in button) or ("url" in button) == ("custom_id" in button):
        said.append("button has the wrong target")
    if "url" in button and not (_URL.fullmatch(button["url"]) and len(button["url"]) <= 512):
        said.append(f"button url {button['url']!r}")


def _check_select(said: list[str], select: dict[str, Any]) -> None:
    _within(said, "placeholder", select.get("placeholder", ""), 150)
    options = select.get("options", [])
    if select["type"] == 3 and not 1 <= len(options) <= 25:
        said.append(f"{len(options)} options")
    for option in options:
        _within(said, "option.label", option["label"], 100, empty=False)
        _within(said, "option.value", option["value"], 100, empty=False)
        _within(said, "option.description", option.get("description", "-"), 100, empty=False)
    values = [option["value"] for option in options]
    if len(values) != len(set(values)) or sum(option.get("default", False) for option in options) > 1:
        said.append("options repeat")
