"""Place label: what the names of labels say of a place; `alert.place` is the theory."""

from typing import Final

EXPORTED: Final = "exported_"
SAME: Final = {
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
NAMESPACED: Final = (
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
HOSTS: Final = ("node", "host", "vm_name", "server", "target", "url")
PATIENTS: Final = (
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
RANKS: Final = {name: rank for rank, name in enumerate(PATIENTS)}
NAMED_HOSTS: Final = frozenset({*HOSTS, "pod"})
CLEAR: Final = frozenset(
    {
        *NAMESPACED,
        *HOSTS,
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
SERVICES: Final = (
    *("service_name", "service", "app", "application", "app_kubernetes_io_name", "app.kubernetes.io/name"),
    *("component", "deployment", "statefulset", "daemonset", "cronjob", "job_name", "container", "job"),
)
NEVER: Final = frozenset(
    {
        *("alertname", "alertstate", "severity", "priority", "level", "prometheus", "prometheus_replica"),
        *("replica", "receive_replica", "uid", "pod_uid", "endpoint", "metrics_path", "grafana_folder"),
        *("rulename", "rule_uid", "ref_id", "datasource_uid", "team", "owner", "summary", "description"),
        *("pod_template_hash", "helm_sh_chart", "value", "__replica__", "runbook_url", "tier", "route"),
    }
)
MEASURES: Final = (
    *("exporter", "kube-state-metrics", "cadvisor", "blackbox", "pushgateway", "otel-collector"),
    *("opentelemetry-collector", "grafana-agent", "metrics-server"),
)
SCRAPERS: Final = frozenset(
    {
        *("node", "ksm", "snmp", "telegraf", "collectd", "netdata", "kubelet", "alloy", "vmagent", "pve"),
        *("unix", "windows", "statsd", "kube-prometheus-stack-kubelet"),
    }
)
WIDE: Final = frozenset(
    {
        *("env", "environment", "cluster", "cluster_name", "region", "zone", "stage", "datacenter", "dc"),
        *("availability_zone", "project", "tenant", "provider", "source", "fstype", "branch", "version"),
    }
)
LAST: Final = ("container", "service", "app", "instance", "job")
OF_SCRAPE: Final = ("namespace", "pod", "container", "service", "app", "job", "node")
TELL_OF_IT: Final = frozenset({"namespace", "pod", "container", "service", "job"})
