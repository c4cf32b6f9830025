"""OpenAPI: what the HTTP server takes and answers.

Answers are generated from the types that make them, bodies from the providers' own examples.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import msgspec

from bot.domain.errors import InvalidInputError
from bot.ingress.api import document as api_document
from bot.ingress.hook import Accepted
from bot.ingress.problem import CONTENT_TYPE, ProblemDocument, ProblemType
from bot.ingress.readiness import ReadinessReport
from bot.providers.registry import PROVIDERS
from bot.providers.sender import Provider

_VERSION: Final = "1"
_EXAMPLE_AT: Final = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)
_HOOK_REASONS: Final = (
    ProblemType.UNREADABLE,
    ProblemType.UNAUTHENTICATED,
    ProblemType.METHOD_NOT_ALLOWED,
    ProblemType.TOO_SLOW,
    ProblemType.TOO_LARGE,
    ProblemType.UNSUPPORTED_MEDIA,
    ProblemType.TOO_MANY_ALERTS,
    ProblemType.NOT_DURABLE,
)
_DESCRIPTION: Final = (
    "Alerts come in here. An answer of 202 means that they are on disk; after any other answer nothing was "
    "stored. A token is shown once, when its source is added."
)
_SIGNATURE: Final = (
    "sha256= and the hex of HMAC-SHA256(signing secret, timestamp + '.' + body); X-Tocsin-Timestamp holds "
    "the Unix time, at most 5 minutes away, and X-Tocsin-Source may name the source."
)

_TYPES: Final = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}

Json = dict[str, Any]


@cache
def document() -> bytes:
    """The whole document as JSON."""
    (accepted, problem, report), components = msgspec.json.schema_components(
        (Accepted, ProblemDocument, ReadinessReport), ref_template="#/components/schemas/{name}"
    )
    paths: Json = {
        f"/v1/hooks/{provider.name}": {"post": _hook(provider, accepted, problem)}
        for provider in PROVIDERS.values()
    }
    paths["/healthz"] = _get("Whether the process lives", {"200": _plain("It does.", "application/json")})
    paths["/readyz"] = _get(
        "Whether alerts can be stored and shown",
        {
            "200": _content("All of it works.", "application/json", report),
            "503": _content("Something does not.", "application/json", report),
        },
    )
    paths["/metrics"] = _get(
        "Counts for Prometheus; for this machine, and for others with the token of any source",
        {
            "200": _plain("Text format 0.0.4.", "text/plain"),
            "401": _content(ProblemType.UNAUTHENTICATED.title, CONTENT_TYPE, problem),
        },
    )
    api_paths, api_schemas = api_document.describe()
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Tocsin", "version": _VERSION, "description": _DESCRIPTION},
            "paths": paths | api_paths,
            "components": {
                "schemas": components | api_schemas,
                "securitySchemes": _SECURITY | api_document.SECURITY,
            },
        }
    )


_SECURITY: Final[Json] = {
    "token": {"type": "http", "scheme": "bearer", "description": "The token of a source."},
    "password": {"type": "http", "scheme": "basic", "description": "The token as password, any user."},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Tocsin-Signature",
        "description": _SIGNATURE,
    },
}


def _hook(provider: Provider, accepted: Json, problem: Json) -> Json:
    refusals: dict[int, list[str]] = {}
    for reason in _HOOK_REASONS:
        refusals.setdefault(reason.status, []).append(reason.title)
    example = provider.example(_EXAMPLE_AT)
    body = {"schema": _body_schema(provider, example), "example": example}
    return {
        "operationId": f"send_{provider.name}",
        "summary": f"Alerts from {provider.title}",
        "security": [{name: []} for name in _SECURITY],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            str(provider.success): _content("Stored.", "application/json", accepted),
            **{
                str(status): _content(" ".join(titles), CONTENT_TYPE, problem)
                for status, titles in refusals.items()
            },
        },
    }


def _body_schema(provider: Provider, example: Json) -> Json:
    """The shape of the example; a list of such where the provider reads one."""
    one = _shape(example)
    try:
        provider.parse([example])
    except InvalidInputError:
        return one
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _shape(value: object) -> Json:
    """What ``value`` is an example of; more fields than it has are welcome."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: _shape(inner) for name, inner in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": _shape(value[0])} if value else {"type": "array"}
    return {"type": _TYPES[type(value)]}


def _get(summary: str, responses: Json) -> Json:
    return {"get": {"summary": summary, "responses": responses}}


def _content(description: str, media: str, schema: Json) -> Json:
    return {"description": description, "content": {media: {"schema": schema}}}


def _plain(description: str, media: str) -> Json:
    kind = "string" if media == "text/plain" else "object"
    return _content(description, media, {"type": kind})
