"""The first minutes of a newcomer: the demo prints lines that work against it as they stand."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from queue import Queue
from threading import Thread

import httpx

ROOT = Path(__file__).parents[1]


def test_the_lines_that_the_demo_prints_let_a_sender_and_a_program_in(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if "TOCSIN" not in name}
    environ.pop("DATABASE_URL", None)
    tocsin = [sys.executable, "-m", "bot"]
    line = [*tocsin, "demo", "--port", "0", "--sandbox-port", "0", "--data", str(tmp_path / "demo data")]
    with subprocess.Popen(line, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as demo:
        said: Queue[str] = Queue()
        Thread(target=_read, args=(demo.stdout, said), daemon=True).start()
        try:
            lines = [_after(said, "source add mine"), _after(said, "token add mine")]
            printed = [_type(each, tmp_path, environ) for each in lines]
            _, bearer = re.findall(r"toc[a-z]*_[\w-]{16,}|http://\S+", printed[0])[:2]
            url = re.findall(r"address +(\S+)", printed[0])[0]
            alert = {"title": "MyFirst", "severity": "info"}
            answer = httpx.post(
                url, json=alert, headers={"Authorization": f"Bearer {bearer}"}, trust_env=False
            )
            assert answer.status_code == 202
            key = re.findall(r"toc[a-z]*_[\w-]{16,}", printed[1])[0]
            base = url.partition("/v1/")[0]
            listed = httpx.get(
                f"{base}/v1/alerts", headers={"Authorization": f"Bearer {key}"}, trust_env=False
            )
            assert listed.status_code == 200
            assert "MyFirst" in listed.text
        finally:
            demo.terminate()
            assert demo.wait(timeout=30) == 0


def _read(lines: Iterable[str], said: "Queue[str]") -> None:
    for line in lines:
        said.put(line)


def _after(said: "Queue[str]", words: str) -> str:
    while words not in (line := said.get(timeout=60)):
        pass
    return line.strip()


def _type(line: str, folder: Path, environ: dict[str, str]) -> str:
    """What a shell in another folder prints for ``line``, with this Python in the place of .venv's tocsin."""
    typed = line.replace(".venv/bin/tocsin", f"{sys.executable} -m bot")
    done = subprocess.run(
        ["/bin/sh", "-c", typed],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
