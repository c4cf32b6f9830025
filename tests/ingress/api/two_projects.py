"""Two projects with everything in them, and every request that a route of the API can be asked with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import EnumMeta
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from bot.domain.access.token import Scope
from bot.ingress.api.entry import ROUTES
from bot.ingress.api.route import Route
from bot.usecases.admin import project as projects
from tests.ingress.door import SETUP, Door
from tests.ingress.program import Program, admit

NOWHERE = 987_654
"""A number that nothing has."""

KINDS = {
    "alert": "A-{}",
    "incident": "I-{}",
    "action": "T-{}",
    "recurrence": "R-{}",
    "work": "W-{}",
    "number": "{}",
}
NAMED = {
    "alert": ("alert",),
    "incident": ("incident",),
    "into": ("incident",),
    "recurrence": ("recurrence", "work", "alert"),
    "id": ("recurrence", "work", "alert", "number"),
    "ref": ("alert", "incident"),
    "event": ("number",),
    "run": ("number",),
}
"""Fields that name something by its ref, with the kinds of refs that fit."""

WORDS = (
    *(
        "name",
        "service",
        "namespace",
        "env",
        "source",
        "project",
        "text",
        "owner",
        "agent",
        "subject",
        "actor",
    ),
    *("action", "provider_event_id", "provider_prefix", "key", "provider"),
)
"""Fields by which a list is narrowed."""

OWN = {"assignee": "123456789012345678", "user": "123456789012345678", "owner": "123456789012345678"}


@dataclass(frozen=True)
class Tenant:
    """A project, its program, a word that stands in all its texts, and the numbers of what it has."""

    program: Program
    word: str
    project_id: int
    numbers: dict[str, int]


@dataclass(frozen=True)
class Request:
    route: Route[Any]
    path: str
    fields: dict[str, Any]
    named: bool

    @property
    def name(self) -> str:
        return f"{self.route.method} {self.path} {self.fields}"

    async def ask(self, program: Program) -> tuple[int, str]:
        """The status, and the answer without what was asked for."""
        if self.route.method == "GET":
            answer = await program.get(self.path, **self.fields)
        else:
            answer = await program.post(self.path, self.fields)
        return answer.status, answer.body.decode()


async def settle(door: Door, name: str, word: str) -> Tenant:
    """A project in which something of every kind exists and says ``word``."""
    if name != "default":
        await projects.add(door.desk, name, actor=SETUP)
    program = await admit(door, Scope.ADMIN, name=f"{word}-bot", project=name)
    firing = {"message": f"{word} is ill", "service": word, "env": word, "labels": {"host": word}}
    for title, severity in (
        (f"{word} disk", "critical"),
        (f"{word} lag", "warning"),
        (f"{word} net", "info"),
    ):
        body = {"title": title, "severity": severity, "dedupe_key": f"same/{severity}", **firing}
        assert (await program.post("/v1/alerts", body)).status == 202
    listed = (await program.get("/v1/alerts")).json["alerts"]
    first, second, _ = sorted(int(each["ref"].removeprefix("A-")) for each in listed)
    steps: list[tuple[str, dict[str, Any]]] = [
        (f"/v1/alerts/A-{first}/note", {"note": f"{word} seen before"}),
        (f"/v1/alerts/A-{second}/claim", {"owner": word}),
        ("/v1/incidents", {"alert": f"A-{first}", "title": f"{word} is down"}),
        ("/v1/slo", {"service": word, "env": word, "error_rate": 0.5, "max_error_rate": 0.1}),
        ("/v1/gate/release/bypass", {"reason": f"{word} must go", "service": word, "env": word}),
        ("/v1/runs", {"state": "failed", "key": word, "alert": f"A-{first}", "output": f"{word} broke"}),
    ]  # fmt: skip
    for path, body in steps:
        answer = await program.post(path, body)
        assert answer.status < 300, (path, answer.body)
    incident = (await program.get("/v1/incidents")).json["incidents"][0]["ref"]
    added = await program.post(f"/v1/incidents/{incident}/actions", {"text": f"{word} needs a bigger disk"})
    assert added.status in {200, 201}, added.body
    action = (await program.get("/v1/actions")).json["actions"][0]
    recurrence = (await program.get("/v1/events/dossier/recurrence", text="disk")).json["items"][0]["ref"]
    handoff = {"id": recurrence, "kind": "ticket_proposal", "note": f"{word} again"}
    handed = await program.post("/v1/events/dossier/recurrence/work-item/handoff", handoff)
    assert handed.status < 300, handed.body
    event = (await program.get("/v1/events/recent")).json["events"][-1]["id"]
    return Tenant(
        program,
        word,
        (await projects.of(door.desk, name)).project.id,
        {
            "alert": first,
            "incident": _number(incident),
            "action": _number(action["ref"]),
            "recurrence": _number(recurrence),
            "work": _number(recurrence),
            "number": _number(str(event)),
        },
    )


def requests(route: Route[Any], mine: Tenant, other: Tenant) -> Iterator[tuple[Request, Request | None]]:
    """All that may be asked of a route about ``other``; what names something has a twin naming nothing."""
    needed = {field.name: _value(field.name, field.type) for field in _fields(route) if field.required}
    named = [(kind, form) for kind, form in KINDS.items() if "{ref}" in route.path]
    for kind, form in named:
        yield tuple(
            Request(route, route.path.replace("{ref}", form.format(number)), needed, named=True)
            for number in (other.numbers[kind], NOWHERE)
        )  # type: ignore[misc]  # it is a pair
    if not named:
        yield Request(route, route.path, needed, named=False), None
    for field in _fields(route):
        for kind in NAMED.get(field.name, ()):
            path = route.path.replace("{ref}", f"I-{mine.numbers['incident']}")
            yield tuple(
                Request(
                    route,
                    path,
                    {**needed, field.name: _fit(field.type, KINDS[kind].format(number))},
                    named=True,
                )
                for number in (other.numbers[kind], NOWHERE)
            )  # type: ignore[misc]  # it is a pair
        is_filter = route.path == "/v1/alerts/claim" and field.name != "owner"
        if field.name in WORDS and (route.method == "GET" or is_filter):
            yield Request(route, route.path, {**needed, field.name: other.word}, named=False), None
        if field.name == "project":
            for name in ("default", "shop"):
                yield Request(route, route.path, {**needed, "project": name}, named=False), None


def _fields(route: Route[Any]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(route.takes)


def _value(name: str, kind: Any) -> Any:
    """Something that fits a field."""
    if name in NAMED:
        return KINDS[NAMED[name][0]].format(NOWHERE + 1)
    if name in OWN:
        return OWN[name]
    origin = get_origin(kind)
    if origin is Literal:
        return get_args(kind)[0]
    if origin in {Annotated, Union, UnionType}:
        return _value(name, get_args(kind)[0])
    if isinstance(kind, EnumMeta):
        return next(iter(kind)).value
    return 5 if kind in {int, float} else "words"


def _fit(kind: Any, ref: str) -> Any:
    """A ref as text, or as the number that the field takes."""
    wants_number = "int" in str(kind) and "str" not in str(kind)
    return int(re.sub(r"\D", "", ref)) if wants_number else ref


def _number(ref: str) -> int:
    return int(re.sub(r"\D", "", ref))


def all_requests(mine: Tenant, other: Tenant) -> list[tuple[Request, Request | None]]:
    """Of every route there is."""
    return [pair for route in ROUTES for pair in requests(route, mine, other)]
