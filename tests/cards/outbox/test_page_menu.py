"""The menu of pages leads to each alert, as far as a select has room."""

from itertools import pairwise

import pytest

from bot.cards.ids import Verb, parse
from bot.cards.outbox.page_menu import CHOSEN, page_menu
from tests.cards.crowd import held
from tests.cards.world import TAG


def labels(total: int) -> list[str]:
    menu = page_menu(Verb.BOARD, TAG, 77, total=total, size=25, held=())
    assert parse(menu.custom_id).extra == CHOSEN
    return [each.label for each in menu.options]


def test_each_page_is_an_option_as_long_as_they_fit() -> None:
    assert labels(1) == ["1 to 1"]
    assert labels(60) == ["1 to 25", "26 to 50", "51 to 60"]
    assert len(labels(625)) == 25


@pytest.mark.parametrize("total", [626, 1_000, 9_999, 12_345])
def test_beyond_that_they_are_spread_without_a_gap(total: int) -> None:
    found = [each.replace(",", "").split(" to ") for each in labels(total)]
    assert len(found) == 25
    assert found[0][0] == "1"
    assert found[-1][1] == str(total)
    assert all(int(one[1]) + 1 == int(next_[0]) for one, next_ in pairwise(found))


def test_an_option_names_its_first_alert() -> None:
    crowd = [held(number) for number in range(60, 0, -1)]
    menu = page_menu(Verb.BOARD, TAG, 77, total=60, size=25, held=crowd)
    assert [each.description for each in menu.options] == [
        "from A-60 HighErrorRate",
        "from A-35 HighErrorRate",
        "from A-10 HighErrorRate",
    ]
