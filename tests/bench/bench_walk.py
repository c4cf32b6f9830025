"""How far one alert walks through the code: functions and files entered, and how often the file changes.

``python -m tests.bench walk [--tree FOLDER]``: a demo is started from a tree (this one by default) with a
profiler that counts calls, and one alert lives in it: sent, shown, acknowledged by its button, resolved by
its sender. What runs by itself while nothing happens does not count. The figures are counts: they depend
on what else happens meanwhile, not on the machine, so the smallest of some lives is the one to compare.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import httpx

ROOT: Final = Path(__file__).parents[2]
LIVES: Final = 5
IDLE: Final = 8.0  # seconds
PATIENCE: Final = 60.0
MEASURED: Final = """
import json, os, signal, sys, threading
root, out = sys.argv[1], sys.argv[2]
rooms = tuple(f"{root}/{name}/" for name in ("bot", "cogs", "storage"))
aside = (f"{root}/bot/sandbox/", f"{root}/bot/demo")
names, on, seen, idle, steps, last = {}, False, set(), set(), [0, 0], threading.local()

def ours(path):
    if path not in names:
        names[path] = path.startswith(rooms) and not path.startswith(aside)
    return names[path]

def hear(frame, event, _):
    if on and event == "call" and ours(frame.f_code.co_filename):
        code = frame.f_code
        key = code.co_filename, code.co_firstlineno, code.co_name
        if key in idle:
            return
        seen.add(key)
        steps[0] += 1
        steps[1] += getattr(last, "file", None) != code.co_filename
        last.file = code.co_filename

def begin(*_):
    global on
    seen.clear()
    steps[:] = 0, 0
    on = True

def end(*_):
    global on
    on = False
    files = {file for file, *_ in seen}
    found = {"functions": len(seen), "files": len(files), "calls": steps[0], "changes": steps[1]}
    with open(out + ".new", "w") as file:
        json.dump(found, file)
    os.replace(out + ".new", out)
    if not idle:
        idle.update(seen)

signal.signal(signal.SIGUSR1, begin)
signal.signal(signal.SIGUSR2, end)
threading.setprofile(hear)
sys.setprofile(hear)
sys.argv = ["tocsin", *sys.argv[3:]]
from bot.__main__ import main
sys.exit(main())
"""
COLUMNS: Final = ("functions", "files", "calls", "changes")


class Walk:
    """A demo whose calls are counted, and one sender and one person in front of it."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self._out = folder / "found.json"
        ready = folder / "ready.json"
        words = ["demo", "--port", "0", "--sandbox-port", "0", "--ready-file", str(ready)]
        environ = {name: value for name, value in os.environ.items() if "TOCSIN" not in name}
        self.process = subprocess.Popen(
            [sys.executable, "-c", MEASURED, str(tree), str(self._out), *words],
            cwd=folder,
            env={**environ, "PYTHONPATH": str(tree)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait(ready.exists)
        self.told: dict[str, Any] = json.loads(ready.read_bytes())
        self._client = httpx.Client(timeout=PATIENCE, trust_env=False)
        self._signal(signal.SIGUSR1)
        time.sleep(IDLE)
        self._count()

    def live(self, name: str) -> dict[str, int]:
        """One alert's life; what was counted meanwhile."""
        self._signal(signal.SIGUSR1)
        self._send(name, "firing")
        card = self._shown(name, "")
        ack = next(each for each in _buttons(card) if each.get("label") == "Acknowledge")
        what = {"message_id": card["id"], "custom_id": ack["custom_id"]}
        self._post(f"{self.told['sandbox_url']}/sandbox/people/responder/click", what)
        self._shown(name, "ACKED")
        self._send(name, "resolved")
        self._shown(name, "RESOLVED")
        return self._count()

    def _count(self) -> dict[str, int]:
        """End the counting; what was counted."""
        self._out.unlink(missing_ok=True)
        self._signal(signal.SIGUSR2)
        self._wait(self._out.exists)
        found: dict[str, int] = json.loads(self._out.read_bytes())
        return found

    def close(self) -> None:
        """End the demo."""
        self._client.close()
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)

    def _signal(self, which: signal.Signals) -> None:
        os.kill(self.process.pid, which)

    def _send(self, name: str, status: str) -> None:
        source = self.told["sources"]["generic"]
        body = {"title": name, "severity": "critical", "status": status, "dedupe_key": name}
        self._post(source["url"], body, {"Authorization": f"Bearer {source['token']}"})

    def _post(self, url: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._client.post(url, json=body, headers=headers).raise_for_status()

    def _shown(self, name: str, word: str) -> dict[str, Any]:
        """The card of an alert, as soon as it says a word."""
        channel = self.told["channels"]["alerts"]
        url = f"{self.told['sandbox_url']}/sandbox/channels/{channel}/messages"
        found: list[dict[str, Any]] = []

        def look() -> bool:
            shown = self._client.get(url, params={"limit": 20}).json()
            found[:] = [
                each for each in shown if each["embeds"] and name in json.dumps(each) and _buttons(each)
            ]
            found[:] = [each for each in found if word in json.dumps(each)]
            return bool(found)

        self._wait(look)
        return found[-1]

    def _wait(self, holds: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the demo ended or does not get on")
            time.sleep(0.05)


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for row in message["components"] for part in row.get("components", ())]


def main() -> None:
    """Read the arguments, let some alerts live and print what was counted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tree", type=Path, default=ROOT, help="a checkout to start the demo from")
    tree = parser.parse_args().tree.resolve()
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(tree, Path(folder))
        try:
            found = [walk.live(f"Walk{number}") for number in range(LIVES)]
        finally:
            walk.close()
    print("".join(f"{name:>12}" for name in COLUMNS))
    print("".join(f"{min(each[name] for each in found):>12}" for name in COLUMNS))


if __name__ == "__main__":
    main()
