"""The limits of message components, legacy rows and V2 layouts alike."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from bot.sandbox.limit.form import Field

Json = dict[str, Any]
MAX_LEGACY_ROWS = 5
MAX_V2 = 40
MAX_V2_TEXT = 4000
ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
ENTITY_SELECTS = (5, 6, 7, 8)
SELECTS = (STRING_SELECT, *ENTITY_SELECTS)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
TOP_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
LINK_STYLE, PREMIUM_STYLE = 5, 6
MEDIA_SCHEMES = ("http", "https", "attachment")


class Layout:
    """One message's component tree while it is read: counts, ids, custom ids."""

    def __init__(self) -> None:
        self.custom_ids: set[str] = set()
        self.used_ids: set[int] = set()
        self.count = 0
        self.characters = 0

    def begin(self, field: Field, kind: int) -> Json:
        """Count a component and note its id."""
        self.count += 1
        found: Json = {"type": kind, "id": field["id"].integer(0, (1 << 31) - 1) or 0}
        if found["id"] and found["id"] in self.used_ids:
            field["id"].refuse("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        self.used_ids.add(found["id"])
        return found

    def number(self, components: list[Json]) -> None:
        """Give ids to the components that came without, in their order."""
        following = count(1)
        for component in walk(components):
            if not component["id"]:
                component["id"] = next(free for free in following if free not in self.used_ids)

    def custom_id(self, field: Field) -> str:
        """A custom id of 1 to 100 characters that no other component has."""
        value = field["custom_id"].text(100, low=1, required=True) or ""
        if value and value in self.custom_ids:
            field["custom_id"].refuse(
                "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        self.custom_ids.add(value)
        return value


def kind_of(field: Field, allowed: tuple[int, ...]) -> int | None:
    """The component's type when it may stand here."""
    if not field.table():
        return None
    kind = field["type"].integer(required=True)
    if kind is not None and kind not in allowed:
        names = ", ".join(str(entry) for entry in allowed)
        field["type"].refuse("UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({names}).')
        return None
    return kind


def _emoji(field: Field) -> Json | None:
    if not field.is_given or not field.table():
        return None
    emoji_id = field["id"].snowflake()
    name = field["name"].text(32)
    if emoji_id is None and not name:
        field["name"].refuse("COMPONENT_INVALID_EMOJI", "Invalid emoji")
        return None
    return {"id": None if emoji_id is None else str(emoji_id), "name": name or "_", "animated": False}


def _button_target(field: Field, layout: Layout, found: Json) -> None:
    if found["style"] == LINK_STYLE:
        if not field["url"].is_given:
            field["url"].refuse("BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        found["url"] = field["url"].url(512, schemes=("http", "https", "discord"))
        if field["custom_id"].is_given:
            field["custom_id"].refuse(
                "BUTTON_COMPONENT_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified"
            )
    elif found["style"] == PREMIUM_STYLE:
        found["sku_id"] = field["sku_id"].snowflake(required=True)
    else:
        if field["url"].is_given:
            field["url"].refuse(
                "BUTTON_COMPONENT_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified"
            )
        found["custom_id"] = layout.custom_id(field)


def read_button(field: Field, layout: Layout) -> Json:
    """A button: a label or an emoji, and one target by its style."""
    found = layout.begin(field, BUTTON)
    found["style"] = field["style"].one_of(range(1, 7), required=True) or 1
    label, emoji = field["label"].text(80), _emoji(field["emoji"])
    if not label and emoji is None and found["style"] != PREMIUM_STYLE:
        field["label"].refuse("BUTTON_COMPONENT_LABEL_REQUIRED", "A button must have a label or an emoji")
    found |= ({"label": label} if label else {}) | ({"emoji": emoji} if emoji else {})
    _button_target(field, layout, found)
    if field["disabled"].flag():
        found["disabled"] = True
    return found


def _options(field: Field) -> list[Json]:
    options: list[Json] = []
    seen: set[str] = set()
    for entry in field["options"].items(25, low=1, required=True):
        if not entry.table():
            continue
        value = entry["value"].text(100, low=1, required=True) or ""
        if value in seen:
            entry["value"].refuse(
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
            )
        seen.add(value)
        option: Json = {"label": entry["label"].text(100, low=1, required=True), "value": value}
        option["description"] = entry["description"].text(100)
        option["emoji"] = _emoji(entry["emoji"])
        option["default"] = entry["default"].flag() or None
        options.append({key: part for key, part in option.items() if part is not None})
    return options


def read_select(field: Field, layout: Layout, kind: int, *, in_modal: bool = False) -> Json:
    """A select menu of strings, users, roles, mentionables or channels."""
    found = layout.begin(field, kind)
    found["custom_id"] = layout.custom_id(field)
    placeholder = field["placeholder"].text(150)
    if placeholder:
        found["placeholder"] = placeholder
    low = field["min_values"].integer(0, 25)
    high = field["max_values"].integer(1, 25)
    found["min_values"] = 1 if low is None else low
    found["max_values"] = 1 if high is None else high
    if found["min_values"] > found["max_values"]:
        field["max_values"].refuse("BASE_TYPE_BAD_RANGE", "max_values must not be less than min_values")
    if kind == STRING_SELECT:
        found["options"] = _options(field)
        if found["options"] and found["max_values"] > len(found["options"]):
            field["max_values"].refuse(
                "SELECT_COMPONENT_MAX_VALUES", "max_values cannot exceed the number of options"
            )
    if in_modal:
        found["required"] = field["required"].flag(default=True)
        if field["disabled"].flag():
            field["disabled"].refuse(
                "COMPONENT_DISABLED_IN_MODAL", "Components of a modal cannot be disabled"
            )
    elif field["disabled"].flag():
        found["disabled"] = True
    return found


def _row(field: Field, layout: Layout) -> Json:
    found = layout.begin(field, ROW)
    entries = field["components"].items(5, low=1, required=True)
    kinds = [entry["type"].value for entry in entries]
    if any(kind in SELECTS for kind in kinds) and len(kinds) > 1:
        field["components"].refuse(
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"
        )
    found["components"] = []
    for entry in entries:
        kind = kind_of(entry, (BUTTON, *SELECTS))
        if kind == BUTTON:
            found["components"].append(read_button(entry, layout))
        elif kind is not None:
            found["components"].append(read_select(entry, layout, kind))
    return found


def _text(field: Field, layout: Layout) -> Json:
    content = field["content"].text(MAX_V2_TEXT, low=1, required=True) or ""
    layout.characters += len(content)
    return layout.begin(field, TEXT) | {"content": content}


def _media(field: Field, high: int = 1024) -> Json:
    found: Json = {"media": {"url": None}, "spoiler": field["spoiler"].flag()}
    if field["media"].demand() and field["media"].table():
        found["media"]["url"] = field["media"]["url"].url(schemes=MEDIA_SCHEMES)
    description = field["description"].text(high)
    return found | ({"description": description} if description else {})


def _section(field: Field, layout: Layout) -> Json:
    found = layout.begin(field, SECTION)
    texts = field["components"].items(3, low=1, required=True)
    found["components"] = [_text(entry, layout) for entry in texts if kind_of(entry, (TEXT,))]
    accessory = field["accessory"]
    if accessory.demand():
        kind = kind_of(accessory, (BUTTON, THUMBNAIL))
        if kind == BUTTON:
            found["accessory"] = read_button(accessory, layout)
        elif kind == THUMBNAIL:
            found["accessory"] = layout.begin(accessory, THUMBNAIL) | _media(accessory)
    return found


def _gallery(field: Field, layout: Layout) -> Json:
    entries = field["items"].items(10, low=1, required=True)
    return layout.begin(field, GALLERY) | {"items": [_media(entry) for entry in entries if entry.table()]}


def _file(field: Field, layout: Layout) -> Json:
    found = layout.begin(field, FILE) | {"file": {"url": None}, "spoiler": field["spoiler"].flag()}
    if field["file"].demand() and field["file"].table():
        found["file"]["url"] = field["file"]["url"].url(schemes=("attachment",))
    return found


def _separator(field: Field, layout: Layout) -> Json:
    spacing = field["spacing"].one_of((1, 2)) or 1
    return layout.begin(field, SEPARATOR) | {
        "divider": field["divider"].flag(default=True),
        "spacing": spacing,
    }


def _container(field: Field, layout: Layout) -> Json:
    found = layout.begin(field, CONTAINER)
    found["accent_color"] = field["accent_color"].integer(0, 0xFFFFFF)
    found["spoiler"] = field["spoiler"].flag()
    found["components"] = [
        READERS[kind](entry, layout)
        for entry in field["components"].items(MAX_V2, low=1, required=True)
        if (kind := kind_of(entry, IN_CONTAINER)) is not None
    ]
    return found


READERS: dict[int, Callable[[Field, Layout], Json]] = {
    ROW: _row,
    SECTION: _section,
    TEXT: _text,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
    CONTAINER: _container,
}


def read_components(field: Field, *, is_v2: bool) -> list[Json]:
    """The component tree as stored, every component with an id."""
    layout = Layout()
    found: list[Json] = []
    for entry in field.items(MAX_V2 if is_v2 else MAX_LEGACY_ROWS):
        kind = kind_of(entry, TOP_V2 if is_v2 else (ROW,))
        if kind is not None:
            found.append(READERS[kind](entry, layout))
    if layout.count > MAX_V2 and is_v2:
        field.refuse("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"Must be {MAX_V2} or fewer in total.")
    if layout.characters > MAX_V2_TEXT:
        field.refuse(
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The total displayable text size exceeds the maximum size of {MAX_V2_TEXT}",
        )
    layout.number(found)
    return found


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component of a tree, parents first."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        for nested in (component.get("accessory"), component.get("component")):
            if nested:
                yield from walk([nested])


def texts_of(components: list[Json]) -> list[str]:
    """All texts of V2 displays in a tree; they mention like content does."""
    return [component["content"] for component in walk(components) if component["type"] == TEXT]


def interactive(components: list[Json]) -> list[Json]:
    """All components with a custom id."""
    return [component for component in walk(components) if component.get("custom_id")]
