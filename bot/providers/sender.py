"""Sender: one kind of program that sends, by the name under which a source is added.

A `Sender` has a name, an address and a recipe; a `Provider` can also be read at ``/v1/hooks/{name}``. Of a
request `gather` first makes one object of everything that has a meaning (for most senders that is the
decoded body), then that object is redacted and stored, and `parse` sees nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

import msgspec

from bot.domain.access.recipe import Recipe
from bot.domain.alert.signal import Reading

HOOKS = "/v1/hooks/"
NO_FIELDS: Mapping[str, str] = MappingProxyType({})


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says besides its body. Credentials are never in it.

    Names of ``headers`` are lower-case; ``tail`` is what follows the provider's name in the path.
    """

    method: str = "POST"
    tail: str = ""
    content_type: str = ""
    headers: Mapping[str, str] = NO_FIELDS
    query: Mapping[str, str] = NO_FIELDS


class Sender(ABC):
    """A kind of sender. ``name`` is what ``tocsin source add --provider`` takes, ``title`` is for people.

    ``url_token``: the token may stand in the address, for clients that can show nothing else. ``only_url``:
    they show nothing else, so the address that people copy has it. ``where`` says in a sentence what to do
    with the recipe, which is written in ``language``.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    url_token: ClassVar[bool] = False
    only_url: ClassVar[bool] = False
    where: ClassVar[str] = ""
    language: ClassVar[str] = ""

    def address(self, base: str, source_id: int, token: str) -> str:
        """What goes into the sender's address field; ``base`` is this door's, without a slash at its end."""
        del source_id
        return base + HOOKS + self.name + (f"/{token}" if self.only_url else "")

    @abstractmethod
    def receiver(self, url: str, token: str) -> str:
        """What to paste into the sender so that it posts to ``url`` with ``token``."""

    def recipe(self, url: str, token: str) -> Recipe:
        """The recipe: what to paste, and where it goes."""
        return Recipe(self.where, self.language, self.receiver(url, token).rstrip("\n"))

    @abstractmethod
    def example(self, now: datetime) -> object:
        """A small believable request about an alert that fires since ``now``."""

    def recovery(self, now: datetime) -> object:
        """The request by which the alert of `example` is over, None where the sender never says so."""
        del now
        return None

    def endpoint(self, address: str) -> str:
        """Where a request like `example` goes, by what stands in the sender's address field."""
        return address

    def with_key(self, body: object, token: str) -> object:
        """``body`` with the token in it, where its clients put it there."""
        del token
        return body


class Provider(Sender):
    """A sender that posts to ``/v1/hooks/{name}``, by one of ``methods``; ``success`` is the status it wants.

    ``retries_429``: after a 429 it comes back; those that give up after any 4xx get a 503 instead.
    ``may_be_empty``: it sends requests without a body that mean something.
    """

    methods: ClassVar[frozenset[str]] = frozenset({"POST", "PUT"})
    success: ClassVar[int] = 202
    retries_429: ClassVar[bool] = True
    may_be_empty: ClassVar[bool] = False

    def accepts(self, tail: str) -> bool:
        """Whether its clients append ``tail`` to the address."""
        del tail
        return False

    def gather(self, payload: object, request: Request) -> object:
        """Everything in the request that has a meaning, as one value of JSON."""
        del request
        return payload

    @abstractmethod
    def parse(self, payload: object) -> Reading:
        """Read what was gathered and redacted; each alert is either a signal or rejected with its reason.

        Raises:
            InvalidInputError: the whole is not this sender's shape.
        """

    @abstractmethod
    def example(self, now: datetime) -> dict[str, object]:
        """A small believable request about an alert that fires since ``now``."""

    def recovery(self, now: datetime) -> dict[str, object] | None:
        """The request by which the alert of `example` is over, None where the sender never says so."""
        del now
        return None
