"""Secret object: the name of a Kubernetes Secret among the labels of a metric is no secret.

Theory: a metric never carries what a Secret holds, only which one it is about (``secret="shop-tls"``,
``secret_key="tls.crt"``), and it comes with an ``alertname`` or a ``namespace`` beside it. What is no name
that Kubernetes would give an object, or looks made by chance, stays a secret all the same.
"""

import re
from collections.abc import Container
from typing import Final

_LABELS: Final = frozenset(
    {"secret", "secret_name", "secret_key", "secretName", "secret_namespace", "tls_secret", "exported_secret"}
)
_BESIDE: Final = ("alertname", "namespace", "exported_namespace")
_OBJECT: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?", re.ASCII)
_BY_CHANCE: Final = re.compile(r"(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{20,}", re.ASCII)


def names_secret_object(name: str, value: object, fields: Container[str]) -> bool:
    """Whether ``value``, which stands under ``name`` among ``fields``, only says which Secret is meant."""
    return (
        name in _LABELS
        and isinstance(value, str)
        and any(each in fields for each in _BESIDE)
        and _OBJECT.fullmatch(value) is not None
        and _BY_CHANCE.search(value) is None
    )
