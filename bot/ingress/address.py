"""Address: what the path and the query of a request to a source say; a token in them goes no further.

A token may stand behind the provider's name (``/v1/hooks/sns/toc_...``) or in the query (``?token=toc_...``,
as Gotify's clients write it), for those senders that can show it nowhere else.
"""

from typing import Final

import msgspec
from aiohttp import web

from bot.ingress.problem import ProblemType, Refusal
from bot.providers.sender import Provider
from bot.usecases.admin.source import TOKEN_PREFIX

_IN_QUERY: Final = ("token", "key")
MAX_QUERY: Final = 256
"""Fields of a query that are read."""


class Address(msgspec.Struct, frozen=True):
    """``token`` is "" when there is none; ``tail`` and ``query`` are what remains."""

    token: str
    tail: str
    query: dict[str, str]


def read_address(request: web.BaseRequest, provider: Provider, tail: str) -> Address:
    """Take the token out of the address, if this provider's clients may put one there.

    Raises:
        Refusal: something follows the provider's name that means nothing, or the query has too many fields.
    """
    token = ""
    if provider.url_token and tail.startswith(TOKEN_PREFIX):
        token, _, tail = tail.partition("/")
    if tail and not provider.accepts(tail):
        raise Refusal(
            ProblemType.NOT_FOUND, f"Senders of {provider.name} append nothing like this.", field="path"
        )
    fields = request.query
    if len(fields) > MAX_QUERY:
        raise Refusal(ProblemType.UNREADABLE, f"The query has more than {MAX_QUERY} fields.", field="query")
    query = dict(fields)
    if provider.url_token:
        for name in _IN_QUERY:
            if query.get(name, "").startswith(TOKEN_PREFIX):
                token = token or query[name]
                del query[name]
    return Address(token, tail, query)
