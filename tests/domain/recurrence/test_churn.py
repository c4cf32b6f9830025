"""Labels that make many of what is one are found, machines are left alone."""

import msgspec

from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.signature import signature
from bot.domain.recurrence.churn import LEAST, Kin, suggest


def kin(count: int, name: str = "Crash", episodes: int = 1, **labels: str) -> list[Kin]:
    return [
        Kin(number, name, episodes, {key: value.replace("#", str(number)) for key, value in labels.items()})
        for number in range(count)
    ]


def test_these_14_differ_only_by_pod() -> None:
    (found,) = suggest(kin(14, pod="cart-#", namespace="shop"))
    assert (found.name, found.labels, found.count) == ("Crash", ("pod",), 14)
    assert found.examples == ("cart-0", "cart-1", "cart-10")


def test_labels_that_go_together_are_suggested_together() -> None:
    (found,) = suggest(kin(6, pod="cart-#", pod_ip="10.0.0.#", team="a"))
    assert found.labels == ("pod", "pod_ip")


def test_two_services_are_two_suggestions() -> None:
    members = [*kin(6, pod="a-#", app="a"), *kin(7, pod="b-#", app="b")]
    assert [(each.count, each.labels) for each in suggest(members)] == [(7, ("pod",)), (6, ("pod",))]


def test_machines_come_back_and_are_no_churn() -> None:
    assert suggest(kin(14, episodes=9, instance="node-#")) == []


def test_few_are_no_pattern() -> None:
    assert suggest(kin(LEAST - 1, pod="cart-#")) == []


def test_what_is_ignored_already_is_not_suggested_again() -> None:
    assert suggest(kin(14, pod="cart-#"), frozenset({"pod"})) == []


def test_what_churns_by_name_counts_where_a_fingerprint_covers_it() -> None:
    (found,) = suggest(kin(14, request_id="r#", team="a"))
    assert found.labels == ("request_id",)


def signal(**changes: object) -> Signal:
    plain = Signal(status=Status.FIRING, name="Crash", severity=Severity.WARNING)
    return msgspec.structs.replace(plain, **changes)


def test_ignored_labels_make_one_of_many_even_against_a_fingerprint() -> None:
    codes = {
        signature(
            "p", "s", signal(fingerprint=f"f{n}", labels={"pod": f"cart-{n}", "a": "1"}, target=f"cart-{n}"),
            frozenset({"pod"}),
        )
        for n in range(14)
    }  # fmt: skip
    assert len(codes) == 1


def test_other_labels_and_places_still_tell_alerts_apart() -> None:
    ignored = frozenset({"pod"})
    one = signature("p", "s", signal(labels={"pod": "x", "a": "1"}, target="node-1"), ignored)
    assert one != signature("p", "s", signal(labels={"pod": "y", "a": "2"}, target="node-1"), ignored)
    assert one != signature("p", "s", signal(labels={"pod": "y", "a": "1"}, target="node-2"), ignored)


def test_a_signal_without_ignored_labels_stays_who_it_was() -> None:
    plain = signal(fingerprint="f", labels={"a": "1"})
    assert signature("p", "s", plain, frozenset({"pod"})) == signature("p", "s", plain)
