"""Benchmarks: ``make bench`` runs those of the main path, ``make bench-storm`` the storm.

python -m tests.bench [main | parse | ingest | visible | delivery | open | recurrence | storm | outage |
pressure | payload | attack | memory | start | redaction | retention | failover | ingress | peers |
walk] [arguments]
"""

import runpy
import sys
from typing import Final

MAIN: Final = ("parse", "ingest", "visible")


def run(name: str, arguments: list[str]) -> None:
    """Run one benchmark as if it had been called by itself."""
    print(f"== {name}", flush=True)
    sys.argv = [f"bench_{name}", *arguments]
    runpy.run_module(f"tests.bench.bench_{name}", run_name="__main__")


def main() -> None:
    """The first word chooses; without one, all of the main path run with their defaults."""
    name, *arguments = sys.argv[1:] or ["main"]
    for each in MAIN if name == "main" else (name,):
        run(each, arguments)


if __name__ == "__main__":
    main()
