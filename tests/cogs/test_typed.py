import copy

import pytest

from bot.cards import answer
from bot.domain.access.people import HINT, without_secrets
from cogs.typed import take_out_secrets


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"name": "incident", "options": [{"name": "note", "value": "the password is hunter22"}]}, True),
        ({"custom_id": "x", "components": [{"components": [{"value": "DB_PASSWORD=hunter22"}]}]}, True),
        ({"options": [{"name": "note", "value": "rotated the password"}]}, False),
        ({"options": [{"name": "count", "value": 3}]}, False),
        ({"options": [{"name": "code", "type": 3, "value": "token=hunter22"}]}, False),
        ({"options": [{"name": "person", "type": 6, "value": "4111111111111111"}]}, False),
        ({"resolved": {"messages": {"1": {"value": "password=hunter22"}}}}, False),
        (None, False),
    ],
)
def test_a_secret_that_was_typed_is_noticed(data: object, expected: bool) -> None:
    before = copy.deepcopy(data)
    assert take_out_secrets(data) == expected
    assert ("hunter22" in str(data)) == (not expected and "hunter22" in str(before))
    assert expected or data == before


def test_the_writer_gets_a_hint_and_the_words_lose_only_the_secret() -> None:
    assert HINT in answer.with_hint(answer.done("Noted")).content
    assert without_secrets("set DB_PASSWORD=hunter22 on web-1") == "set DB_PASSWORD=[redacted] on web-1"
