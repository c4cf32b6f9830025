"""Requests that real senders once made, read the way the door reads them."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.domain.access.redaction import redact
from bot.domain.alert.signal import Reading
from bot.providers.content import read_content
from bot.providers.registry import PROVIDERS
from bot.providers.sender import Request

SHARED = Path(os.environ.get("TOCSIN_PAYLOADS", "")) if os.environ.get("TOCSIN_PAYLOADS") else None


def folder() -> Path | None:
    """Where recorded requests lie beside the repository, None when there are none."""
    here = Path(__file__).resolve()
    places = [SHARED] if SHARED else [parent / "shared" / "payloads" for parent in here.parents]
    return next((place for place in places if place.is_dir()), None)


def read_sample(provider: str, sample: dict[str, Any]) -> Reading:
    """What a provider makes of a recorded request."""
    asked = sample["request"]
    headers = {name.lower(): value for name, value in asked["headers"]}
    query = dict(parse_qsl(urlsplit(asked["path"]).query))
    return read_request(
        provider, asked["body"].encode(), headers=headers, query=query, method=asked["method"]
    )


def read_request(
    provider: str,
    body: bytes,
    *,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    method: str = "POST",
    tail: str = "",
) -> Reading:
    """What a provider makes of any request."""
    known = PROVIDERS[provider]
    request = Request(
        method=method,
        tail=tail,
        content_type=(headers or {}).get("content-type", ""),
        headers=headers or {},
        query=query or {},
    )
    content = read_content(request, body, may_be_empty=known.may_be_empty)
    return known.parse(redact(known.gather(content.value, request)).value)


def load(path: Path) -> dict[str, Any]:
    """One recorded request."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
