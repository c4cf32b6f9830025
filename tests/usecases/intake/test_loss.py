from datetime import timedelta

from bot.usecases.intake.loss import KEPT, MOST, Losses
from tests.conftest import START


def test_what_was_lost_is_told_for_an_hour_and_counted() -> None:
    losses = Losses()
    losses.note("prom, too large", START)
    losses.note("prom, too large", START + timedelta(minutes=1))
    losses.note("ci, no JSON", START + timedelta(minutes=2))
    told = losses.told(START + timedelta(minutes=3))
    assert told == ("1 request refused: ci, no JSON", "2 requests refused: prom, too large")
    assert losses.told(START + timedelta(minutes=3) + KEPT) == ()
    losses.note("prom, too large", START + 3 * KEPT)
    assert losses.told(START + 3 * KEPT) == ("1 request refused: prom, too large",)


def test_only_so_many_kinds_are_remembered() -> None:
    losses = Losses()
    for number in range(MOST + 5):
        losses.note(f"kind {number}", START)
    assert len(losses.told(START)) == MOST
