"""The alerts of kube-prometheus' stock rules, by their documented labels: each card names the patient."""

import statistics
from typing import NamedTuple

import pytest

from bot.cards.alert.alert import AlertView, headline, places, render
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.cause import find_cause
from bot.providers.alertmanager import Alertmanager
from tests.cards.world import NOON, TAG


class Rules(NamedTuple):
    """Rules whose alerts carry the same labels: ``patients`` are those that name whose trouble it is."""

    names: str
    labels: dict[str, str]
    patients: tuple[str, ...]
    description: str
    service: str = ""


KSM = {"job": "kube-state-metrics", "instance": "10.244.3.17:8443", "prometheus": "monitoring/k8s"}
NODE = {
    "job": "node-exporter",
    "service": "node-exporter",
    "namespace": "monitoring",
    "instance": "worker-3",
    "pod": "node-exporter-x2x",
    "container": "node-exporter",
    "prometheus": "monitoring/k8s",
}
PROMETHEUS = {
    "job": "prometheus-k8s",
    "service": "prometheus-k8s",
    "namespace": "monitoring",
    "pod": "prometheus-k8s-0",
    "container": "prometheus",
    "instance": "10.244.1.9:9090",
}
ALERTMANAGER = {
    "job": "alertmanager-main",
    "service": "alertmanager-main",
    "namespace": "monitoring",
    "pod": "alertmanager-main-1",
    "container": "alertmanager",
    "instance": "10.244.1.8:9093",
}
OPERATOR = {
    "job": "prometheus-operator",
    "service": "prometheus-operator",
    "namespace": "monitoring",
    "pod": "prometheus-operator-6d",
    "controller": "alertmanager",
    "instance": "10.244.1.7:8443",
}
POD = {"namespace": "payments", "pod": "checkout-7d9f", "container": "checkout"}

