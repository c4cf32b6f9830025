import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.access.redaction import redact_body
from bot.domain.alert.signal import Reading
from bot.providers.body import decode
from bot.providers.registry import PROVIDERS

REQUESTS = Path(__file__).parent / "requests"


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], bytes]:
    """The body of a request that a real sender once made."""

    def load(case: str) -> bytes:
        body: str = json.loads((REQUESTS / f"{case}.json").read_text())["request"]["body"]
        return body.encode()

    return load


@pytest.fixture(scope="session")
def read() -> Callable[[str, bytes], Reading]:
    """The way of every request: decoded, redacted, parsed."""

    def way(provider: str, body: bytes) -> Reading:
        return PROVIDERS[provider].parse(redact_body(body, decode(body, "application/json")).value)

    return way
