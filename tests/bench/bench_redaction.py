"""What redaction costs, beside an older one: ``python -m tests.bench redaction [--against REV]``.

``REV`` names a commit; its ``bot/domain`` is read out of the repository and measured in the same run, turn by turn, so that
the ratio says something on a busy machine too. Bodies: all recorded requests, Alertmanager's with 1 and 100 alerts, and
hostile ones of 1 MB.
"""  # noqa: E501

import argparse
import io
import json
import random
import string
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time, thread_time
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from bot.domain.access.redaction import redact_body  # noqa: E402
from bot.domain.access.secret_pattern import scrub  # noqa: E402
from bot.domain.errors import InvalidInputError  # noqa: E402
from bot.providers.body import decode  # noqa: E402

MEGABYTE: Final = 1_000_000
ROUNDS: Final = 9
FOLDERS: Final = ("tests/payloads", "tests/providers/requests")
build_body: Callable[[int], bytes] = import_module("bench_parse").build_body


class Body(NamedTuple):
    """One request's body, as it came and as it is read."""

    name: str
    raw: bytes
    decoded: object


def recorded(folders: Iterable[Path]) -> list[Body]:
    """The bodies of JSON among the recorded requests."""
    bodies = []
    for path in sorted(path for folder in folders for path in folder.glob("*.json")):
        request = json.loads(path.read_text(encoding="utf-8")).get("request", {})
        raw = str(request.get("body") or "").encode()
        try:
            bodies.append(Body(path.stem, raw, decode(raw, "")))
        except InvalidInputError:
            continue
    return bodies


def older(revision: str, folder: Path) -> Any:
    """The module of redaction as it was at ``revision``, under another name, beside today's."""
    packed = subprocess.run(
        ["git", "archive", revision, "bot/domain", "bot/__init__.py"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    (folder / "bot").rename(folder / "older")
    for path in (folder / "older").rglob("*.py"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("from bot.", "from older."), encoding="utf-8"
        )
    sys.path.insert(0, str(folder))
    return import_module("older.domain.access.redaction")


def once(work: Callable[[bytes, object], object], body: Body, loops: int) -> float:
    """Microseconds of one run."""
    began = process_time()
    for _ in range(loops):
        work(body.raw, body.decoded)
    return (process_time() - began) / loops * 1e6


def compare(bodies: list[Body], works: list[Callable[[bytes, object], object]]) -> list[list[float]]:
    """For each of ``works`` the best time of each body; they take turns."""
    best = [[float("inf")] * len(bodies) for _ in works]
    for _ in range(ROUNDS):
        for at, body in enumerate(bodies):
            loops = max(1, 40_000 // len(body.raw))
            for row, work in zip(best, works, strict=True):
                row[at] = min(row[at], once(work, body, loops))
    return best


def show(name: str, figures: list[float]) -> None:
    """One line: today's, the older one's, the ratio."""
    line = f"{name:34} {figures[0]:10.1f} us"
    if len(figures) > 1:
        line += f"   before {figures[1]:10.1f} us   ratio {figures[0] / figures[1]:5.2f}"
    print(line)


def show_ordinary(works: list[Callable[[bytes, object], object]], folders: list[Path], *, each: bool) -> None:
    """The recorded requests together, and Alertmanager's."""
    bodies = recorded(folders)
    best = compare(bodies, works)
    if each:
        for at, body in enumerate(bodies):
            show(body.name, [row[at] for row in best])
    show(f"all {len(bodies)} recorded requests", [sum(row) for row in best])
    for alerts in (1, 100):
        raw = build_body(alerts)
        found = compare([Body("", raw, decode(raw, ""))], works)
        show(f"Alertmanager, {alerts} alerts, each alert", [row[0] / alerts for row in found])


def hostile() -> dict[str, str]:
    """Texts of a megabyte that were made to cost much."""
    dice = random.Random(1)  # noqa: S311 -- a benchmark
    return {
        "password=a": "password=a " * (MEGABYTE // 11),
        "token a": "token a " * (MEGABYTE // 8),
        "mysql": "mysql " * (MEGABYTE // 6),
        "runs": "aB3dE5gH7jK9mN1pQ3sT4 " * (MEGABYTE // 22),
        "keys": "-----BEGIN PRIVATE KEY-----" * (MEGABYTE // 27),
        "options": "--password x " * (MEGABYTE // 13),
        "addresses": "http://a:b@c/d?token=e " * (MEGABYTE // 23),
        "drawn by lot": "".join(dice.choices(string.ascii_letters + string.digits + " -_=:", k=MEGABYTE)),
    }


def show_hostile(works: list[Callable[[str], object]]) -> None:
    """Seconds a megabyte in its thread."""
    for name, text in hostile().items():
        taken = []
        for work in works:
            began = thread_time()
            work(text)
            taken.append(thread_time() - began)
        line = f"{name:34} {taken[0]:10.2f} s a megabyte"
        if len(taken) > 1:
            line += f"   before {taken[1]:10.2f} s   ratio {taken[0] / taken[1]:5.2f}"
        print(line, flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser("redaction")
    parser.add_argument("--against", metavar="REV", help="a commit to compare with")
    parser.add_argument("--folder", type=Path, action="append", help="more recorded requests")
    parser.add_argument("--each", action="store_true", help="a line for every recorded request")
    parser.add_argument("--no-hostile", action="store_true")
    asked = parser.parse_args()
    folders = [ROOT / folder for folder in FOLDERS] + (asked.folder or [])
    with TemporaryDirectory() as folder:
        works: list[Callable[[bytes, object], object]] = [redact_body]
        scrubs: list[Callable[[str], object]] = [scrub]
        if asked.against:
            before = older(asked.against, Path(folder))
            works.append(before.redact_body)
            scrubs.append(before.scrub if hasattr(before, "scrub") else partial(before.redact))
        show_ordinary(works, folders, each=asked.each)
        if not asked.no_hostile:
            show_hostile(scrubs)


if __name__ == "__main__":
    main()
