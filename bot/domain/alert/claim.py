"""Claim: who works on an alert, and how a worker proves that its claim still stands.

Theory: a lease can run out while its worker believes that it holds it. Each change of hands raises
``Alert.claims``; the claim token is made of that count, so that the token of an earlier claim is told apart
from the present one without being stored (fencing).
"""

import hmac
from base64 import urlsafe_b64encode
from typing import Final

import msgspec

from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.alert import Alert
from bot.domain.errors import InvalidInputError

PREFIX: Final = "claim_"
MAX_OWNER: Final = 64
MAX_TOKEN: Final = 64
_BYTES: Final = 24


class Proof(msgspec.Struct, frozen=True):
    """What a program shows for an alert that somebody has: its claim's token, or that it insists."""

    claim_token: str = ""
    force: bool = False


def make_token(key: bytes, alert: Alert) -> str:
    """The token of the claim that stands now; ``key`` is the desk's own."""
    text = f"claim:{alert.project_id}:{alert.id}:{alert.claims}".encode()
    return PREFIX + urlsafe_b64encode(hmac.digest(key, text, "sha256")[:_BYTES]).decode()


def is_current(key: bytes, alert: Alert, token: str) -> bool:
    """Whether ``token`` was given for the claim that stands now, or stood last."""
    return alert.claims > 0 and hmac.compare_digest(make_token(key, alert).encode(), token.encode())


def worker_of(program: Actor, owner: str) -> Actor:
    """The worker called ``owner`` of a program; the program itself when it names none.

    Raises:
        InvalidInputError: the name is too long or not printable.
    """
    name = owner.strip()
    if not name:
        return program
    if len(name) > MAX_OWNER or not name.isprintable():
        raise InvalidInputError("owner", f"use up to {MAX_OWNER} printable characters")
    return Actor(ActorKind.PROGRAM, f"{program.ident}/{name}", f"{name} ({program.ident}, API token)")


def is_of(worker: Actor | None, program: Actor) -> bool:
    """Whether ``worker`` is the program, or one of its workers."""
    if worker is None or worker.kind is not ActorKind.PROGRAM or program.kind is not ActorKind.PROGRAM:
        return False
    return worker.ident.partition("/")[0] == program.ident.partition("/")[0]
