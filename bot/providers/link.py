"""Link: addresses out of an alert, of which only those get through that a browser opens as a page."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from bot.domain.access.rule import MARK
from bot.domain.alert.signal import MAX_LINKS, MAX_URL, Link

_PAGE: Final = re.compile(
    r"(?P<site>https?://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?)(?P<rest>(?:[/?#].*)?)", re.IGNORECASE
)
_PLAIN_PAGE: Final = re.compile(
    r"https?://[\w.-]+(?::\d{1,5})?(?:[/?#][\w.~%/:?#@!$&'()*+,;=-]*)?", re.IGNORECASE | re.ASCII
)
"""A page whose address needs no quoting, which is most of them."""
_FINE_IN_ADDRESSES: Final = "%/:?#@!$&'()*+,;="


def read_links(candidates: Iterable[tuple[str, object]]) -> tuple[Link, ...]:
    """Of pairs (title, address) the first `MAX_LINKS` that lead to a page, each address once.

    What is no text, too long, or not http(s) (``javascript:``, a bare ``?orgId=1``) is left out.
    """
    links: list[Link] = []
    for title, url in candidates:
        if url and isinstance(url, str) and len(url) <= MAX_URL:
            link = _read_link(title, url)
            if link is None or any(other.url == link.url for other in links):
                continue
            links.append(link)
            if len(links) == MAX_LINKS:
                break
    return tuple(links)


@lru_cache(maxsize=512)
def _read_link(title: str, url: str) -> Link | None:
    if _PLAIN_PAGE.fullmatch(url):
        return Link(title, url)
    page = _PAGE.fullmatch(url.strip().replace(MARK + "@", ""))
    if page is None:
        return None
    plain = page["site"] + quote(page["rest"], safe=_FINE_IN_ADDRESSES)
    return Link(title, plain) if len(plain) <= MAX_URL else None
