"""Payloads: hostile alerts by the hundred thousand, as every message that could be made of them.

    python -m tests.bench payload [--alerts 100000] [--seed 1] [--processes 2]

Each request is a provider's own example, bent: piled accents, emoji, Markdown, mentions, addresses of all
kinds, control and bidirectional characters, lone surrogates, huge, empty and nested values. It is decoded,
redacted, parsed and rendered as in the house; each message is held against the sandbox's limits of form and a
second reading of Discord's documents (tests/cards/rules.py). A refusal is printed with its seed and number,
which is enough to see it again.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.cards.payload import Tally, try_alerts

SHARD = 2_500  # alerts
SHOWN = 20  # refusals


def run(alerts: int, seed: str, processes: int) -> Tally:
    """All shards, each with a seed of its own."""
    whole = Tally()
    seeds = [f"{seed}.{shard}" for shard in range(-(-alerts // SHARD))]
    with ProcessPoolExecutor(processes) as pool:
        for tally in pool.map(partial(try_alerts, min(SHARD, alerts)), seeds):
            whole.add(tally)
    return whole


def main() -> None:
    """Read the arguments, run, and fail if anything was refused."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    began = time.monotonic()
    tally = run(args.alerts, args.seed, args.processes)
    took = time.monotonic() - began
    print(f"{tally.requests:,} requests, {tally.unreadable:,} of them unreadable: {tally.alerts:,} alerts")
    print(f"made {tally.messages:,} messages in {took:.0f} s; {len(tally.refused)} of them refused")
    for refusal in tally.refused[:SHOWN]:
        print(f"  {refusal[:500]}")
    sys.exit(bool(tally.refused))


if __name__ == "__main__":
    main()
