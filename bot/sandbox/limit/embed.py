"""The limits of embeds: each part, ten a message, 6000 characters over all of them."""

from typing import Any

from bot.sandbox.limit.form import REQUIRED, Field

Json = dict[str, Any]
MAX_EMBEDS = 10
MAX_TOTAL = 6000
VISIBLE = ("title", "description", "footer", "author", "image", "thumbnail", "fields")
MEDIA_SCHEMES = ("http", "https", "attachment")
MEDIA_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def _media(field: Field, uploaded: set[str]) -> Json | None:
    if not field.is_given or not field.table():
        return None
    url = field["url"].url(schemes=MEDIA_SCHEMES)
    if url is None:
        return None
    if url.startswith("attachment://"):
        name = url.removeprefix("attachment://")
        if not name.lower().endswith(MEDIA_ENDINGS) or name not in uploaded:
            field["url"].refuse("URL_TYPE_INVALID_URL", "Not a well formed URL.")
            return None
    return {"url": url}


def _part(field: Field, key: str, high: int) -> Json | None:
    """A footer or an author: a text with a link and an icon."""
    if not field.is_given or not field.table():
        return None
    text = field[key].text(high, required=True)
    found: Json = {key: text or ""}
    for link, schemes in (("url", ("http", "https")), ("icon_url", MEDIA_SCHEMES)):
        url = field[link].url(schemes=schemes)
        if url is not None:
            found[link] = url
    return found


def _row(field: Field) -> Json:
    if not field.table():
        return {}
    return {
        "name": field["name"].text(256, required=True) or "",
        "value": field["value"].text(1024, required=True) or "",
        "inline": field["inline"].flag(),
    }


def _embed(field: Field, uploaded: set[str]) -> Json:
    if not field.table():
        return {}
    found: Json = {
        "type": "rich",
        "title": field["title"].text(256),
        "description": field["description"].text(4096),
        "url": field["url"].url(),
        "color": field["color"].integer(0, 0xFFFFFF),
        "timestamp": field["timestamp"].timestamp(),
        "footer": _part(field["footer"], "text", 2048),
        "author": _part(field["author"], "name", 256),
        "image": _media(field["image"], uploaded),
        "thumbnail": _media(field["thumbnail"], uploaded),
        "fields": [_row(row) for row in field["fields"].items(25)],
    }
    if not any(field[part].value for part in VISIBLE):
        field["description"].refuse(*REQUIRED)
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def size_of(embed: Json) -> int:
    """The characters of one embed that count for the total."""
    total = len(embed.get("title", "")) + len(embed.get("description", ""))
    total += len(embed.get("footer", {}).get("text", "")) + len(embed.get("author", {}).get("name", ""))
    return total + sum(len(row["name"]) + len(row["value"]) for row in embed.get("fields", []))


def read_embeds(field: Field, uploaded: set[str]) -> list[Json]:
    """The embeds as stored; ``uploaded`` names the files that ``attachment://`` may mean."""
    embeds = [_embed(entry, uploaded) for entry in field.items(MAX_EMBEDS)]
    if sum(size_of(embed) for embed in embeds) > MAX_TOTAL:
        field.refuse("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_TOTAL}")
    return embeds