STOCK = (
    Rules(
        "KubePodCrashLooping",
        KSM | POD,
        ("payments", "checkout-7d9f"),
        "Pod {pod} keeps crashing",
        "checkout",
    ),
    Rules(
        "KubePodNotReady",
        {"namespace": "payments", "pod": "cart-1"},
        ("payments", "cart-1"),
        "Pod {pod} waits",
    ),
    Rules(
        "KubeContainerWaiting CPUThrottlingHigh",
        POD,
        ("checkout-7d9f",),
        "{container} of {pod} waits",
        "checkout",
    ),
    Rules(
        "KubeDeploymentGenerationMismatch KubeDeploymentReplicasMismatch KubeDeploymentRolloutStuck",
        KSM | {"namespace": "shop", "deployment": "cart"},
        ("shop", "cart"),
        "Deployment {namespace}/{deployment} is behind",
        "cart",
    ),
    Rules(
        "KubeStatefulSetReplicasMismatch KubeStatefulSetGenerationMismatch KubeStatefulSetUpdateNotRolledOut",
        KSM | {"namespace": "shop", "statefulset": "orders-db"},
        ("shop", "orders-db"),
        "StatefulSet {namespace}/{statefulset} is behind",
        "orders-db",
    ),
    Rules(
        "KubeDaemonSetRolloutStuck KubeDaemonSetNotScheduled KubeDaemonSetMisScheduled",
        KSM | {"namespace": "kube-system", "daemonset": "cni"},
        ("kube-system", "cni"),
        "3 pods of DaemonSet {namespace}/{daemonset} are not where they belong",
        "cni",
    ),
    Rules(
        "KubeJobNotCompleted KubeJobFailed",
        KSM | {"namespace": "batch", "job_name": "nightly-28391440"},
        ("batch", "nightly-28391440"),
        "Job {namespace}/{job_name} did not end well",
        "nightly",
    ),
    Rules(
        "KubeHpaReplicasMismatch KubeHpaMaxedOut",
        KSM | {"namespace": "shop", "horizontalpodautoscaler": "cart-hpa"},
        ("shop", "cart-hpa"),
        "HPA {namespace}/{horizontalpodautoscaler} is at its bound",
    ),
    Rules(
        "KubePdbNotEnoughHealthyPods",
        KSM | {"namespace": "shop", "poddisruptionbudget": "pdb"},
        ("shop", "pdb"),
        "PDB {poddisruptionbudget} lacks pods",
    ),
    Rules(
        "KubeQuotaAlmostFull KubeQuotaFullyUsed KubeQuotaExceeded",
        KSM | {"namespace": "shop", "resource": "pods", "resourcequota": "team"},
        ("shop", "team"),
        "Namespace {namespace} uses 97 % of its {resource} quota",
    ),
    Rules(
        "KubePersistentVolumeFillingUp KubePersistentVolumeInodesFillingUp",
        {"job": "kubelet", "namespace": "shop", "persistentvolumeclaim": "data-pg-0", "node": "worker-2"},
        ("shop", "data-pg-0"),
        "The volume claimed by {persistentvolumeclaim} is full",
    ),
    Rules(
        "KubePersistentVolumeErrors",
        KSM | {"persistentvolume": "pv-7"},
        ("pv-7",),
        "Volume {persistentvolume} failed",
    ),
    Rules(
        "KubeNodeNotReady KubeNodeUnreachable KubeNodePressure KubeNodeEviction KubeNodeReadinessFlapping",
        KSM | {"node": "worker-3", "condition": "Ready", "status": "true"},
        ("worker-3",),
        "{node} is not well",
    ),
    Rules(
        "KubeletTooManyPods KubeletPlegDurationHigh KubeletPodStartUpLatencyHigh "
        "KubeletServerCertificateExpiration KubeletClientCertificateExpiration "
        "KubeletClientCertificateRenewalErrors",
        {"job": "kubelet", "node": "worker-4", "instance": "10.0.0.4:10250"},
        ("worker-4",),
        "The kubelet on {node} has trouble",
    ),
    Rules(
        "KubeletDown KubeAPIDown KubeSchedulerDown KubeControllerManagerDown KubeProxyDown",
        {"job": "apiserver"},
        ("apiserver",),
        "It has vanished from discovery",
        "apiserver",
    ),
    Rules(
        "KubeClientErrors KubeClientCertificateExpiration",
        {"job": "apiserver", "instance": "10.0.0.1:6443"},
        ("10.0.0.1:6443",),
        "Clients of {instance} see errors",
        "apiserver",
    ),
    Rules(
        "KubeAggregatedAPIErrors KubeAggregatedAPIDown",
        {"name": "v1beta1.metrics.k8s.io", "namespace": "default"},
        ("v1beta1.metrics.k8s.io",),
        "The API {name} fails",
    ),
    Rules(
        "KubeAPIErrorBudgetBurn",
        {"long": "1h", "short": "5m"},
        ("1h", "5m"),
        "The API server burns its budget",
    ),
    Rules(
        "NodeFilesystemSpaceFillingUp NodeFilesystemAlmostOutOfSpace NodeFilesystemFilesFillingUp "
        "NodeFilesystemAlmostOutOfFiles",
        NODE | {"device": "/dev/sda1", "mountpoint": "/srv", "fstype": "ext4"},
        ("/srv", "/dev/sda1", "worker-3"),
        "{mountpoint} on {device} at {instance} has 2.1 % left",
    ),
    Rules(
        "NodeNetworkReceiveErrs NodeNetworkTransmitErrs NodeNetworkInterfaceFlapping NodeDiskIOSaturation "
        "NodeRAIDDegraded NodeRAIDDiskFailure NodeBondingDegraded",
        NODE | {"device": "md0"},
        ("md0", "worker-3"),
        "{device} at {instance} has errors",
    ),
    Rules(
        "NodeHighNumberConntrackEntriesUsed NodeTextFileCollectorScrapeError NodeClockSkewDetected "
        "NodeClockNotSynchronising NodeFileDescriptorLimit NodeCPUHighUsage NodeSystemSaturation "
        "NodeMemoryMajorPagesFaults NodeMemoryHighUtilization",
        NODE,
        ("worker-3",),
        "{instance} is not well",
    ),
    Rules(
        "NodeSystemdServiceFailed",
        NODE | {"name": "sshd.service"},
        ("sshd.service", "worker-3"),
        "{name} failed",
    ),
    Rules(
        "PrometheusBadConfig PrometheusNotificationQueueRunningFull PrometheusNotConnectedToAlertmanagers "
        "PrometheusTSDBReloadsFailing PrometheusTSDBCompactionsFailing PrometheusNotIngestingSamples "
        "PrometheusRuleFailures PrometheusMissingRuleEvaluations PrometheusTargetLimitHit "
        "PrometheusHighQueryLoad",
        PROMETHEUS,
        ("prometheus-k8s-0",),
        "Prometheus {namespace}/{pod} has trouble",
        "prometheus-k8s",
    ),
    Rules(
        "PrometheusRemoteStorageFailures PrometheusRemoteWriteBehind PrometheusRemoteWriteDesiredShards",
        PROMETHEUS | {"remote_name": "far", "url": "http://far.example.org/push"},
        ("prometheus-k8s-0", "http://far.example.org/push"),
        "Prometheus {namespace}/{pod} lags behind {url}",
        "prometheus-k8s",
    ),
    Rules(
        "AlertmanagerFailedReload AlertmanagerMembersInconsistent AlertmanagerFailedToSendAlerts",
        ALERTMANAGER | {"integration": "webhook"},
        ("alertmanager-main-1",),
        "Alertmanager {namespace}/{pod} has trouble with {integration}",
        "alertmanager-main",
    ),
    Rules(
        "AlertmanagerClusterFailedToSendAlerts AlertmanagerConfigInconsistent AlertmanagerClusterDown "
        "AlertmanagerClusterCrashlooping",
        {"namespace": "monitoring", "service": "alertmanager-main"},
        ("alertmanager-main",),
        "Half of {service} is down",
        "alertmanager-main",
    ),
    Rules(
        "PrometheusOperatorListErrors PrometheusOperatorWatchErrors PrometheusOperatorReconcileErrors "
        "PrometheusOperatorNotReady ConfigReloaderSidecarErrors",
        OPERATOR,
        ("prometheus-operator-6d",),
        "{controller} in {namespace} fails",
        "prometheus-operator",
    ),
    Rules(
        "KubeStateMetricsListErrors KubeStateMetricsWatchErrors KubeStateMetricsShardingMismatch",
        {"job": "kube-state-metrics"},
        ("kube-state-metrics",),
        "It sees errors",
    ),
    Rules(
        "TargetDown",
        {"job": "cart", "namespace": "shop", "service": "cart"},
        ("shop", "cart"),
        "{job} is down",
        "cart",
    ),
)
CASES = [(name, rules) for rules in STOCK for name in rules.names.split()]


