"""Words that many cards share."""

import pytest

from bot.cards.style import ordinal


@pytest.mark.parametrize(
    ("number", "words"),
    [
        *((1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (10, "10th")),
        *((11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"), (102, "102nd")),
        *((111, "111th"), (112, "112th"), (113, "113th"), (123, "123rd"), (1_013, "1013th")),
    ],
)
def test_a_number_in_a_row_is_said_as_people_say_it(number: int, words: str) -> None:
    assert ordinal(number) == words
