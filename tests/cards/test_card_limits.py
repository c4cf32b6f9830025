"""Whatever a card holds, Discord takes it once it is fitted."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Option, Ping, Select, SelectKind
from bot.cards.limits import fit, fit_modal
from bot.cards.modal import Input, Modal
from tests.cards.rules import refusals, size
from tests.cards.world import tricky, urls

texts = st.one_of(tricky, st.sampled_from(["", " ", "\u200b", "x", "😀"])).map(
    lambda text: text.encode("utf-8", "replace").decode()
)


fields = st.builds(Field, texts, texts, st.booleans())
embeds = st.builds(
    Embed,
    title=texts,
    url=urls,
    description=texts,
    color=st.none() | st.integers(0, 0xFFFFFF),
    fields=st.lists(fields, max_size=2).map(tuple),
    footer=texts,
)
custom_ids = st.one_of(st.sampled_from(["ack:k7f3:1", "note:k7f3:1", "", " "]), texts)
buttons = st.builds(
    Button,
    label=texts,
    custom_id=custom_ids,
    url=urls,
    style=st.sampled_from(ButtonStyle),
    emoji=st.sampled_from(["", "🔔"]),
)
options = st.builds(Option, label=texts, value=texts, description=texts, default=st.booleans())
selects = st.builds(
    Select,
    custom_id=custom_ids,
    placeholder=texts,
    options=st.lists(options, max_size=2).map(tuple),
    kind=st.sampled_from(SelectKind),
)
rows = st.lists(st.one_of(buttons, selects), max_size=3).map(tuple)
cards = st.builds(
    Card,
    content=texts,
    embeds=st.lists(embeds, max_size=2).map(tuple),
    rows=st.lists(rows, max_size=2).map(tuple),
    ping=st.builds(Ping, st.lists(st.integers(1), max_size=120).map(tuple)),
)


def swell(part: Any, times: int) -> Any:
    """The same part with every text and every list ``times`` as long, within reason."""
    if isinstance(part, str):
        return (part * times)[:4_500] if ":k7f3:" not in part else part
    if isinstance(part, tuple):
        return tuple(swell(each, times) for each in part * min(times, 6))
    if isinstance(part, msgspec.Struct) and not isinstance(part, Ping):
        return type(part)(**{name: swell(getattr(part, name), times) for name in part.__struct_fields__})
    return part


@settings(deadline=None, max_examples=60)
@given(cards, st.sampled_from([1, 2, 30, 400]))
def test_discord_takes_any_fitted_card_and_it_is_left_as_it_is(small: Card, times: int) -> None:
    card: Card = swell(small, times)
    fitted = fit(card)
    assert refusals(fitted.to_payload()) == []
    assert len(fitted.ping.to_allowed_mentions()["roles"]) <= 100
    assert fit(fitted) == fitted


def test_the_whole_message_stays_within_six_thousand() -> None:
    full = Embed(title="t" * 256, description="d" * 4_096, footer="f" * 2_048)
    fitted = fit(Card(embeds=(full, full, full)))
    assert refusals(fitted.to_payload()) == []
    assert fitted.embeds[0].title == full.title
    assert len(fitted.embeds[0].description) >= 1_000


def test_late_fields_go_before_early_ones() -> None:
    many = tuple(Field(f"{index}", "v" * 1_000) for index in range(8))
    fitted = fit(Card(embeds=(Embed(title="t", fields=many),)))
    assert [field.name for field in fitted.embeds[0].fields] == ["0", "1", "2", "3", "4"]


def test_what_is_too_many_ends_with_the_last_that_discord_shows() -> None:
    fields = tuple(Field(str(index), "v") for index in range(30))
    options = tuple(Option(label="o", value=str(index)) for index in range(30))
    fitted = fit(Card(embeds=(Embed(fields=fields),), rows=((Select(custom_id="x", options=options),),)))
    assert fitted.embeds[0].fields == fields[:25]
    (select,) = fitted.rows[0]
    assert isinstance(select, Select)
    assert select.options == options[:25]


def test_of_embeds_with_one_url_only_the_first_keeps_it() -> None:
    same = Embed(title="t", url="https://a.example/")
    assert [embed.url for embed in fit(Card(embeds=(same, same))).embeds] == ["https://a.example/", ""]


def test_a_button_that_would_ask_for_something_else_is_dropped_not_cut() -> None:
    row = (Button(label="a", custom_id="x" * 101), Button(label="b", custom_id="y"))
    assert fit(Card(rows=(row,))).rows == ((row[1],),)


def test_nothing_at_all_still_says_something() -> None:
    assert fit(Card()).content == "—"


@given(
    st.builds(
        Input, custom_id=st.just("note"), label=texts, placeholder=texts, max_length=st.integers(-5, 9_999)
    )
)
def test_discord_takes_any_fitted_modal(field: Input) -> None:
    payload = fit_modal(Modal(custom_id="note:k7f3:1", title=field.label, inputs=(field,) * 7)).to_payload()
    assert 1 <= size(payload["title"]) <= 45
    assert len(payload["components"]) == 5
    for label in payload["components"]:
        assert label["type"] == 18
        assert 1 <= size(label["label"]) <= 45
        assert size(label["component"].get("placeholder", "")) <= 100
        assert 1 <= label["component"]["max_length"] <= 4_000


def test_a_ping_allows_nothing_it_does_not_name() -> None:
    assert Ping().to_allowed_mentions() == {"parse": [], "roles": [], "users": [], "replied_user": False}
    named = Ping((1, 2), (3,))
    assert named.mentions == "<@&1> <@&2> <@3>"
    assert named.to_allowed_mentions() == {
        "parse": [],
        "roles": ["1", "2"],
        "users": ["3"],
        "replied_user": False,
    }
    assert Ping(everyone=True).to_allowed_mentions()["parse"] == ["everyone"]
