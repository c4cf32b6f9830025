"""Alerts of one name that are open together read differently."""

from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from tests.senders import Send, firing

LAGGING = {"topic": "orders", "consumergroup": "billing", "partition": "3", "instance": "k:9308"}


async def targets(desk: Desk, *alert_ids: int) -> list[str]:
    return [(await alert_query.find(desk, alert_id)).view.alert.target for alert_id in alert_ids]


async def test_what_differs_from_an_open_one_is_told(desk: Desk, send: Send) -> None:
    target = "topic orders · consumergroup billing · partition 3 · k:9308"
    await send(firing("Lag", fingerprint="1", labels={**LAGGING, "lane": "a"}, target=target))
    await send(firing("Lag", fingerprint="2", labels={**LAGGING, "lane": "b"}, target=target))
    assert await targets(desk, 1, 2) == [
        target,
        "topic orders · consumergroup billing · partition 3 · lane b",
    ]


async def test_two_that_come_together_are_both_told_apart(desk: Desk, send: Send) -> None:
    ones = [
        firing("Till", fingerprint=till, labels={"job": "pos", "till": till}, target="pos")
        for till in ("7", "8")
    ]
    await send(*ones)
    assert await targets(desk, 1, 2) == ["pos · till 7", "pos · till 8"]


async def test_what_the_sender_named_outright_stays_first(desk: Desk, send: Send) -> None:
    await send(firing("Backup", fingerprint="4", labels={"repo": "srv"}, target="nas-01"))
    await send(firing("Backup", fingerprint="5", labels={"repo": "home"}, target="nas-01"))
    assert await targets(desk, 1, 2) == ["nas-01", "nas-01 · repo home"]


async def test_alerts_of_other_names_or_places_are_not_compared(desk: Desk, send: Send) -> None:
    await send(firing("Disk", fingerprint="6", labels={"repo": "srv"}, target="nas-01"))
    await send(firing("Cpu", fingerprint="7", labels={"repo": "home"}, target="nas-01"))
    await send(firing("Disk", fingerprint="8", labels={"repo": "home"}, target="nas-02"))
    assert await targets(desk, 1, 2, 3) == ["nas-01", "nas-01", "nas-02"]
