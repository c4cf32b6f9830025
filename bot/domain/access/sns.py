"""SNS: what Amazon signs of a message, where its certificates may lie, and which topics are listened to."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

_HOST: Final = re.compile(r"sns\.[a-z0-9-]{3,32}\.amazonaws\.com(?:\.cn)?", re.ASCII)
_LONGEST: Final = 2_048
_NOTIFICATION: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION: Final = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def signed_text(message: Mapping[str, object]) -> bytes:
    """The bytes that the signature covers: names and values, each with a line break behind it."""
    fields = _NOTIFICATION if message.get("Type") == "Notification" else _CONFIRMATION
    return "".join(f"{name}\n{message[name]}\n" for name in fields if message.get(name) is not None).encode()


def is_certificate(url: object) -> bool:
    """Whether ``url`` is one of Amazon's own for a certificate of SNS."""
    return _is_amazon(url) and urlsplit(str(url)).path.endswith(".pem") and not urlsplit(str(url)).query


def is_subscription(url: object, topic: str) -> bool:
    """Whether ``url`` is Amazon's own for confirming a subscription to ``topic``, in the topic's region."""
    if not _is_amazon(url):
        return False
    parts = urlsplit(str(url))
    return (
        parts.path in ("", "/")
        and "Action=ConfirmSubscription" in parts.query
        and topic in _plain(parts.query)
    )


def is_allowed(topic: str, patterns: tuple[str, ...]) -> bool:
    """Whether the configuration names the topic; ``*`` in a pattern is any words."""
    return topic.startswith("arn:") and any(fnmatchcase(topic, pattern) for pattern in patterns)


def _is_amazon(url: object) -> bool:
    if not isinstance(url, str) or len(url) > _LONGEST or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and parts.netloc == (parts.hostname or "")
        and port is None
        and bool(_HOST.fullmatch(parts.hostname or ""))
    )


def _plain(query: str) -> str:
    return query.replace("%3A", ":").replace("%3a", ":")
