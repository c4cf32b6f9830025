"""Amazon: whether a message of SNS is Amazon's, and the confirmation of topics that the configuration allows.

A token in the address is seen by all who may read the subscription, so with it the signature has to fit as
well; a token in a header is enough. Nothing is fetched but from Amazon's own hosts: the certificate, and the
confirmation of an allowed topic, which is only asked for under a signature that fits. It is answered after it
is confirmed; a confirmation that fails is answered with 503, and SNS comes again.
"""

import base64
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from bot.clock import Clock
from bot.domain.access.sns import is_allowed, is_certificate, is_subscription, signed_text
from bot.domain.errors import InvalidInputError, TocsinError
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.scheme import unauthenticated
from bot.providers.body import decode

if TYPE_CHECKING:
    from bot.ingress.certificate import Certificate

Fetch = Callable[[str], Awaitable[bytes]]

MOST_KEPT: Final = 16
"""Certificates; Amazon has one for all of a region for a year or so."""

VERSIONS: Final = ("1", "2")
_RETRY: Final = 20


class Amazon:
    """Answers SNS; ``fetch`` gets a page of a host that was looked at here."""

    def __init__(self, fetch: Fetch, topics: tuple[str, ...], clock: Clock) -> None:
        self._fetch = fetch
        self._topics = topics
        self._clock = clock
        self._certificates: dict[str, bytes] = {}

    async def admit(self, body: bytes, *, by_header: bool) -> bool:
        """Let the message pass, if it is Amazon's; True when it was a subscription and is confirmed now.

        Raises:
            Refusal: it is not Amazon's, or what has to be asked of Amazon cannot be asked now.
        """
        message = _read(body)
        kind, topic = message.get("Type"), str(message.get("TopicArn", ""))
        wants = kind == "SubscriptionConfirmation" and is_allowed(topic, self._topics)
        if by_header and not wants:
            return False
        await self._verify(message)
        if not wants:
            return False
        url = message.get("SubscribeURL")
        if not is_subscription(url, topic):
            raise unauthenticated("Is no address of Amazon's for this topic.", "SubscribeURL")
        await self._get(str(url))
        return True

    async def _verify(self, message: dict[str, Any]) -> None:
        url, version = message.get("SigningCertURL"), str(message.get("SignatureVersion", ""))
        if not is_certificate(url):
            raise unauthenticated("Must be https://sns.REGION.amazonaws.com/....pem.", "SigningCertURL")
        if version not in VERSIONS:
            raise unauthenticated("Must be 1 or 2.", "SignatureVersion")
        certificate = await self._certificate(str(url))
        try:
            signature = base64.b64decode(str(message.get("Signature", "")), validate=True)
            fits = certificate.signed(signature, signed_text(message), version)
        except ValueError:
            fits = False
        if not fits:
            raise unauthenticated("Is not Amazon's for this message.", "Signature")

    async def _certificate(self, url: str) -> "Certificate":
        from bot.ingress.certificate import Certificate  # 9 MiB, and most desks never hear of Amazon

        pem = self._certificates.get(url) or await self._get(url)
        try:
            certificate = Certificate(pem)
        except ValueError:
            raise unauthenticated("Leads to no certificate.", "SigningCertURL") from None
        if not certificate.is_valid(self._clock.now()):
            raise unauthenticated("Leads to a certificate that is not valid now.", "SigningCertURL")
        if len(self._certificates) >= MOST_KEPT:
            self._certificates.clear()
        self._certificates[url] = pem
        return certificate

    async def _get(self, url: str) -> bytes:
        try:
            return await self._fetch(url)
        except TocsinError:
            detail = "Amazon cannot be asked now."
            raise Refusal(
                ProblemType.NOT_DURABLE, detail, field="SigningCertURL", retry_after=_RETRY
            ) from None


def _read(body: bytes) -> dict[str, Any]:
    try:
        value = decode(body, "")
    except InvalidInputError:
        value = None
    return value if isinstance(value, dict) else {}
