import pytest

from bot.domain.alert.place import MOST, Place, find_place, is_scraper, tell_apart

KSM = {"job": "kube-state-metrics", "instance": "10.244.3.17:8443"}
NODE = {
    "job": "node-exporter",
    "service": "node-exporter",
    "namespace": "monitoring",
    "pod": "node-exporter-x2x",
    "container": "node-exporter",
    "instance": "10.0.0.3:9100",
}


@pytest.mark.parametrize(
    ("labels", "namespace", "service", "target"),
    [
        ({}, "", "", ""),
        (
            {**KSM, "namespace": "payments", "pod": "checkout-7d9f", "container": "checkout"},
            *("payments", "checkout", "checkout-7d9f · checkout"),
        ),
        (
            {**KSM, "namespace": "batch", "job_name": "nightly-28391440"},
            "batch",
            "nightly",
            "nightly-28391440",
        ),
        ({**KSM, "namespace": "monitoring", "node": "worker-3", "condition": "Ready"}, "", "", "worker-3"),
        ({**NODE, "mountpoint": "/srv", "device": "sda1"}, "", "", "/srv · sda1 · 10.0.0.3:9100"),
        (
            {
                "exported_namespace": "shop",
                "name": "shop-tls",
                "namespace": "cert-manager",
                "pod": "cert-manager-7",
            },
            *("shop", "", "shop-tls"),
        ),
        (
            {"exported_instance": "nas-01", "instance": "pushgateway:9091", "job": "backup"},
            "",
            "backup",
            "nas-01",
        ),
        (
            {
                "job": "kubelet",
                "instance": "10.0.0.4:10250",
                "node": "w-2",
                "persistentvolumeclaim": "data-pg-0",
            },
            *("", "", "data-pg-0 · w-2"),
        ),
        (
            {"job": "rabbitmq-exporter", "instance": "rmq:9419", "queue": "orders", "vhost": "/"},
            *("", "", "queue orders · vhost / · rmq:9419"),
        ),
        ({"job": "snmp", "instance": "switch-1", "ifName": "Gi0/1"}, "", "", "Gi0/1 · switch-1"),
        ({"job": "pve", "instance": "pve.lan", "id": "qemu/101"}, "", "", "id qemu/101 · pve.lan"),
        (
            {"job": "postgres", "instance": "pg:9187", "datname": "app"},
            "",
            "postgres",
            "datname app · pg:9187",
        ),
        (
            {"k8s.pod.name": "cart-1", "k8s.namespace.name": "shop", "service.name": "cart"},
            "shop",
            "cart",
            "cart-1",
        ),
    ],
)
def test_the_patient_is_named_and_not_who_measured_it(
    labels: dict[str, str], namespace: str, service: str, target: str
) -> None:
    assert find_place(labels) == Place(namespace, service, target)


@pytest.mark.parametrize(
    ("labels", "target"),
    [
        ({"job": "node-exporter", "namespace": "monitoring", "service": "node-exporter"}, "node-exporter"),
        ({"job": "apiserver"}, "apiserver"),
        ({"job": "etcd", "instance": "10.0.0.1:2379"}, "10.0.0.1:2379"),
        ({"job": "redis-exporter", "instance": "redis-1:9121"}, "redis-1:9121"),
        ({"job": "blackbox", "instance": "https://example.org"}, "https://example.org"),
    ],
)
def test_where_nothing_else_tells_the_exporter_is_the_patient(labels: dict[str, str], target: str) -> None:
    assert find_place(labels).target == target


def test_what_sets_an_alert_apart_is_told_even_where_there_is_no_room() -> None:
    one = {"topic": "orders", "consumergroup": "billing", "partition": "3", "instance": "k:9308", "lane": "a"}
    other = {**one, "lane": "b"}
    assert find_place(one) == find_place(other)
    assert tell_apart(one, [other]) == ("lane",)
    assert find_place(one, ("lane",)).target == "topic orders · consumergroup billing · partition 3 · lane a"
    assert find_place({"job": "pos", "till": "7"}, ("till",)).target == "till 7"


def test_a_place_is_bounded_whatever_the_labels_are() -> None:
    labels = {f"label{number}": "x" * 2_000 for number in range(100)} | {"pod": "y" * 2_000}
    place = find_place(labels, tuple(labels))
    assert len(place.target) < 1_100
    assert place.target.count(" · ") < MOST


@pytest.mark.parametrize(
    "name", ["node-exporter", "kps-kube-state-metrics", "integrations/unix", "prod/blackbox"]
)
def test_a_scraper_is_known_by_its_name(name: str) -> None:
    assert is_scraper(name)
    assert not is_scraper("checkout")
    assert not is_scraper("prometheus-k8s")
