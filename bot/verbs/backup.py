"""``tocsin backup`` and ``restore``: everything a desk knows, in one file and back."""

import shutil
from argparse import Namespace
from collections.abc import Coroutine
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.clock import SystemClock
from bot.domain.errors import TocsinError
from bot.process import held
from bot.settings.database import DatabaseChoice, database_choice
from bot.settings.key import FILE_NAME, signing_key
from bot.settings.tree import Settings
from bot.verbs.loop import run
from bot.verbs.setting import load_quietly
from storage import backup, schema

T = TypeVar("T")

_SIDE_FILES: Final = ("-wal", "-shm")


def write(args: Namespace) -> int:
    """Write the backup, prove that it can be read, and say what it holds."""
    settings = load_quietly(args)
    choice = database_choice(settings)
    if args.file.exists() and not args.force:
        raise TocsinError(f"{args.file} exists already: name another, or add --force to replace it.")
    if choice.embedded and not Path(choice.shown).exists():
        raise TocsinError(f"There is nothing to back up: {choice.shown} does not exist.")
    key, remark = _key(settings, wanted=not args.without_key)
    now = SystemClock().now()
    manifest = _run(choice, backup.write(choice.url, args.file, key=key, version=version("tocsin"), now=now))
    print(
        f"{args.file}: {manifest.rows} rows of {len(manifest.tables)} tables from {choice.shown}, read again"
        f" and whole. {remark}"
    )
    return 0


def restore(args: Namespace) -> int:
    """Put a backup into the configured place, unless something newer or something running is there."""
    settings = load_quietly(args)
    choice = database_choice(settings)
    manifest = backup.read(args.file)
    now = SystemClock().now()
    if choice.embedded:
        kept = _into_file(choice, args, manifest, now)
    else:
        _into_server(choice, args, manifest)
        kept = []
    key = backup.read_key(args.file)
    if key is not None and settings.storage.secret_key is None:
        kept += _put_key(settings, key, now)
    print(f"{choice.shown}: {manifest.rows} rows as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.")
    for path in kept:
        print(f"What stood there before is {path}.")
    if key is None and settings.storage.secret_key is None:
        print("The backup has no key: senders that sign need new secrets (tocsin source rotate NAME).")
    return 0


def _into_file(
    choice: DatabaseChoice, args: Namespace, manifest: backup.Manifest, now: datetime
) -> list[Path]:
    """Fill a file beside the place, then let it take the place; return what was put aside."""
    path = Path(choice.shown)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with held(path) as alone:
        if not alone:
            raise TocsinError(f"A running Tocsin uses {path}: stop it first. Nothing was changed.")
        _refuse_newer(choice, args, manifest)
        draft = path.with_name(f".{path.name}.restore")
        for leftover in (draft, *_side_files(draft)):
            leftover.unlink(missing_ok=True)
        _run(choice, backup.fill(f"sqlite:///{draft}", args.file))
        kept = _put_aside(path, now)
        for side in _side_files(path):
            side.unlink(missing_ok=True)
        draft.replace(path)
        return kept


def _into_server(choice: DatabaseChoice, args: Namespace, manifest: backup.Manifest) -> None:
    if _run(choice, backup.in_use(choice.url)):
        raise TocsinError(f"A running Tocsin uses {choice.shown}: stop it first. Nothing was changed.")
    if _refuse_newer(choice, args, manifest) and not args.force:
        raise TocsinError(
            f"{choice.shown} is not empty: --force replaces what stands there, and nothing of it is kept."
        )
    _run(choice, backup.fill(choice.url, args.file))


def _refuse_newer(choice: DatabaseChoice, args: Namespace, manifest: backup.Manifest) -> bool:
    """Whether anything stands in the place.

    Raises:
        TocsinError: it is newer than the backup, and nobody said that it may go.
    """
    there = _run(choice, backup.changed_at(choice.url))
    if there is None:
        return False
    newer = manifest.changed_at is None or there > manifest.changed_at
    if newer and not args.force:
        raise TocsinError(
            f"{choice.shown} is newer ({there:%Y-%m-%d %H:%M:%S} UTC) than the backup"
            f" ({manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC): what came since would be gone."
            " --force restores all the same. Nothing was changed."
        )
    return True


def _put_aside(path: Path, now: datetime) -> list[Path]:
    if not path.exists():
        return []
    aside = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S}")
    for source, target in zip((path, *_side_files(path)), (aside, *_side_files(aside)), strict=True):
        if source.exists():
            source.replace(target)
    return [aside]


def _side_files(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _SIDE_FILES]


def _key(settings: Settings, *, wanted: bool) -> tuple[str | None, str]:
    if not wanted:
        return None, "Without the desk's key: keep it elsewhere, for senders that sign need it."
    if settings.storage.secret_key is not None:
        return None, "The desk's key is a setting (TOCSIN_SECRET_KEY): keep it elsewhere."
    return signing_key(settings.storage).hex(), "It holds the desk's key: keep it as safe as the desk."


def _put_key(settings: Settings, key: str, now: datetime) -> list[Path]:
    path = settings.storage.data / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = []
    if path.exists() and path.read_text(encoding="ascii") != key:
        aside = path.with_name(f"{FILE_NAME}.{now:%Y%m%dT%H%M%S}")
        shutil.move(path, aside)
        kept.append(aside)
    path.touch(mode=0o600)
    path.write_text(key, encoding="ascii")
    return kept


def _run(choice: DatabaseChoice, work: Coroutine[Any, Any, T]) -> T:
    """Await ``work``; what a driver says of the database becomes one line."""
    try:
        return run(work)
    except TocsinError:
        raise
    except Exception as error:  # drivers raise what they like, and only storage knows their names
        raise TocsinError(f"{choice.shown} cannot be used: {schema.first_line(error)}") from error
