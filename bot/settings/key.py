"""The desk's own key: what signing secrets are made with. It never leaves the machine."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

from bot.settings.environment import SettingProblem
from bot.settings.tree import ConfigError, StorageSettings

FILE_NAME: Final = "secret.key"
_BYTES: Final = 32


def signing_key(storage: StorageSettings) -> bytes:
    """32 bytes: from the configured ``secret_key``, else from a file that the first start makes (mode 0600).

    Raises:
        ConfigError: the file cannot be made or read.
    """
    if storage.secret_key is not None:
        return hashlib.sha256(storage.secret_key.reveal().encode()).digest()
    path = storage.data / FILE_NAME
    try:
        return _read(path) if path.exists() else _make(path)
    except OSError as error:
        raise ConfigError(
            [SettingProblem(str(path), f"cannot keep the desk's key: {error.strerror}")]
        ) from None


def known_key(storage: StorageSettings) -> bytes:
    """The key as `signing_key` gives it, b"" where there is none yet: nothing is made.

    Raises:
        ConfigError: the file cannot be read.
    """
    return signing_key(storage) if storage.secret_key or (storage.data / FILE_NAME).exists() else b""


def _make(path: Path) -> bytes:
    """Write a new key beside its place and link it there, so that of two starts at once one key wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise ConfigError(
            [SettingProblem(str(path), f"is not a key: it must hold {_BYTES} bytes as hex digits")]
        )
    return key
