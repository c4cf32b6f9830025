"""Secret: how one is recognised by the name it goes under.

Names are read word by word, so that ``dbPassword`` and ``x-api-key`` are found while ``secretary``,
``keyspace`` and ``primary_key`` are left alone. A name that ends in a measure or a pointer
(``token_count``, ``secretName``) only speaks about a secret.
"""

from functools import lru_cache
from itertools import pairwise
from typing import Final

from bot.domain.text import words

_WORDS: Final = frozenset(
    words(
        "password passwords passwd passwort passphrase passcode pwd pass secret secrets token cookie "
        "cookies credential credentials creds authorization bearer jwt sessionid"
    )
)
_ENDINGS: Final = (
    *("password", "passwd", "passwort", "passphrase", "pwd", "secret", "token", "credentials", "cookie"),
    *("apikey", "authkey", "secretkey", "privatekey", "accesskey", "accountkey"),
)
_PAIRS: Final = frozenset(
    {
        *((word, "key") for word in words("api private secret access account auth signing encryption")),
        *((word, "key") for word in words("master shared session ssh deploy integration storage license")),
        *((word, "tokens") for word in words("access api auth refresh session")),
        ("api", "keys"),
        ("pass", "phrase"),
    }
)
_WHOLE: Final = frozenset({("auth",), ("tokens",)})
_IDENTS: Final = frozenset({("session", "id"), ("secret", "id")})
_ABOUT: Final = frozenset(
    words(
        "count counts total number num name names id ids type kind class mode method state status enabled "
        "required present valid length len size bytes limit quota budget usage used left remaining rate "
        "ratio age expiry expires expire expired expiration at ttl days hours minutes seconds sec second "
        "ms rotation rotated policy bucket file path dir mount store manager provider issuer url uri "
        "endpoint ref version namespace field header hint index errors failures requests"
    )
)
_LONGEST_CACHED: Final = 64


def is_secret_name(name: str) -> bool:
    """Whether what stands under ``name`` is a secret."""
    return _judge_cached(name) if len(name) <= _LONGEST_CACHED else _judge(name)


def _judge(name: str) -> bool:
    parts = words(name)
    if parts in _WHOLE or parts[-2:] in _IDENTS:
        return True
    if not parts or parts[-1] in _ABOUT:
        return False
    return any(word in _WORDS or word.endswith(_ENDINGS) for word in parts) or any(
        pair in _PAIRS for pair in pairwise(parts)
    )


_judge_cached = lru_cache(maxsize=4096)(_judge)
