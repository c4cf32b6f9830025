"""Once: what is sent again under its Idempotency-Key is answered as the first time and changes nothing."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from bot.domain.errors import ConflictError, NotDurableError
from bot.ingress.problem import ProblemType, Refusal
from bot.usecases.admin import idempotency
from bot.usecases.admin.idempotency import First
from bot.usecases.desk import Desk

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 200


async def take_once(
    desk: Desk, source_id: int, key: str, body: bytes, work: Callable[[], Awaitable[bytes]]
) -> bytes:
    """The answer of ``work``, or the one that was given for the same key and body within a day.

    Raises:
        Refusal: the key cannot be used, belongs to another body, or its first request is still under way.
    """
    if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        raise Refusal(ProblemType.INVALID, f"Must be up to {LONGEST} printable characters.", field=HEADER)
    digest = idempotency.digest_of(f"source:{source_id}", key)
    try:
        first = await idempotency.begin(desk, digest, sha256(body).hexdigest())
    except idempotency.KeyReusedError as error:
        raise Refusal(ProblemType.KEY_REUSED, str(error), field=HEADER) from None
    except ConflictError as error:
        raise Refusal(ProblemType.OVERLOADED, str(error), retry_after=1) from None
    if first is not None:
        return first.body
    try:
        answer = await work()
    except (Refusal, NotDurableError):
        await idempotency.give_back(desk, digest)
        raise
    await idempotency.keep(desk, digest, First(202, answer))
    return answer
