"""Weather: what goes wrong in Discord during one life of the bot, drawn from a seed."""

from collections import Counter
from random import Random
from typing import Any, Final

from tests.chaos.house import House

POST: Final = "POST /channels/{c}/messages"
EDIT: Final = "PATCH /channels/{c}/messages/{m}"
THREAD: Final = "POST /channels/{c}/messages/{m}/threads"
CALLBACK: Final = "POST /interactions/{i}/{t}/callback"
ANY: Final = r"(GET|POST|PATCH) .*"
_CARDS: Final = r"(POST|PATCH) /channels/\d+/messages.*"
_OWN: Final = "MESSAGE_CREATE|MESSAGE_UPDATE"
_PEOPLES: Final = "MESSAGE_REACTION_ADD|MESSAGE_REACTION_REMOVE"

# Effect, route, probability, and what else the rule says.
_RULES: Final[tuple[tuple[str, str, float, dict[str, Any]], ...]] = (
    ("lost_answer_500", POST, 0.3, {}),
    ("lost_answer_reset", POST, 0.3, {}),
    ("lost_answer_hang", POST, 0.1, {}),
    ("lost_answer_500", EDIT, 0.3, {}),
    ("lost_answer_reset", EDIT, 0.3, {}),
    ("lost_answer_hang", EDIT, 0.1, {}),
    ("lost_answer_500", THREAD, 0.5, {}),
    ("lost_answer_reset", THREAD, 0.5, {}),
    ("callback_503_after_accept", CALLBACK, 0.4, {}),
    ("status", _CARDS, 0.2, {"status": 500}),
    ("status", _CARDS, 0.2, {"status": 503}),
    ("status", CALLBACK, 0.3, {"status": 503}),
    ("rate_limit", _CARDS, 0.2, {"retry_after": 0.3}),
    ("rate_limit", _CARDS, 0.1, {"retry_after": 0.3, "via": False}),
    ("forbidden", _CARDS, 0.2, {"times": 2}),
    ("global_rate_limit", ANY, 0.05, {"retry_after": 0.5}),
    ("latency", ANY, 0.5, {"seconds": 0.3}),
    ("latency", _CARDS, 1.0, {"seconds": 0.1}),
    ("drop_event", f"{_OWN}|{_PEOPLES}|INTERACTION_CREATE", 0.3, {}),
    ("double_event", f"{_OWN}|{_PEOPLES}|INTERACTION_CREATE", 0.4, {}),
    ("late_event", f"{_OWN}|{_PEOPLES}", 0.5, {"seconds": 0.7}),
    ("clock_skew", "", 1.0, {"seconds": 45.0}),
    ("clock_skew", "", 1.0, {"seconds": -45.0}),
)
# Once in a life, at some event.
_LINES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("reconnect", {}),
    ("invalid_session", {"resumable": True}),
    ("invalid_session", {"resumable": False}),
    ("zombie", {}),
    ("close", {"code": 1000}),
    ("close", {"code": 4000}),
    ("close", {"code": 4009}),
)
_RULES_AT_ONCE: Final = (1, 5)
_LINE_BREAKS: Final = 0.5  # of all lives
_NARROW: Final = 0.2  # of all lives


class Weather:
    """Changes with every life; counts what struck."""

    def __init__(self, house: House, dice: Random) -> None:
        self._house = house
        self._dice = dice
        self.hits: Counter[str] = Counter()

    async def change(self) -> None:
        """Other faults from now on, and sometimes Discord's own limits."""
        await self._count()
        rules = [self._rule(*each) for each in self._dice.sample(_RULES, self._dice.randint(*_RULES_AT_ONCE))]
        if self._dice.random() < _LINE_BREAKS:
            effect, more = self._dice.choice(_LINES)
            nth = self._dice.randint(1, 10)
            rules.append({"effect": effect, "route": "MESSAGE_CREATE|MESSAGE_UPDATE", "nth": nth, **more})
        await self._house.control("PUT", "faults", rules)
        await self._house.control("PUT", "limits", {"enabled": self._dice.random() < _NARROW})

    async def clear(self) -> None:
        """No faults and no limits any more."""
        await self._count()
        await self._house.control("PUT", "limits", {"enabled": False})
        await self._house.control("PUT", "faults", [])

    def _rule(self, effect: str, route: str, probability: float, more: dict[str, Any]) -> dict[str, Any]:
        seed = self._dice.getrandbits(30)
        return {"effect": effect, "route": route, "probability": probability, "seed": seed, **more}

    async def _count(self) -> None:
        found = await self._house.control("GET", "faults")
        for rule in found["rules"]:
            self.hits[rule["effect"]] += rule["hits"]
