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

from bot.domain.text import cut, one_line

MOST: Final = 4
SEPARATOR: Final = " · "
_LONGEST: Final = 120  # of one label's value

_EXPORTED: Final = "exported_"
_SAME: Final = {
    "kubernetes_namespace": "namespace",
    "k8s.namespace.name": "namespace",
    "kubernetes_pod_name": "pod",
    "pod_name": "pod",
    "k8s.pod.name": "pod",
    "k8s.container.name": "container",
    "container_name": "container",
    "k8s.deployment.name": "deployment",
    "k8s.statefulset.name": "statefulset",
    "k8s.daemonset.name": "daemonset",
    "k8s.job.name": "job_name",
    "k8s.cronjob.name": "cronjob",
    "k8s.node.name": "node",
    "nodename": "node",
    "hostname": "host",
    "host.name": "host",
    "service.name": "service_name",
}
_NAMESPACED: Final = (
    "pod",
    "deployment",
    "statefulset",
    "daemonset",
    "replicaset",
    "job_name",
    "cronjob",
    "horizontalpodautoscaler",
    "poddisruptionbudget",
    "persistentvolumeclaim",
    "resourcequota",
)
_HOSTS: Final = ("node", "host", "vm_name", "server", "target", "url")
_PATIENTS: Final = (
    *("pod", "deployment", "statefulset", "daemonset", "replicaset", "job_name", "cronjob"),
    *("horizontalpodautoscaler", "poddisruptionbudget", "resourcequota", "persistentvolumeclaim", "node"),
    *("persistentvolume", "volume", "mountpoint", "device", "disk", "zpool", "pool", "ifName", "ifDescr"),
    *("interface", "ceph_daemon", "name", "queue", "vhost", "topic", "consumergroup", "datname", "database"),
    *(
        "schema",
        "table",
        "index",
        "scope",
        "server",
        "backend",
        "proxy",
        "vm_name",
        "id",
        "target",
        "ingress",
    ),
    *("host", "url", "monitor", "sensor", "entity", "shard", "partition", "resource", "verb", "chip"),
)
_RANKS: Final = {name: rank for rank, name in enumerate(_PATIENTS)}
_NAMED_HOSTS: Final = frozenset({*_HOSTS, "pod"})
_CLEAR: Final = frozenset(
    {
        *_NAMESPACED,
        *_HOSTS,
        *("mountpoint", "device", "ifName", "ifDescr", "interface", "name", "instance", "ingress", "monitor"),
        *(
            "namespace",
            "container",
            "service",
            "service_name",
            "job",
            "ceph_daemon",
            "persistentvolume",
            "app",
        ),
    }
)
_SERVICES: Final = (
    *("service_name", "service", "app", "application", "app_kubernetes_io_name", "app.kubernetes.io/name"),
    *("component", "deployment", "statefulset", "daemonset", "cronjob", "job_name", "container", "job"),
)
_NEVER: Final = frozenset(
    {
        *("alertname", "alertstate", "severity", "priority", "level", "prometheus", "prometheus_replica"),
        *("replica", "receive_replica", "uid", "pod_uid", "endpoint", "metrics_path", "grafana_folder"),
        *("rulename", "rule_uid", "ref_id", "datasource_uid", "team", "owner", "summary", "description"),
        *("pod_template_hash", "helm_sh_chart", "value", "__replica__", "runbook_url", "tier", "route"),
    }
)
_MEASURES: Final = (
    *("exporter", "kube-state-metrics", "cadvisor", "blackbox", "pushgateway", "otel-collector"),
    *("opentelemetry-collector", "grafana-agent", "metrics-server"),
)
_SCRAPERS: Final = frozenset(
    {
        *("node", "ksm", "snmp", "telegraf", "collectd", "netdata", "kubelet", "alloy", "vmagent", "pve"),
        *("unix", "windows", "statsd", "kube-prometheus-stack-kubelet"),
    }
)
_WIDE: Final = frozenset(
    {
        *("env", "environment", "cluster", "cluster_name", "region", "zone", "stage", "datacenter", "dc"),
        *("availability_zone", "project", "tenant", "provider", "source", "fstype", "branch", "version"),
    }
)
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
    return (
        last in _SCRAPERS or lowered.startswith("integrations/") or any(map(lowered.__contains__, _MEASURES))
    )


def find_place(labels: Mapping[str, str], apart: Collection[str] = ()) -> Place:
    """Where the patient is; ``apart`` are labels without which it would be taken for somebody else."""
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
        if name not in _NEVER and value and any(each.get(name, "") != value for each in others)
    )


