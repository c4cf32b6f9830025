"""Certificate: what a sender's messages are signed with (RSA, as Amazon does)."""

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_HASHES: Final = {"1": hashes.SHA1, "2": hashes.SHA256}  # the first is what Amazon still sends by default


class Certificate:
    """One in PEM.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, pem: bytes) -> None:
        self._certificate = x509.load_pem_x509_certificate(pem)
        self._key = self._certificate.public_key()

    def is_valid(self, now: datetime) -> bool:
        """Whether it is of the kind that is used here, and may be used now."""
        within = self._certificate.not_valid_before_utc <= now <= self._certificate.not_valid_after_utc
        return isinstance(self._key, RSAPublicKey) and within

    def signed(self, signature: bytes, text: bytes, version: str) -> bool:
        """Whether the signature, of a version of Amazon's, is that of the text."""
        if not isinstance(self._key, RSAPublicKey):
            return False
        try:
            self._key.verify(signature, text, padding.PKCS1v15(), _HASHES[version]())
        except InvalidSignature:
            return False
        return True
