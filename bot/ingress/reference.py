"""Reference: ``GET /docs``, the OpenAPI document as one page for people, without anything from elsewhere."""

from functools import cache
from html import escape
from typing import Any, Final

import msgspec

from bot.ingress.openapi import document

_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;"
    "padding:1rem}h1{font-size:1.4rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}code,pre{font:13px/1.45 "
    "ui-monospace,monospace}details{border:1px solid #8884;border-radius:6px;margin:.35rem 0;padding:.35rem "
    ".6rem}summary{cursor:pointer;overflow-wrap:anywhere}.m{display:inline-block;min-width:3.2rem;"
    "font-weight:600}.post{color:#1a7f37}.get{color:#0969da}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;vertical-align:top;padding:.15rem .6rem .15rem 0;overflow-wrap:anywhere}"
    "pre{overflow:auto;background:#8881;padding:.5rem;border-radius:6px}"
)
_DEEPEST: Final = 3

Json = dict[str, Any]


@cache
def page() -> bytes:
    """The whole page."""
    api: Json = msgspec.json.decode(document())
    schemas = api["components"]["schemas"]
    groups: dict[str, list[str]] = {}
    for path, methods in api["paths"].items():
        words = [word for word in path.split("/") if word and word != "v1"]
        for method, operation in methods.items():
            groups.setdefault(words[0], []).append(_operation(path, method, operation, schemas))
    parts = [f"<h2>{escape(name)}</h2>{''.join(shown)}" for name, shown in groups.items()]
    title = escape(api["info"]["title"])
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} API</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style><h1>{title} API</h1><p>{escape(api['info']['description'])}</p>"
        '<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p>'
        f"{''.join(parts)}</html>"
    )
    return html.encode()


def _operation(path: str, method: str, operation: Json, schemas: Json) -> str:
    rows = "".join(_parameter(each) for each in operation.get("parameters", []))
    table = f"<table><tr><th>parameter<th>in<th>type{rows}</table>" if rows else ""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    sent = ""
    if body:
        example = body.get("example") or _example(body["schema"], schemas)
        sent = f"<p>Body</p><pre>{_pretty(example)}</pre>"
    answers = "".join(_answer(status, each, schemas) for status, each in operation["responses"].items())
    said = f"<p>{escape(operation['description'])}</p>" if "description" in operation else ""
    return (
        f'<details><summary><span class="m {method}">{method.upper()}</span><code>{escape(path)}</code> '
        f"{escape(operation['summary'])}</summary>{said}{table}{sent}<table>{answers}</table></details>"
    )


def _parameter(parameter: Json) -> str:
    need = " (required)" if parameter["required"] else ""
    kind = _kind(parameter["schema"])
    return f"<tr><td><code>{escape(parameter['name'])}</code>{need}<td>{parameter['in']}<td>{escape(kind)}"


def _answer(status: str, answer: Json, schemas: Json) -> str:
    content = answer.get("content", {}).get("application/json")
    shape = ""
    if content and status.startswith("2"):
        shape = f"<pre>{_pretty(_example(content['schema'], schemas))}</pre>"
    return f"<tr><td>{escape(status)}<td>{escape(answer['description'])}{shape}"


def _kind(schema: Json) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", "any"))
    return f"list of {_kind(schema['items'])}" if kind == "array" and schema.get("items") else kind


def _example(schema: Json, schemas: Json, depth: int = 0) -> Any:
    """The shape of a value, with its types where values stand."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas, depth)
    if "properties" in schema:
        if depth >= _DEEPEST:
            return {}
        return {name: _example(each, schemas, depth + 1) for name, each in schema["properties"].items()}
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return [_example(schema["items"], schemas, depth + 1)]
    return _kind(schema)


def _pretty(value: Any) -> str:
    return escape(msgspec.json.format(msgspec.json.encode(value)).decode())