def _tell(chosen: dict[str, str], apart: Collection[str], room: int) -> list[str]:
    """As many as there is room for; of what sets it apart at least one."""
    names = list(chosen)
    kept = names[:room]
    if apart and not any(name in apart or _EXPORTED + name in apart for name in kept):
        telling = next((name for name in names[room:] if name in apart), None)
        if telling is not None:
            kept = [*kept[: room - 1], telling]
    return [_say(name, chosen[name]) for name in kept]


def _say(name: str, value: str) -> str:
    """The value, with the name of its label where it alone would say nothing."""
    value = cut(one_line(value), _LONGEST)
    return value if name in _CLEAR and not value.isdigit() else f"{cut(name, _LONGEST)} {value}"


class _Known:
    """The labels of one alert under one name for each thing, without those of a known scraper."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels = {_SAME.get(name, name): value for name, value in labels.items() if value}
        self._scrape = {name: labels[name] for name in ("container", "service", "job") if name in labels}
        exported = {
            _SAME.get(name.removeprefix(_EXPORTED), name.removeprefix(_EXPORTED))
            for name in labels
            if name.startswith(_EXPORTED)
        }
        own = {name: value for name, value in labels.items() if not name.startswith(_EXPORTED)}
        self._exporters = {value for value in self._scrape.values() if is_scraper(value)}
        if self._exporters:
            own = self._without_scraper(own)
        if exported:
            of_scrape = _OF_SCRAPE if exported & _TELL_OF_IT else ("pod", "container")
            own = {name: value for name, value in own.items() if name not in of_scrape}
            own |= {name: labels[_EXPORTED + name] for name in exported if _EXPORTED + name in labels}
        self._own = own

    @property
    def namespace(self) -> str:
        """Of the patient; that of an exporter says nothing."""
        return cut(one_line(self._own.get("namespace", "")), _LONGEST)

    def find_owner(self) -> str:
        """What it belongs to, never a scraper."""
        for name in _SERVICES:
            value = self._own.get(name, "")
            if value and not is_scraper(value) and not value.startswith("/"):
                return cut(one_line(_DATED.sub("", value)), _LONGEST)
        return ""

    def choose(self, apart: Collection[str]) -> Iterator[tuple[str, str]]:
        """Names and values, the most telling first."""
        seen = {self.namespace}
        for name, value in self._in_order(apart):
            if name in _LAST and len(seen) > 1 and name not in apart and self._is_told(name):
                continue
            if value not in seen:
                seen.add(value)
                yield name, value
        if len(seen) == 1:  # nothing else tells: the exporter is the patient
            last = {self._labels[name]: name for name in reversed(_LAST) if name in self._labels}
            yield from ((last[value], value) for value in reversed(last))

    def _in_order(self, apart: Collection[str]) -> Iterator[tuple[str, str]]:
        own = self._own
        patients = sorted(own.keys() & _RANKS.keys(), key=_RANKS.__getitem__)
        names = [name for name in patients if not self._is_noise(name)]
        known = {*names, *_LAST, "namespace"}
        unknown = [name for name in own if name not in known and name not in _NEVER and name[:2] != "__"]
        apart_from = [name for name in unknown if name in apart]
        yield from ((name, own[name]) for name in (*names, *apart_from))
        yield from ((name, own[name]) for name in _LAST if name in own)
        if not names:
            rest = [name for name in unknown if name not in apart and name not in _WIDE]
            yield from ((name, own[name]) for name in rest)

    def _is_noise(self, name: str) -> bool:
        """A control group is no name while a container or pod has one."""
        return name == "id" and self._own[name].startswith("/") and bool({"name", "pod"} & self._own.keys())

    def _is_told(self, name: str) -> bool:
        """Whether a label of the scrape adds nothing to what was already said."""
        if name == "instance":
            told = not _NAMED_HOSTS.isdisjoint(self._own)
            return told or any(value.startswith(("kube-state-metrics", "ksm")) for value in self._exporters)
        return name in ("job", "service", "app") or name not in self._own

    def _without_scraper(self, own: dict[str, str]) -> dict[str, str]:
        """Its pod is named after it; its namespace is its own where nothing in it lives in one."""
        own = {name: value for name, value in own.items() if value not in self._exporters}
        pod = own.get("pod", "")
        if any(pod.startswith(each) for each in self._exporters) or "exporter" in pod:
            del own["pod"]
        if not any(name in own for name in (*_NAMESPACED, "container", "service")):
            own.pop("namespace", None)
        return own


_LAST: Final = ("container", "service", "app", "instance", "job")
_OF_SCRAPE: Final = ("namespace", "pod", "container", "service", "app", "job", "node")
_TELL_OF_IT: Final = frozenset({"namespace", "pod", "container", "service", "job"})
