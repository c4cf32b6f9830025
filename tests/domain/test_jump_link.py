"""Links of messages and channels as people copy them, and several refs in one text."""

import pytest

from bot.domain.errors import InvalidInputError
from bot.domain.jump_link import MAX_NAMED, JumpLink, parse_link, split


@pytest.mark.parametrize(
    "text",
    [
        "https://discord.com/channels/1/2/3",
        " https://ptb.discord.com/channels/1/2/3/ ",
        "<https://canary.discord.com/channels/1/2/3>",
        "https://discordapp.com/channels/1/2/3",
        "HTTPS://DISCORD.COM/channels/1/2/3",
        "https://discord.com/channels/@me/2/3",
    ],
)
def test_a_message_is_found_by_any_of_its_addresses(text: str) -> None:
    assert parse_link(text) == JumpLink(2, 3)


@pytest.mark.parametrize("text", ["https://discord.com/channels/1/2", "<#2>"])
def test_a_channel_has_no_message(text: str) -> None:
    assert parse_link(text) == JumpLink(2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A-1",
        "https://discord.com.evil.example/channels/1/2/3",
        "https://discord.com/channels/1/2/3/4",
        "https://discord.com/channels/1/2/9999999999999999999",
        "see https://discord.com/channels/1/2/3",
        "https://discord.com/channels/\u0661/2/3",
    ],
)
def test_anything_else_is_no_link(text: str) -> None:
    assert parse_link(text) is None


def test_refs_are_split_at_blanks_and_commas_each_once() -> None:
    assert split(" A-2,A-3; A-2\nG-1 ") == ["A-2", "A-3", "G-1"]
    assert split("") == []
    assert len(split(",".join(f"A-{number}" for number in range(MAX_NAMED)))) == MAX_NAMED


def test_too_many_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=f"at most {MAX_NAMED} at once, these are {MAX_NAMED + 1}"):
        split(",".join(f"A-{number}" for number in range(MAX_NAMED + 1)))
