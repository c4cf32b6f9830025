"""Ingress: alerts a second that one and two ingress processes take in together, on one PostgreSQL database.

    python -m tests.bench.bench_ingress [--requests 400] [--size 10] [--rounds 3]

Each process has its own port, source and load; every alert is one that nobody sent before. What counts is the
sum over the time until the last of them is done.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median

from tests.bench.bench_ingest import cpu_seconds, databases, say, send, server
from tests.bench.load import Order


def measure(database: str, processes: int, size: int, requests: int) -> tuple[float, float]:
    """Alerts a second of all together, and microseconds of CPU of the ingresses for each."""
    with ExitStack() as stack:
        servers = [stack.enter_context(server(database)) for _ in range(processes)]
        orders = [
            Order(address.url, address.token, size, requests, first=(place + 1) * 10**9)
            for place, (address, _) in enumerate(servers)
        ]
        for place, (address, _) in enumerate(servers):
            send(Order(address.url, address.token, size, 64, first=place * 10**6))
        before = sum(cpu_seconds(pid) for _, pid in servers)
        with ThreadPoolExecutor(processes) as pool:
            found = list(pool.map(send, orders))
        cpu = sum(cpu_seconds(pid) for _, pid in servers) - before
    alerts = requests * size * processes
    return alerts / max(each.seconds for each in found), cpu / alerts * 1_000_000


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_ingress", description=__doc__)
    parser.add_argument("--requests", type=int, default=400, help="of each process")
    parser.add_argument("--size", type=int, default=10, help="alerts a request")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    with databases(postgres=True) as addresses:
        for _ in range(args.rounds):
            for processes, rounds in found.items():
                rounds.append(measure(next(addresses), processes, args.size, args.requests))
    for processes, rounds in found.items():
        rate, cpu = (median(each[place] for each in rounds) for place in (0, 1))
        say(f"{processes} ingress: {rate:,.0f} alerts/s, {cpu:,.0f} us of CPU an alert")


if __name__ == "__main__":
    main()
