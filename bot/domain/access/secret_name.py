"""Secret: how one is recognised by the name it goes under.

Names are read word by word, so that ``dbPassword`` and ``x-api-key`` are found while ``secretary``,
``keyspace`` and ``primary_key`` are left alone. A name that ends in a measure or a pointer
(``token_count``, ``secretName``) only speaks about a secret.
"""

from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final

from bot.domain.text import words

_WORDS: Final = frozenset(
    words(
        "password passwords passwd passwort kennwort passphrase passcode pwd pass pw secret secrets "
        "token cookie cookies "
        "credential credentials creds authorization bearer jwt sessionid jsessionid phpsessid sessid "
        "contrasena senha "
        "wachtwoord haslo mdp requirepass masterauth rpcpassword storepass keypass otpauth mnemonic"
    )
)
_ENDINGS: Final = (
    *(
        "password",
        "passwd",
        "passwort",
        "passphrase",
        "pwd",
        "secret",
        "token",
        "credentials",
        "cookie",
        "sessionid",
    ),
    *(
        "apikey",
        "authkey",
        "secretkey",
        "privatekey",
        "accesskey",
        "accountkey",
        "presharedkey",
        "encryptionkey",
        "dbpass",
    ),
)
_PAIRS: Final = frozenset(
    {
        *((word, "key") for word in words("api private secret access account auth signing encryption")),
        *((word, "key") for word in words("master shared session ssh deploy integration storage license")),
        *((word, "key") for word in words("subscription functions preshared")),
        *((word, "tokens") for word in words("access api auth refresh session")),
        ("api", "keys"),
        ("pass", "phrase"),
    }
)
_WHOLE: Final = frozenset({("tokens",)})
_IDENTS: Final = frozenset({("session", "id"), ("secret", "id")})
_ABOUT: Final = frozenset(
    words(
        "count counts total number num name names id ids type kind class mode method state status enabled "
        "required present valid length len size bytes limit quota budget usage used left remaining rate "
        "ratio age expiry expires expire expired expiration at ttl days hours minutes seconds sec second "
        "ms rotation rotated policy bucket file path dir mount store manager provider issuer url uri "
        "endpoint ref version namespace field header hint index errors failures requests "
        "operator controller service server agent exporter sync syncer reset resets failing failed "
        "failure validator "
        "refresh refresher rotator vault csi driver injector webhook reloader scanner scanning job cron "
        "pod deployment "
        "worker queue proxy gateway consent jar prompt filter handler expired missing command latency "
        "duration bucket stdin "
        "domain scope scopes audience realm algorithm format prefix suffix pattern label title "
        "description message reason event action "
        "source target owner group role roles host port interval timeout retries max min created updated "
        "reused strength complexity java py go js ts rb php cs rs kt scala git json yaml yml xml conf "
        "cfg ini log txt pem crt html md sh sql"
    )
)
_QUALIFIERS: Final = frozenset(
    words(
        "old new prod dev staging test live main primary secondary default admin root user db current "
        "previous next value plain text hash encrypted string data raw"
    )
)
_WEAK: Final = frozenset(
    words("key salt psk pat auth access session license licence sid community csrf xsrf otp seed pin keys")
)
_PLAIN_KEYS: Final = frozenset(
    words(
        "primary foreign cache idempotency partition websocket sort routing group public object range "
        "row lookup translation message dedup dedupe "
        "dedup event job index unique composite natural surrogate map record search filter config tag "
        "label metric topic dict alert incident issue "
        "project fingerprint registry hot short function pub host log trace context feature flag setting "
        "parent child sync order sec field column "
        "bucket file image item list queue stream s shard hash lock redis resource state store template "
        "user username metadata env entity"
    )
)
_COUNTED: Final = frozenset(words("pass passes tokens secrets passwords cookies sessions creds"))
_LONGEST_CACHED: Final = 64


class Confidence(IntEnum):
    """How sure a name makes it that a secret stands under it.

    Under a WEAK name stands a secret if it looks like one; under a LOOSE one (its last word does not
    say so) too where it only stands in a text.
    """

    NONE = 0
    WEAK = 1
    LOOSE = 2
    STRONG = 3


def is_secret_name(name: str) -> bool:
    """Whether what stands under ``name`` is a secret, whatever it looks like."""
    return grade(name) >= Confidence.LOOSE


def is_counted(name: str) -> bool:
    """Whether a number under it is most likely a count: ``pass=120``, ``tokens: 8121``."""
    parts = words(name)
    return len(parts) == 1 and parts[0] in _COUNTED


def is_plain_key(word: str) -> bool:
    """Whether a key of this kind only finds or orders things: ``primary``, ``cache``."""
    return word in _PLAIN_KEYS


def grade(name: str) -> Confidence:
    """How sure ``name`` makes it."""
    return _judge_cached(name) if len(name) <= _LONGEST_CACHED else _judge(name)


def _judge(name: str) -> Confidence:
    parts = words(name)
    if parts in _WHOLE or parts[-2:] in _IDENTS:
        return Confidence.STRONG
    if not parts or parts[-1] in _ABOUT:
        return Confidence.NONE
    found = any(_says(word) for word in parts) or any(pair in _PAIRS for pair in pairwise(parts))
    tail = len(parts)
    while tail > 1 and (parts[tail - 1].isdigit() or parts[tail - 1] in _QUALIFIERS):
        tail -= 1
    if found:
        if _says(parts[tail - 1]) or parts[max(tail - 2, 0) : tail] in _PAIRS:
            return Confidence.STRONG
        return Confidence.NONE if " " in name.strip() else Confidence.LOOSE
    return Confidence.WEAK if _is_weak(parts[:tail]) else Confidence.NONE


def _says(word: str) -> bool:
    return word in _WORDS or word.endswith(_ENDINGS)


def _is_weak(parts: tuple[str, ...]) -> bool:
    last = parts[-1]
    if last not in _WEAK and not last.endswith(("key", "psk")):
        return False
    if last.endswith("groupkey") or last in {"monkey", "turkey", "hotkey", "whiskey", "hockey"}:
        return False
    return not (last in {"key", "keys", "salt", "seed"} and len(parts) > 1 and parts[-2] in _PLAIN_KEYS)


_judge_cached = lru_cache(maxsize=4096)(_judge)
