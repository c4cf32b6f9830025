"""Peers: what an alert costs here and in Alertmanager, in turns on the same machine.

    python -m tests.bench peers [--rounds 3] [--alerts 20000] [--sizes 1,10,100] [--against FOLDER]
        [--postgres]

What is compared is processor time (user and system) of the server's process, and of PostgreSQL's with it,
from the first request until nothing is left to do. Every round measures each server once at each size, on a
fresh database, so that a noisy moment hits all of them; the table shows the least of the rounds, for noise
only adds. Alertmanager keeps its alerts in memory and answers before anything is durable; it is asked twice:
with a group for each alert, as there is a card for each alert here, and with one for all of a name.

``--against`` names a folder with another version of Tocsin, which is measured in the same turns. On disk:
bytes of the file an alert, and bytes that the process had written an alert.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path

import msgspec

from tests.bench.bench_ingest import ROOT, count_again, cpu_seconds, databases, say, send
from tests.bench.load import Order
from tests.bench.target import Address

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager") or ""
TARGETS = {"each": {1: 1.5, 10: 0.75, 100: 0.6}, "name": {1: 2.3, 10: 1.2, 100: 1.1}}
"""Processor time an alert here, in parts of Alertmanager's."""

GROUPS = {"each": "['...']", "name": "[alertname]"}
PATIENCE = 15.0
SETTLED = 0.3


class Served(msgspec.Struct, frozen=True):
    """A server under load: where it listens, and how much processor time and disk it has had."""

    url: str
    token: str
    raw: bool
    cpu: Callable[[], float]
    written: Callable[[], int]
    size: Callable[[], int]
    warmed_up: Callable[[], None] = lambda: None


class Cost(msgspec.Struct, frozen=True):
    """For one alert: microseconds of processor, alerts a second, bytes in the file and bytes written."""

    cpu: float
    rate: float
    size: float = 0.0
    written: float = 0.0


Server = Callable[[], AbstractContextManager[Served]]


@contextmanager
def alertmanager(grouping: str) -> Iterator[Served]:
    """An Alertmanager that notifies nobody."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        config = Path(folder, "alertmanager.yml")
        config.write_text(
            f"route: {{receiver: none, group_by: {GROUPS[grouping]}}}\nreceivers: [{{name: none}}]\n"
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [PROGRAM, f"--config.file={config}", f"--storage.path={folder}/data"]
        command += [
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
            "--log.level=error",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _await(port)
                cpu = partial(cpu_seconds, process.pid)
                yield Served(f"http://127.0.0.1:{port}", "", True, cpu, lambda: 0, lambda: 0)
            finally:
                process.terminate()
                process.wait()


def _await(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("Alertmanager does not listen")


@contextmanager
def tocsin(folder: Path, addresses: Iterator[str]) -> Iterator[Served]:
    """A desk of the version in ``folder``, on a fresh database."""
    database = next(addresses)
    command = [sys.executable, "-m", "tests.bench.target", database]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = msgspec.json.decode(process.stdout.readline(), type=Address)
            file = Path(database.removeprefix("sqlite:///"))
            postgres = postmasters(database)
            yield Served(
                address.url,
                address.token,
                False,
                lambda: cpu_seconds(process.pid) + sum(map(family, postgres)),
                lambda: _written(process.pid),
                lambda: file.stat().st_size if file.is_file() else 0,
                lambda: count_again(database),
            )
        finally:
            process.stdin.close()
            process.wait()


def postmasters(database: str) -> list[int]:
    """The PostgreSQL server that keeps ``database``, by the file in which it says its process's number."""
    if not database.startswith("postgresql"):
        return []
    return [int(Path(database.partition("host=")[2], "postmaster.pid").read_text().split()[0])]


def family(parent: int) -> float:
    """Processor time of a process and its children, those that ended among them."""
    fields = Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()
    total = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        with suppress(FileNotFoundError):  # it ended meanwhile: from the next look on the parent counts it
            total += cpu_seconds(int(child))
    return total


def _written(pid: int) -> int:
    lines = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(lines["write_bytes"])


def measure(server: Server, size: int, alerts: int) -> Cost:
    """Warm up, then as fast as it takes them, until it has done all that follows."""
    requests = max(64, alerts // size)
    with server() as served:

        def order(requests: int, first: int) -> Order:
            return Order(served.url, served.token, size, requests, first=first, raw=served.raw)

        send(order(max(64, requests // 4), 0))
        served.warmed_up()
        _settle(served)
        cpu, written, held = served.cpu(), served.written(), served.size()
        found = send(order(requests, 10**6))
        _settle(served)
        count = requests * size
        return Cost(
            cpu=(served.cpu() - cpu) / count * 1_000_000,
            rate=count / found.seconds,
            size=(served.size() - held) / count,
            written=(served.written() - written) / count,
        )


def _settle(served: Served) -> None:
    before, until = -1.0, time.monotonic() + PATIENCE
    while (now := served.cpu()) - before > SETTLED / 10 and time.monotonic() < until:
        before = now
        time.sleep(SETTLED)


def show(found: dict[tuple[str, int], list[Cost]], size: int) -> None:
    """One line for each server at this size."""
    best = {name: min(each.cpu for each in costs) for (name, at), costs in found.items() if at == size}
    for name, cpu in best.items():
        costs = found[name, size]
        line = f"{size:>5} {name:<24} {cpu:>8.0f} us {max(each.rate for each in costs):>9,.0f}/s"
        if name.startswith("tocsin"):
            for grouping, targets in TARGETS.items():
                if f"alertmanager, {grouping}" in best:
                    ratio, wished = cpu / best[f"alertmanager, {grouping}"], targets.get(size)
                    line += f"  {ratio:5.2f} of {grouping}" + (f" (<= {wished})" if wished else "")
            line += f"  file {min(each.size for each in costs):,.0f} B"
            line += f"  written {min(each.written for each in costs):,.0f} B"
        say(line)


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alerts", type=int, default=20_000)
    parser.add_argument("--against", type=Path, help="a folder with another version of Tocsin")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    parser.add_argument(
        "--sizes", type=lambda text: [int(size) for size in text.split(",")], default=[1, 10, 100]
    )
    args = parser.parse_args()
    found: dict[tuple[str, int], list[Cost]] = {}
    with databases(postgres=args.postgres) as addresses:
        servers: dict[str, Server] = {"tocsin": partial(tocsin, ROOT, addresses)}
        if args.against:
            servers["tocsin, before"] = partial(tocsin, args.against.resolve(), addresses)
        if PROGRAM:
            servers |= {f"alertmanager, {each}": partial(alertmanager, each) for each in GROUPS}
        for _ in range(args.rounds):
            for size in args.sizes:
                for name, server in servers.items():
                    cost = measure(server, size, args.alerts)
                    found.setdefault((name, size), []).append(cost)
                    say(f"  {size:>3} {name}: {cost.cpu:.0f} us")
    say(f"load of the machine: {' '.join(f'{each:.1f}' for each in os.getloadavg())}\n")
    for size in args.sizes:
        show(found, size)


if __name__ == "__main__":
    main()
