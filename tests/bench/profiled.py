"""The bot with every thread profiled, as CPU time, into the folder that ``TOCSIN_PROFILES`` names."""

import cProfile
import os
import runpy
import sys
import threading
import time
from pathlib import Path


def main() -> None:
    """Run the bot, and write one file a thread at its end."""
    folder = Path(os.environ.pop("TOCSIN_PROFILES"))
    folder.mkdir(parents=True, exist_ok=True)
    plain = threading.Thread.run

    def run(thread: threading.Thread) -> None:
        profile = cProfile.Profile(time.thread_time)
        profile.runcall(plain, thread)
        profile.dump_stats(folder / f"{thread.name}-{thread.ident}.prof")

    setattr(threading.Thread, "run", run)  # noqa: B010 -- a patch, and meant to look like one
    profile = cProfile.Profile(time.thread_time)
    try:
        profile.runcall(runpy.run_module, "bot", run_name="__main__", alter_sys=True)
    finally:
        profile.dump_stats(folder / "main.prof")


if __name__ == "__main__":
    sys.argv[0] = "bot"
    main()
