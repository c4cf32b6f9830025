"""The API in the OpenAPI document and in the index, made of the routes and their types alone."""

import re
from typing import Any, Final

import msgspec

from bot.ingress.api.entry import ROUTES
from bot.ingress.api.route import KEY, LONGEST_KEY, Route
from bot.ingress.problem import CONTENT_TYPE, ProblemDocument, ProblemType

SECURITY: Final[dict[str, Any]] = {
    "api_token": {"type": "http", "scheme": "bearer", "description": "From: tocsin token add."}
}

_REF: Final = "#/components/schemas/{name}"
_QUALIFIED: Final = re.compile(r"bot(?:\.\w+)*\.(\w+)\.(\w+)")
_ALWAYS: Final = (
    ProblemType.INVALID,
    ProblemType.UNAUTHENTICATED,
    ProblemType.FORBIDDEN,
    ProblemType.NOT_FOUND,
    ProblemType.NOT_DURABLE,
)
_OF_POSTS: Final = (
    ProblemType.CONFLICT,
    ProblemType.TOO_SLOW,
    ProblemType.TOO_LARGE,
    ProblemType.UNSUPPORTED_MEDIA,
    ProblemType.KEY_REUSED,
)

Json = dict[str, Any]


def index() -> list[str]:
    """Every address with its method."""
    return [f"{route.method} {route.path}" for route in ROUTES]


def describe() -> tuple[Json, Json]:
    """The paths, and the schemas they refer to."""
    types: list[type[msgspec.Struct]] = [ProblemDocument]
    for route in ROUTES:
        types += [route.takes, *filter(None, route.answers.values())]
    kinds = list(dict.fromkeys(types))
    found, schemas = msgspec.json.schema_components(kinds, ref_template=_REF)
    refs = dict(zip(kinds, found, strict=True))
    paths: Json = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs, schemas)
    bodies = {route.takes for route in ROUTES if route.method != "GET"}
    for spelt_out in {route.takes for route in ROUTES} - bodies:
        schemas.pop(spelt_out.__name__, None)
    return _without_modules(paths), _without_modules(schemas)


def _without_modules(part: Json) -> Json:
    """``bot.domain.alert.alert.State``, as one of two types of a name is called, becomes ``AlertState``."""
    text = msgspec.json.encode(part).decode()
    plain: Json = msgspec.json.decode(_QUALIFIED.sub(lambda found: found[1].capitalize() + found[2], text))
    return plain


def _operation(route: Route[Any], refs: dict[type[msgspec.Struct], Json], schemas: Json) -> Json:
    words = [word for word in route.path.split("/") if word not in ("", "v1")]
    name = "_".join([route.method.lower(), *(word.strip("{}").replace("-", "_") for word in words)])
    operation: Json = {
        "operationId": name,
        "summary": route.summary,
        "description": f"Scope: {route.scope}.",
        "security": [{"api_token": [route.scope.value]}],
        "parameters": _parameters(route, schemas[route.takes.__name__]),
        "responses": _responses(route, refs),
    }
    if route.method != "GET":
        operation["requestBody"] = {
            "required": bool(schemas[route.takes.__name__].get("required")),
            "content": {"application/json": {"schema": refs[route.takes]}},
        }
    return operation


def _parameters(route: Route[Any], takes: Json) -> list[Json]:
    parameters: list[Json] = []
    if "{ref}" in route.path:
        parameters.append({"name": "ref", "in": "path", "required": True, "schema": {"type": "string"}})
    if route.method != "GET":
        schema = {"type": "string", "maxLength": LONGEST_KEY}
        parameters.append({"name": KEY, "in": "header", "required": False, "schema": schema})
    if route.method == "GET":
        required = takes.get("required", [])
        parameters += [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in takes.get("properties", {}).items()
        ]
    return parameters


def _responses(route: Route[Any], refs: dict[type[msgspec.Struct], Json]) -> Json:
    answers: Json = {}
    for status, kind in route.answers.items():
        answers[str(status)] = {"description": "Done." if kind else "There is none."}
        if kind is not None:
            answers[str(status)]["content"] = {"application/json": {"schema": refs[kind]}}
    for reason in _ALWAYS if route.method == "GET" else (*_ALWAYS, *_OF_POSTS):
        content = {CONTENT_TYPE: {"schema": refs[ProblemDocument]}}
        answers[str(reason.status)] = {"description": reason.title, "content": content}
    return answers
