"""Start: what it costs until cards can be delivered, and what the process holds then.

    python -m tests.bench start [--runs 5] [--open 100000] [--seconds 10] [--against FOLDER]

`tocsin run` as a process of its own against the sandbox, on an empty SQLite file and on one that a start has
left behind, with ``--open`` alerts in it. Each run prints seconds on the wall and of the processor until the
ready file is there, and resident memory ``--seconds`` later. With ``--against`` a checkout in another folder
(with a ``.venv`` of its own) takes turns with this one.
"""

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parents[2]
TARGETS: Final = "targets: 1.2 s on the wall, 85 MiB at rest, 105 MiB with 100,000 open alerts"
_FILL: Final = (
    "import sys; from pathlib import Path; from tests.bench.bench_open import fill;"
    " fill(Path(sys.argv[1]), int(sys.argv[2]))"
)
"""Run by the checkout's own interpreter: its tables may be others than ours."""
_TICK: Final = os.sysconf("SC_CLK_TCK")
_RESIDENT: Final = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
_KEPT: Final = {"PATH", "HOME", "LANG", "TMPDIR"}


class Running:
    """A verb of a checkout, as its own process; ``seconds`` until its ready file was there."""

    def __init__(self, tree: Path, folder: Path, *words: str, **environ: str) -> None:
        self.ready_file = folder / "ready.json"
        self.ready_file.unlink(missing_ok=True)
        command = [str(tree / ".venv/bin/python"), "-m", "bot", *words, "--ready-file", str(self.ready_file)]
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        began = time.perf_counter()
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=tree, env=kept | environ, stdout=log, stderr=log)
        while not self.ready_file.exists():
            assert self._process.poll() is None, (folder / "log").read_text()
            time.sleep(0.003)
        self.seconds = time.perf_counter() - began

    def processor(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def resident(self) -> float:
        """MiB of resident memory."""
        found = _RESIDENT.search(Path(f"/proc/{self._process.pid}/status").read_text())
        assert found is not None
        return int(found[1]) / 1024

    def stop(self) -> None:
        """End it in peace."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()


def environment(world: dict[str, dict[str, str]], folder: Path) -> dict[str, str]:
    """Settings of a bot whose data are in ``folder``."""
    return {
        "TOCSIN_DISCORD_URL": str(world["sandbox_url"]),
        "TOCSIN_DISCORD_TOKEN": str(world["bot_token"]),
        "TOCSIN_DEFAULT_CHANNEL": world["channels"]["alerts"],
        "TOCSIN_DATA": str(folder),
        "TOCSIN_PORT": "0",
    }


def measure(tree: Path, folder: Path, world: dict[str, dict[str, str]], rest: float) -> tuple[float, ...]:
    """One start: wall, processor, memory."""
    bot = Running(tree, folder, "run", **environment(world, folder))
    processor = bot.processor()
    time.sleep(rest)
    resident = bot.resident()
    bot.stop()
    return bot.seconds, processor, resident


def bench(trees: list[Path], folder: Path, args: argparse.Namespace) -> None:
    """All starts, the trees in turns."""
    (folder / "sandbox").mkdir()
    sandbox = Running(HERE, folder / "sandbox", "sandbox", "--port", "0")
    world = json.loads(sandbox.ready_file.read_bytes())
    found: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    try:
        for run in range(args.runs):
            for tree in trees if run % 2 else trees[::-1]:
                place = folder / f"run-{run}-{trees.index(tree)}"
                place.mkdir()
                empty = measure(tree, place, world, 1.0)
                found.setdefault((tree.name, "empty"), []).append(empty)
                if args.open:
                    words = [f"{tree}/.venv/bin/python", "-c", _FILL, f"{place}/tocsin.db", str(args.open)]
                    subprocess.run(words, cwd=tree, check=True)
                again = measure(tree, place, world, args.seconds)
                found.setdefault((tree.name, f"migrated, {args.open:,} open"), []).append(again)
                shutil.rmtree(place)
    finally:
        sandbox.stop()
    for (tree_name, what), rows in sorted(found.items()):
        wall, processor, resident = map(statistics.median, zip(*rows, strict=True))
        print(f"{tree_name:<14} {what:<24} {wall:.2f} s, {processor:.2f} s of CPU, {resident:.1f} MiB")
    print(TARGETS)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--open", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--against", type=Path)
    args = parser.parse_args()
    trees = [HERE] if args.against is None else [HERE, args.against.resolve()]
    with tempfile.TemporaryDirectory(prefix="tocsin-start-") as folder:
        bench(trees, Path(folder), args)


if __name__ == "__main__":
    main()
