"""The note of what a sender said that is no alert."""

from datetime import UTC, datetime

from bot.cards.outbox.note import NoteView, render
from bot.cards.style import TIMES

AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def note(title: str = "GitHub is connected", text: str = "Keep it simple.", count: int = 1) -> str:
    view = NoteView(id=7, tag="abc", source_name="ci", title=title, text=text, count=count, last_at=AT)
    card = render(view)
    assert not card.ping  # nobody is woken
    assert card.content.startswith("👋 ")
    assert not card.rows
    (embed,) = card.embeds
    assert embed.footer == "NOTE-7 · abc"
    return f"{card.content}\n{embed.description}"


def test_it_says_what_was_said_and_by_whom() -> None:
    said = note()
    assert "👋 GitHub is connected\nKeep it simple.\n-# from ci" in said
    assert TIMES not in said
    assert f"{TIMES}3" in note(count=3)


def test_it_is_harmless_and_bounded() -> None:
    said = note("@everyone **x**" * 100, "<@1> [a](https://x.org) `b`" * 500)
    assert "@everyone" not in said.replace("@\u200beveryone", "")
    assert len(said) < 1_200
