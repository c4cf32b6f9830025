"""Hostile text means nothing but itself, and fits."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import text
from bot.cards.cut import GAP, cut, units
from bot.domain.actor import Actor, ActorKind, person
from tests.cards.rules import calls, meanings, shown, size
from tests.cards.world import hostile, urls

limits = st.integers(16, 1_000)
honest = {"address"}


@given(hostile, limits)
def test_one_line_has_no_meaning_in_markdown_but_honest_addresses(wild: str, limit: int) -> None:
    line = text.inline(wild, limit)
    assert {kind for kind, _ in meanings(line)} <= honest
    assert not calls(line)
    assert "\n" not in line
    assert size(line) <= limit


@given(hostile, limits)
def test_content_has_no_meaning_at_all(wild: str, limit: int) -> None:
    assert not meanings(text.inline(wild, limit, addresses=False))


@given(hostile, limits)
def test_paragraphs_have_no_meaning_but_honest_addresses(wild: str, limit: int) -> None:
    paragraphs = text.block(wild, limit)
    assert {kind for kind, _ in meanings(paragraphs)} <= honest
    assert not calls(paragraphs)
    assert size(paragraphs) <= limit


@given(hostile, hostile)
def test_two_texts_make_no_meaning_together(one: str, other: str) -> None:
    both = f"{text.inline(one, 200)} · {text.block(other, 200)}\n[Link]({'https://a.example/'})"
    assert {kind for kind, _ in meanings(both)} <= {"address", "link"}
    assert [source for kind, source in meanings(both) if kind == "link"] == ["[Link](https://a.example/)"]


@given(hostile, st.integers(40, 1_000))
def test_code_stays_in_its_block(wild: str, limit: int) -> None:
    fenced = text.code(wild, limit)
    assert fenced.startswith("```\n")
    assert fenced.endswith("\n```")
    assert fenced.count("`") == 6
    assert size(fenced) <= limit
    assert not calls(fenced)
    spanned = text.span(wild, limit)
    assert spanned.count("`") == 2
    assert size(spanned) <= limit


@given(hostile, limits)
def test_plain_text_calls_nobody(wild: str, limit: int) -> None:
    assert not calls(text.plain(wild, limit))
    assert size(text.plain(wild, limit)) <= limit


@given(hostile)
def test_an_escaped_text_never_has_an_odd_backtick(wild: str) -> None:
    bare = text.inline(wild, 500).replace("\\\\", "").replace("\\`", "")
    assert "`" not in bare


@given(hostile)
def test_cleaning_is_idempotent(wild: str) -> None:
    once = text.clean(wild)
    assert text.clean(once) == once


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=200))
def test_nothing_visible_is_lost(plain: str) -> None:
    assert shown(text.inline(plain, 2_000)) == plain


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("cart_error_ratio{job='x'} > 0.05", "cart_error_ratio{job='x'} > 0.05"),
        ("_private_ and __dunder__", r"\_private\_ and \_\_dunder\_\_"),
        ("rate(x[5m]) * 2", r"rate(x\[5m]) \* 2"),
        ("< 5% or <@&1>", "< 5% or \\<@\u200b&1>"),
        ("@everyone look", "@\u200beveryone look"),
        ("# not a heading", r"\# not a heading"),
        ("1. not a list", r"1\. not a list"),
        ("-5 degrees", "-5 degrees"),
        ("see https://wiki.example.com/a_b now", "see https://wiki.example.com/a_b now"),
        ("see https://discord.com@e.vil now", r"see https\://discord.com@e.vil now"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("pass\u200bword\u3164", "password"),
        ("a\n\n  b", "a b"),
    ],
)
def test_one_line_reads_well(sent: str, expected: str) -> None:
    assert text.inline(sent, 200) == expected


@given(hostile, urls)
def test_a_link_is_one_link_or_none(title: str, url: str) -> None:
    made = text.link(title, url)
    assert [kind for kind, _ in meanings(made)] == (["link"] if made else [])
    assert "\\" not in made
    assert not calls(made)


def test_only_the_web_can_be_linked() -> None:
    assert text.link("x", "javascript:alert(1)") == ""
    assert text.link("Run [it]", "https://a.example/(1) 2") == "[Run it](https://a.example/%281%29%202)"
    assert text.link("", "http://prometheus:9090/graph") == "[Link](http://prometheus:9090/graph)"


def test_discord_refuses_titles_that_lead_to_bare_hosts() -> None:
    assert text.public_address("http://prometheus:9090/graph") == ""
    assert text.public_address("https://10.0.0.1/") == ""
    assert text.public_address("https://a.example:99999/") == ""
    assert text.public_address("https://a.example:9090/graph?x=1") == "https://a.example:9090/graph?x=1"


def test_a_person_is_mentioned_and_anybody_else_named() -> None:
    assert text.who(person(77, "*ann*")) == "<@77>"
    assert text.who(Actor(ActorKind.PROGRAM, "bot", "*bot*")) == r"\*bot\*"
    assert text.who(Actor(ActorKind.PERSON, "1> @everyone", "ann")) == "ann"


def test_an_answer_keeps_people_and_nothing_else() -> None:
    said = text.sentence("taken by <@77>, not <@&1> nor @everyone")
    assert meanings(said) == [("user", "<@77>")]


def test_a_moment_is_told_in_seconds() -> None:
    assert text.moment(datetime(2026, 10, 5, 12, 0, 0, 900_000, tzinfo=UTC)) == "<t:1791201600:R>"


@given(hostile, limits)
def test_a_cut_text_keeps_both_ends(wild: str, limit: int) -> None:
    line = " ".join(text.clean(wild).replace("`", "'").split())
    short = cut(line, limit)
    assert units(short) <= limit
    if short != line:
        head, _, tail = short.partition(GAP.strip())
        assert line.startswith(head.rstrip())
        assert line.endswith(tail.rpartition(GAP.strip())[2].lstrip())


@given(st.integers(16, 400), st.integers(1, 40), st.integers(1, 40))
def test_a_cut_never_falls_inside_a_token(limit: int, before: int, after: int) -> None:
    parts = [
        r"\*\_",
        "<@123456>",
        "<t:1791201600:R>",
        "[Run](https://a.example/x)",
        "**bold**",
        "`code`",
        "😀",
    ]
    whole = {kind_source for part in parts for kind_source in meanings(part)}
    sent = "".join(parts * before) + " middle " + "".join(parts * after)
    assert set(meanings(cut(sent, limit))) <= whole


@given(st.integers(40, 400), st.integers(1, 300), st.integers(1, 300))
def test_a_code_block_is_closed_and_opened_around_the_gap(limit: int, outside: int, inside: int) -> None:
    for sent in (
        "o" * outside + "\n```\n" + "i" * inside + "\n```\n" + "o" * outside,
        "```\n" + "i" * inside + "\n```" + "o" * outside + "```\n" + "i" * inside + "\n```",
    ):
        short = cut(sent, limit)
        assert size(short) <= limit
        assert short.count("```") % 2 == 0
        for piece in short.split("```")[::2]:
            assert "i" not in piece
        for piece in short.split("```")[1::2]:
            assert "o" not in piece


@pytest.mark.parametrize(
    ("title", "url", "shown"),
    [
        ("Runbook", "https://wiki.example.com/x", "Runbook"),
        ("wiki.example.com", "https://wiki.example.com/x", "wiki.example.com"),
        ("example.com wiki", "https://wiki.example.com/x", "example.com wiki"),
        ("www.example.com", "https://example.com/x", "www.example.com"),
        ("https://bank.example/login", "https://evil.example/x", "evil.example"),
        ("bank.example", "https://bank.example.evil.example/x", "bank.example.evil.example"),
        ("Open grafana.example.org now", "http://127.0.0.1/x", "127.0.0.1"),
        ("node-1: 12.5 % of /srv", "https://grafana.example.org", "node-1: 12.5 % of /srv"),
    ],
)
def test_a_title_that_names_another_host_gives_way_to_the_host(title: str, url: str, shown: str) -> None:
    assert text.link(title, url).startswith(f"[{shown}](")


def test_an_address_in_capitals_is_one() -> None:
    assert text.address("HTTPS://Example.com/X") == "https://Example.com/X"
    assert text.address("JAVASCRIPT://x") == ""
