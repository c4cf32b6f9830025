"""What redaction costs, beside an older one: ``python tests/bench/bench_redaction.py [FOLDER]``.

``FOLDER`` holds the older modules as ``old_redaction.py`` and what it imports (``git show REV:...``); without it only
today's figures are printed. Bodies: Alertmanager's with 1 and 100 alerts, and hostile ones of 1 MB.
"""  # noqa: E501

import random
import string
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from time import process_time
from timeit import repeat

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]


from bot.domain.access.redaction import redact_body  # noqa: E402
from bot.domain.access.secret_pattern import scrub  # noqa: E402
from bot.providers.body import decode  # noqa: E402

MEGABYTE = 1_000_000
build_body: Callable[[int], bytes] = import_module("bench_parse").build_body


def measure(work: Callable[[], object], loops: int) -> float:
    """The best of several runs, in microseconds."""
    return min(repeat(work, timer=process_time, number=loops, repeat=5)) / loops * 1e6


def main(folder: str | None) -> None:
    """Print the table."""
    old = None
    if folder:
        sys.path.insert(0, folder)
        old = import_module("old_redaction").redact_body
    for alerts in (1, 100):
        body = build_body(alerts)
        decoded = decode(body, "")
        now = measure(partial(redact_body, body, decoded), 2_000 // alerts)
        then = old and measure(partial(old, body, decoded), 2_000 // alerts)
        print(
            f"{alerts:4} alerts {now:9.1f} us"
            + (f", before {then:9.1f} us: {now / then:.2f}" if then else "")
        )
    dice = random.Random(1)  # noqa: S311 -- a benchmark
    hostile = {
        "password=a": "password=a " * (MEGABYTE // 11),
        "mysql": "mysql " * (MEGABYTE // 6),
        "runs": "aB3dE5gH7jK9mN1pQ3sT4 " * (MEGABYTE // 22),
        "drawn by lot": "".join(dice.choices(string.ascii_letters + string.digits + " -_=:", k=MEGABYTE)),
    }
    for name, text in hostile.items():
        began = process_time()
        scrub(text)
        print(f"{name:14} {process_time() - began:6.2f} s a megabyte")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
