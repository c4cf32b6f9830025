"""Place: which of an alert's labels name the patient, rather than whoever measured it.

Theory: what scrapes a metric stamps it with labels of its own (``job``, ``instance``, ``pod``, ``container``,
``namespace``, ``service``); what is measured is named by others, or by the same with ``exported_`` before
them. So labels of the scrape come last, and those of a known exporter not at all while anything else tells;
where nothing else does, the exporter is what the alert is about.

Law: at most `MOST` labels, the most telling first, each value once.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from bot.domain.place_label import (
    CLEAR,
    EXPORTED,
    LAST,
    MEASURES,
    NAMED_HOSTS,
    NAMESPACED,
    NEVER,
    OF_SCRAPE,
    RANKS,
    SAME,
    SCRAPERS,
    SERVICES,
    TELL_OF_IT,
    WIDE,
)
from bot.domain.text import cut, one_line

MOST: Final = 4
SEPARATOR: Final = " · "
_LONGEST: Final = 120  # of one label's value
_REMEMBERED: Final = 512  # characters of all names together, of labels whose names are remembered

_DATED: Final = re.compile(r"-\d{8,}$")


class Place(NamedTuple):
    """``target`` is what names the patient within its ``namespace``; ``service`` is what it belongs to.

    Each may be empty.
    """

    namespace: str
    service: str
    target: str


@lru_cache(maxsize=4096)
def is_scraper(value: str) -> bool:
    """Whether a job, service or container of this name measures others."""
    lowered = value.lower()
    last = lowered.rpartition("/")[2]
    return last in SCRAPERS or lowered.startswith("integrations/") or any(map(lowered.__contains__, MEASURES))


def find_place(labels: Mapping[str, str], apart: Collection[str] = ()) -> Place:
    """Where the patient is; ``apart`` are labels without which it would be taken for somebody else."""
    if not apart and (usual := _find_usual(labels)) is not None:
        return usual
    known = _Known(labels)
    chosen = dict(known.choose(apart))
    namespace = known.namespace
    room = MOST - bool(namespace)
    return Place(namespace, known.find_owner(), SEPARATOR.join(_tell(chosen, apart, room)))


def tell_apart(labels: Mapping[str, str], others: Collection[Mapping[str, str]]) -> tuple[str, ...]:
    """The labels in which an alert differs from others of its name, in its own order."""
    return tuple(
        name
        for name, value in labels.items()
        if name not in NEVER and value and any(each.get(name, "") != value for each in others)
    )


def _tell(chosen: dict[str, str], apart: Collection[str], room: int) -> list[str]:
    """As many as there is room for; of what sets it apart at least one."""
    names = list(chosen)
    kept = names[:room]
    if apart and not any(name in apart or EXPORTED + name in apart for name in kept):
        telling = next((name for name in names[room:] if name in apart), None)
        if telling is not None:
            kept = [*kept[: room - 1], telling]
    return [_say(name, chosen[name]) for name in kept]


def _say(name: str, value: str) -> str:
    """The value, with the name of its label where it alone would say nothing."""
    value = cut(one_line(value), _LONGEST)
    return value if name in CLEAR and not value.isdigit() else f"{cut(name, _LONGEST)} {value}"


def _find_owner(own: Mapping[str, str], services: Collection[str]) -> str:
    for name in services:
        value = own.get(name)
        if value and (owner := _read_owner(value)):
            return owner
    return ""


@lru_cache(maxsize=1024)
def _read_owner(value: str) -> str:
    """The name of what it belongs to, "" for a scraper."""
    if is_scraper(value) or value.startswith("/"):
        return ""
    return cut(one_line(_DATED.sub("", value)), _LONGEST)


@lru_cache(maxsize=1024)
def _read_namespace(value: str) -> str:
    return cut(one_line(value), _LONGEST)


class _PlaceNames(NamedTuple):
    """Names: of what is shown, of what it may belong to, of what a scraper would stand under."""

    shown: tuple[str, ...]
    services: tuple[str, ...]
    scrape: tuple[str, ...]
    namespaced: bool


@lru_cache(maxsize=1024)
def _choose(names: tuple[str, ...]) -> _PlaceNames | None:
    """What the labels of one rule, which all have the same ``names``, come down to.

    It is found by values that stand for their names, so it holds for any that differ and name no scraper;
    None where names alone do not tell.
    """
    if any(name in SAME or name == "id" or name.startswith(EXPORTED) for name in names):
        return None
    known = _Known({name: f"={name}" for name in names})
    namespaced = "namespace" in names
    return _PlaceNames(
        tuple(name for name, _ in known.choose(()))[: MOST - namespaced],
        tuple(name for name in SERVICES if name in names),
        tuple(name for name in ("container", "service", "job") if name in names),
        namespaced,
    )


def _find_usual(labels: Mapping[str, str]) -> Place | None:
    """`find_place` where the names of the labels tell, which is a third of its cost; None elsewhere."""
    if len("".join(labels)) > _REMEMBERED or "" in labels.values():
        return None
    choice = _choose(tuple(labels))
    if choice is None:
        return None
    for name in choice.scrape:
        if is_scraper(labels[name]):
            return None
    namespace = _read_namespace(labels["namespace"]) if choice.namespaced else ""
    values = [labels[name] for name in choice.shown]
    if len({namespace, *values}) <= len(values) or (choice.namespaced and not namespace):
        return None
    return Place(
        namespace,
        _find_owner(labels, choice.services),
        SEPARATOR.join(map(_say, choice.shown, values)),
    )


class _Known:
    """The labels of one alert under one name for each thing, without those of a known scraper."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels = {SAME.get(name, name): value for name, value in labels.items() if value}
        self._scrape = {name: labels[name] for name in ("container", "service", "job") if name in labels}
        exported = {
            SAME.get(name.removeprefix(EXPORTED), name.removeprefix(EXPORTED))
            for name in labels
            if name.startswith(EXPORTED)
        }
        own = {name: value for name, value in labels.items() if not name.startswith(EXPORTED)}
        self._exporters = {value for value in self._scrape.values() if is_scraper(value)}
        if self._exporters:
            own = self._without_scraper(own)
        if exported:
            of_scrape = OF_SCRAPE if exported & TELL_OF_IT else ("pod", "container")
            own = {name: value for name, value in own.items() if name not in of_scrape}
            own |= {name: labels[EXPORTED + name] for name in exported if EXPORTED + name in labels}
        self._own = own

    @property
    def namespace(self) -> str:
        """Of the patient; that of an exporter says nothing."""
        return _read_namespace(self._own.get("namespace", ""))

    def find_owner(self) -> str:
        """What it belongs to, never a scraper."""
        return _find_owner(self._own, SERVICES)

    def choose(self, apart: Collection[str]) -> Iterator[tuple[str, str]]:
        """Names and values, the most telling first."""
        seen = {self.namespace}
        for name, value in self._in_order(apart):
            if name in LAST and len(seen) > 1 and name not in apart and self._is_told(name):
                continue
            if value not in seen:
                seen.add(value)
                yield name, value
        if len(seen) == 1:  # nothing else tells: the exporter is the patient
            last = {self._labels[name]: name for name in reversed(LAST) if name in self._labels}
            yield from ((last[value], value) for value in reversed(last))

    def _in_order(self, apart: Collection[str]) -> Iterator[tuple[str, str]]:
        own = self._own
        patients = sorted(own.keys() & RANKS.keys(), key=RANKS.__getitem__)
        names = [name for name in patients if not self._is_noise(name)]
        known = {*names, *LAST, "namespace"}
        unknown = [name for name in own if name not in known and name not in NEVER and name[:2] != "__"]
        apart_from = [name for name in unknown if name in apart]
        yield from ((name, own[name]) for name in (*names, *apart_from))
        yield from ((name, own[name]) for name in LAST if name in own)
        if not names:
            rest = [name for name in unknown if name not in apart and name not in WIDE]
            yield from ((name, own[name]) for name in rest)

    def _is_noise(self, name: str) -> bool:
        """A control group is no name while a container or pod has one."""
        return name == "id" and self._own[name].startswith("/") and bool({"name", "pod"} & self._own.keys())

    def _is_told(self, name: str) -> bool:
        """Whether a label of the scrape adds nothing to what was already said."""
        if name == "instance":
            told = not NAMED_HOSTS.isdisjoint(self._own)
            return told or any(value.startswith(("kube-state-metrics", "ksm")) for value in self._exporters)
        return name in ("job", "service", "app") or name not in self._own

    def _without_scraper(self, own: dict[str, str]) -> dict[str, str]:
        """Its pod is named after it; its namespace is its own where nothing in it lives in one."""
        own = {name: value for name, value in own.items() if value not in self._exporters}
        pod = own.get("pod", "")
        if any(pod.startswith(each) for each in self._exporters) or "exporter" in pod:
            del own["pod"]
        if not any(name in own for name in (*NAMESPACED, "container", "service")):
            own.pop("namespace", None)
        return own
