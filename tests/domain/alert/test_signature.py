import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.signature import churns, signature

texts = st.text(st.sampled_from("ab:1|,"), max_size=4)


def signal(**changes: object) -> Signal:
    plain = Signal(status=Status.FIRING, name="DiskFull", severity=Severity.WARNING)
    return msgspec.structs.replace(plain, **changes)


def test_a_signature_is_22_characters_fit_for_an_address() -> None:
    code = signature("alertmanager", "main", signal())
    assert len(code) == 22
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_signature_never_changes_from_one_release_to_the_next() -> None:
    plain = signal(labels={"team": "ops"}, target="nas-01")
    assert signature("generic", "main", plain) == "fXlq9CR5L6ZENSeNMKiiGQ"
    assert signature("generic", "main", signal(fingerprint="x")) == "hg5iQGNYrG85QCqeTU1W1g"


def test_the_fingerprint_of_the_sender_decides() -> None:
    one = signal(fingerprint="f", labels={"a": "1"}, target="x")
    other = signal(fingerprint="f", labels={"a": "2"}, name="Other")
    assert signature("p", "s", one) == signature("p", "s", other)
    assert signature("p", "s", one) != signature("p", "s", signal(fingerprint="g"))


def test_two_sources_never_share_and_neither_do_two_providers() -> None:
    for same in (signal(), signal(fingerprint="f")):
        codes = {signature(provider, source, same) for provider in "pq" for source in ("s", "t")}
        assert len(codes) == 4


def test_severity_status_words_and_moments_are_no_identity() -> None:
    labels = {"team": "ops", "severity": "warning", "value": "1", "load": "0.71"}
    later = {"team": "ops", "severity": "critical", "value": "2", "load": "0.93", "trace_id": "x"}
    one = signal(labels=labels, summary="92% full")
    other = signal(
        labels=later, summary="95% full", severity=Severity.CRITICAL, status=Status.RESOLVED, group_key="g"
    )
    assert signature("p", "s", one) == signature("p", "s", other)


def test_place_and_lasting_labels_are_identity() -> None:
    variants = [
        signal(),
        signal(target="a"),
        signal(namespace="a"),
        signal(service="a"),
        signal(name="a"),
        signal(labels={"a": "a"}),
        signal(labels={"port": "443"}),
        signal(fingerprint="a"),
    ]
    assert len({signature("p", "s", variant) for variant in variants}) == len(variants)


def test_twins_of_a_pair_are_one() -> None:
    assert churns("prometheus_replica")
    assert churns("requestId")
    assert churns("free_bytes")
    assert not churns("instance")
    assert not churns("id")


@given(st.dictionaries(texts, texts))
def test_the_order_of_labels_does_not_matter(labels: dict[str, str]) -> None:
    turned = dict(reversed(labels.items()))
    assert signature("p", "s", signal(labels=labels)) == signature("p", "s", signal(labels=turned))


@given(st.lists(texts, min_size=5, max_size=5), st.lists(texts, min_size=5, max_size=5))
def test_no_two_identities_collide_by_standing_next_to_each_other(one: list[str], other: list[str]) -> None:
    assume(one != other)
    codes = {
        signature(provider, source, signal(name=name, namespace=namespace, target=target))
        for provider, source, name, namespace, target in (one, other)
    }
    assert len(codes) == 2
