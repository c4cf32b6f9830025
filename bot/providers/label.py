"""Label: the maps of names to texts that come with an alert, and what they tell of its place."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypedDict

from bot.domain.alert.place import find_place
from bot.domain.alert.signal import (
    MAX_LABEL_NAME,
    MAX_LABEL_VALUE,
    MAX_LABELS,
    MAX_SAID,
    MAX_SAID_NAME,
    MAX_SAID_VALUE,
)
from bot.domain.text import cut

# What a signature without a fingerprint is made of: never to be changed, see `locate`.
NAMESPACE: Final = ("namespace", "kubernetes_namespace", "k8s.namespace.name", "exported_namespace")
SERVICE: Final = ("service", "service.name", "service_name", "job", "app", "application", "component")
TARGET: Final = ("instance", "host", "hostname", "node", "nodename", "pod", "server", "device", "monitor")

LONGEST_IDENTITY: Final = 512


class Location(TypedDict):
    """The part of a Signal that says where the patient is."""

    namespace: str
    service: str
    target: str
    identity: tuple[str, str, str] | None


_ONLY_TEXT: Final = frozenset({str})


def read_texts(value: object, field: str) -> dict[str, str]:
    """``value`` as a map of texts, whatever it is: a detail never costs the alert.

    Numbers, truths, lists and objects in it are written out, null is as good as absent. A list may hold pairs
    of a name and a value, or texts like ``name=value``; anything else is kept under the name ``field``.
    """
    if isinstance(value, dict):
        if _ONLY_TEXT.issuperset(map(type, value.values())):
            return value
        return {name: write_text(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return dict(_pairs(value, field))
    return {} if value in (None, "") else {field: write_text(value)}


def _pairs(values: list[object], field: str) -> Iterator[tuple[str, str]]:
    for number, each in enumerate(values):
        match each:
            case {"name": str(name), "value": value} | {"key": str(name), "value": value} if (
                value is not None
            ):
                yield name, write_text(value)
            case str(text) if text.find("=") > 0:
                name, _, rest = text.partition("=")
                yield name.strip(), rest.strip()
            case None:
                pass
            case _:
                yield f"{field}[{number}]", write_text(each)


def write_text(value: object) -> str:
    """A text as it is, anything else as JSON writes it."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def bound_said(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What has no role of its own, within the bounds of a Signal."""
    kept: dict[str, str] = {}
    left = MAX_SAID
    for name, text in said:
        if not left:
            break
        if plain := cut(text.strip(), MAX_SAID_VALUE):
            kept[cut(name, MAX_SAID_NAME)] = plain
            left -= 1
    return kept


def bound_labels(labels: dict[str, str]) -> dict[str, str]:
    """``labels`` within the bounds of a Signal: the first `MAX_LABELS`, long ones cut in the middle."""
    if len(labels) <= MAX_LABELS and _are_short(labels):
        return labels
    kept = list(labels.items())[:MAX_LABELS]
    return {cut(name, MAX_LABEL_NAME): cut(value, MAX_LABEL_VALUE) for name, value in kept}


def _are_short(labels: dict[str, str]) -> bool:
    """Mostly all of them together are no longer than one may be, which is quickly seen."""
    if len("".join(labels)) <= MAX_LABEL_NAME and len("".join(labels.values())) <= MAX_LABEL_VALUE:
        return True
    return (
        max(map(len, labels), default=0) <= MAX_LABEL_NAME
        and max(map(len, labels.values()), default=0) <= MAX_LABEL_VALUE
    )


def first_of(texts: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of ``names`` that says something, "" when none does."""
    for name in names:
        text = texts.get(name)
        if text:
            return text
    return ""


def locate(
    labels: Mapping[str, str], *, namespace: str = "", service: str = "", target: str = ""
) -> Location:
    """Where the patient is, by what the sender said outright, else by its labels.

    The identity follows rules of its own, which never change: else one alert would be two after an upgrade.
    """
    found = find_place(labels)
    place = (
        cut(namespace or found.namespace, MAX_LABEL_NAME),
        cut(service or found.service, MAX_LABEL_NAME),
        cut(target or found.target, MAX_LABEL_NAME),
    )
    identity = (
        cut(namespace or first_of(labels, NAMESPACE), MAX_LABEL_NAME),
        cut(service or first_of(labels, SERVICE), MAX_LABEL_NAME),
        cut(target or first_of(labels, TARGET), MAX_LABEL_NAME),
    )
    return {
        "namespace": place[0],
        "service": place[1],
        "target": place[2],
        "identity": None if identity == place else identity,
    }


def bound_identity(text: str) -> str:
    """``text``, or its digest when it is too long to keep: cutting would make different things alike."""
    if len(text) <= LONGEST_IDENTITY:
        return text
    return "blake2b:" + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
