"""Whatever a sender posts, Discord takes every message that is made of it; ``bench payload`` tries more."""

from tests.cards.payload import try_alerts

ALERTS = 600


def test_no_message_about_a_hostile_alert_is_refused() -> None:
    tally = try_alerts(ALERTS, "law")
    assert tally.refused == []
    assert tally.alerts >= ALERTS
    assert tally.unreadable < tally.requests / 4, "too few requests were understood to prove anything"
