"""Poll: how Tocsin shows itself to the Alertmanagers that it asks, by the names of their sources."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from bot.domain.access.poll import PollCredential

_FIELDS = frozenset({"username", "secret", "secret_file"})


def _read(value: object) -> Mapping[str, PollCredential]:
    """Tables of TOML, or JSON in the environment; a credential that would open nothing is better told now."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError("must be JSON: an object with a credential for each source") from None
    if not isinstance(value, Mapping):
        raise ValueError("must be tables such as [senders.poll.prod]")  # noqa: TRY004 -- the one error of readers
    return {str(name): _credential(name, each) for name, each in value.items()}


def _credential(name: str, given: Any) -> PollCredential:
    if isinstance(given, PollCredential):
        return given
    if not isinstance(given, dict) or not _FIELDS.issuperset(given):
        raise ValueError(f"{name} may have {', '.join(sorted(_FIELDS))}")
    texts = {field: text for field, text in given.items() if isinstance(text, str) and text.strip()}
    if len(texts) != len(given) or ("secret" in texts) == ("secret_file" in texts):
        raise ValueError(f"{name} needs one of secret and secret_file, each a text")
    secret = texts.get("secret", "")
    if not secret.isascii() or not (secret + " ").isprintable():
        raise ValueError(f"{name}: a secret is one line of ASCII")
    if ":" in texts.get("username", ""):
        raise ValueError(f"{name}: a username holds no colon")
    file = texts.get("secret_file")
    return PollCredential(
        username=texts.get("username", ""),
        secret=secret.strip(),
        file=None if file is None else Path(file),
    )


PollCredentials = Annotated[Mapping[str, Any], _read]
