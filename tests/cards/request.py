"""Requests of hostile senders: every provider's own example, bent; the same dice write the same bytes."""

import json
import random
import re
from typing import Any, Final

from bot.providers.registry import PROVIDERS
from bot.providers.sender import Provider
from tests.cards.world import NOON

Dice = random.Random

_PLAIN: Final = (
    *("disk", "full", "api-7d9f", "node_exporter", "HighErrorRate", "9.2 %", "p99>2s", "eu-west-1"),
    *("the database does not answer", "exit status 2", "ошибка", "エラー", "磁盘已满", "تحذير", "אזהרה"),
)
_TRICKS: Final = (
    *(
        "@everyone",
        "@here",
        "<@1>",
        "<@!2>",
        "<@&3>",
        "<#4>",
        "<t:1:R>",
        "</a:5>",
        "<a:e:6>",
        "@\u200beveryone",
    ),
    *("```", "``", "`", "**", "__", "~~", "||", "*", "_", "\\", "> ", ">>> ", "# ", "-# ", "- ", "1. "),
    *("[a](https://e.example)", "](", "[", ")", "<https://e.example>", "discord://x", "steam://run/1", "<"),
    *("\n", "\r\n", "\t", "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u00a0", "\u3164", "\u2800"),
    *("\u202e", "\u202d", "\u2066", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufffd", "\ufffe"),
    *(
        "\ud800",
        "\udfff",
        "👩\u200d👩\u200d👧",
        "🏳️\u200d🌈",
        "🇩🇪",
        "🔥",
        "e\u0301",
        "A" + "\u0301\u0489" * 40,
    ),
    *("A-1 · abcd", " · ", "I-1 · abcd", "%s", "{}", "{{ .Labels }}", "${jndi:x}", "<b>", "&amp;", "null"),
)
_ADDRESSES: Final = (
    *("http://prometheus:9090/graph?g0.expr=up&g0.tab=1", "http://localhost:3000", "http://10.0.0.1/"),
    *("https://a.example", "HTTPS://A.EXAMPLE/", "https://a.example:99999/", "https://a.example:0/"),
    *("https://xn--bcher-kva.example/ü?q=ü#ü", "https://user:pass@a.example/", "https://a.example/x y"),
    *("http://[::1]/x", "https://bücher.example", "https://a..b/", "https://a.b/", "https://a.example."),
    *("http://", "https:///x", "://", "//a.example", "ftp://a.example", "javascript:alert(1)", "a.example"),
    *('https://a.example/(a)_b_[c]`d`|e|\\f"<g>*', "https://-a-.example/", "https://a_b.example/"),
    *("https://1.2.3.4.5/", "https://a.example/%zz", "https://a.example/\u202e/\x00", "data:text/html,x", ""),
)
_VALUES: Final[tuple[Any, ...]] = (
    0,
    -1,
    1,
    3.5,
    1e300,
    2**53,
    1_790_000_000,
    True,
    False,
    None,
    "",
    [],
    {},
    [[]],
    {"a": {"b": 1}},
)
_RANGES: Final = ((0, 0x80), (0x80, 0x3000), (0x3000, 0x110000), (0x2000, 0x2070), (0x1F000, 0x1FB00))
_UNDERSTOOD: Final = re.compile(r"(?i:firing|resolved|ok|alerting)|\d{4}-\d\d-\d\dT.*")
_LISTS: Final = ("alertmanager", "grafana", "generic")
"""Senders of many alerts at once, and the most forgiving ones."""
_MOST: Final = 60  # pieces of a text that is not a huge one
_HUGE: Final = 20_000  # characters


def write(dice: Dice) -> tuple[Provider, bytes]:
    """A provider, and what one of its senders posts."""
    provider = PROVIDERS[dice.choice(_LISTS if dice.random() < 0.5 else tuple(PROVIDERS))]
    bent = _bend(dice, provider.example(NOON))
    if dice.random() < 0.5:
        return provider, json.dumps(bent).encode()
    return provider, json.dumps(bent, ensure_ascii=False).encode("utf-8", "replace")


def text(dice: Dice) -> str:
    """From nothing to far more than anything holds."""
    if dice.random() < 0.01:
        return (_piece(dice) * dice.randrange(_HUGE))[:_HUGE]
    joint = dice.choice(("", "", " ", "\n"))
    return joint.join(_piece(dice) for _ in range(int(dice.paretovariate(0.7)) % _MOST))


def address(dice: Dice) -> str:
    """What stands where an address should."""
    found = dice.choice(_ADDRESSES)
    return found + text(dice) if dice.random() < 0.3 else found


def _piece(dice: Dice) -> str:
    roll = dice.random()
    if roll < 0.4:
        return dice.choice(_PLAIN)
    if roll < 0.8:
        return dice.choice(_TRICKS)
    if roll < 0.9:
        return dice.choice(_ADDRESSES)
    return "".join(chr(dice.randrange(*dice.choice(_RANGES))) for _ in range(dice.randrange(12)))


def _bend(dice: Dice, value: Any) -> Any:
    """The same shape for the most part, so that most of it is still understood."""
    if dice.random() < 0.01:
        return dice.choice((*_VALUES, text(dice)))
    if isinstance(value, dict):
        bent = {key: _bend(dice, inner) for key, inner in value.items() if dice.random() > 0.02}
        if value and all(isinstance(inner, str) for inner in value.values()):  # labels, most likely
            bent |= {text(dice)[:300]: _leaf(dice) for _ in range(int(dice.paretovariate(1)) % 150)}
        return bent
    if isinstance(value, list):
        return [_bend(dice, inner) for inner in value for _ in range(dice.choice((1, 1, 1, 2, 5)))]
    if isinstance(value, str):
        return _bend_text(dice, value)
    return value


def _bend_text(dice: Dice, value: str) -> str:
    if dice.random() < (0.97 if _UNDERSTOOD.fullmatch(value) else 0.4):
        return value
    return address(dice) if "://" in value else text(dice)


def _leaf(dice: Dice) -> Any:
    roll = dice.random()
    return text(dice) if roll < 0.9 else address(dice) if roll < 0.95 else dice.choice(_VALUES)