def read(name: str, rules: Rules) -> Alert:
    annotations = {
        "summary": "Something that all alerts of this rule say.",
        "description": rules.description.format(**rules.labels) + ".",
    }
    sent = {"status": "firing", "labels": {"alertname": name, **rules.labels}, "annotations": annotations}
    signal = Alertmanager().parse({"alerts": [sent]}).signals[0][1]
    return Alert(
        id=7,
        project_id=1,
        source_id=1,
        recurrence_id=1,
        signature="s",
        state=State.NEW,
        severity=signal.severity,
        name=signal.name,
        summary=signal.summary,
        description=signal.description,
        labels=signal.labels,
        namespace=signal.namespace,
        service=signal.service,
        target=signal.target,
        opened_at=NOON,
        last_seen_at=NOON,
    )


@pytest.mark.parametrize(("name", "rules"), CASES, ids=[name for name, _ in CASES])
def test_title_place_and_cause_name_the_patient(name: str, rules: Rules) -> None:
    alert = read(name, rules)
    assert name in headline(alert)
    told = places(alert)
    patients = [rules.labels.get(each, each) for each in rules.patients]
    assert all(any(patient in place for place in told) for patient in patients), told
    assert not {"10.244.3.17:8443", "node-exporter-x2x"} & set(told)
    assert len(told) <= 4
    cause = find_cause(alert.name, alert.summary, alert.description, alert.labels)
    described = rules.description.format(**rules.labels)
    assert described in cause
    if any(patient in described for patient in patients):
        assert cause.startswith(described)
    assert alert.service == rules.service


def test_the_card_is_short() -> None:
    texts = [
        render(AlertView(alert=read(*case), source_name="prod", tag=TAG)).embeds[0].description
        for case in CASES
    ]
    assert statistics.median(map(len, texts)) <= 260


def test_two_mounts_of_one_node_read_differently() -> None:
    rules = next(rules for rules in STOCK if "mountpoint" in rules.labels)
    other = rules._replace(labels=rules.labels | {"mountpoint": "/var"})
    one, two = (read("NodeFilesystemAlmostOutOfSpace", each) for each in (rules, other))
    assert places(one) != places(two)
