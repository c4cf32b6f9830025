"""How senders' secrets are kept."""

import pytest

from bot.domain.errors import InvalidInputError
from bot.usecases.admin.seal import MAX_SECRET, seal, unseal
from bot.usecases.desk import Desk


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here asks the database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def keyed(desk: Desk) -> None:
    desk.signing_key = b"k" * 32


@pytest.mark.parametrize("secret", ["x", "it's a Secret to Everybody", "пароль ☁", "y" * MAX_SECRET])
def test_what_is_sealed_comes_back(desk: Desk, secret: str) -> None:
    sealed = seal(desk, 7, secret)
    assert unseal(desk, 7, sealed) == secret
    assert secret not in sealed or len(secret) == 1
    assert seal(desk, 7, secret) != sealed


def test_it_opens_for_its_source_and_with_its_key_alone(desk: Desk) -> None:
    sealed = seal(desk, 7, "topsecret")
    assert unseal(desk, 8, sealed) is None
    desk.signing_key = b"l" * 32
    assert unseal(desk, 7, sealed) is None


@pytest.mark.parametrize("sealed", ["", "s1:", "s1:!!!", "s1:AAAA", "s1:" + "A" * 64, "é"])
def test_what_was_never_sealed_is_nothing(desk: Desk, sealed: str) -> None:
    assert unseal(desk, 7, sealed) is None


@pytest.mark.parametrize("secret", ["", "a\nb", "x" * (MAX_SECRET + 1), "a\0"])
def test_what_is_no_line_of_text_is_no_secret(desk: Desk, secret: str) -> None:
    with pytest.raises(InvalidInputError, match="secret"):
        seal(desk, 7, secret)


def test_a_desk_without_a_key_keeps_no_secret(desk: Desk) -> None:
    desk.signing_key = b""
    with pytest.raises(InvalidInputError, match="no key"):
        seal(desk, 7, "topsecret")
