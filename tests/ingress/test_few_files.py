"""With few open files a crowd of silent strangers resets no sender, and log and metrics tell of the crowd."""

import asyncio
import contextlib
import http.client
import json
import resource
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.waiting import until

FILES, SILENT, SENDERS, SENT = 256, 400, 4, 10
GOOD = json.dumps(
    {"status": "firing", "alerts": [{"status": "firing", "labels": {"alertname": "Disk"}}]}
).encode()
DEADLINE = 60


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.ingress.few_files", f"sqlite:///{tmp_path}/desk.db", str(FILES)),
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    yield started
    with contextlib.suppress(ProcessLookupError):
        started.kill()
    await started.wait()


async def _silent(place: tuple[str, int], crowd: list[asyncio.StreamWriter]) -> None:
    """Connect and say nothing; reset or not, that is all."""
    with contextlib.suppress(OSError):
        crowd.append((await asyncio.open_connection(*place))[1])


def _send(place: tuple[str, int], token: str, connected: list[int]) -> list[object]:
    """Alerts, over a connection of its own each, as senders make them that keep none open."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answered: list[object] = []
    for number in range(SENT):
        line = http.client.HTTPConnection(*place, timeout=DEADLINE)
        try:
            line.request("POST", "/v1/hooks/alertmanager", GOOD, headers)
            if not number:
                connected.append(1)
            answered.append(line.getresponse().status)
        except OSError as error:
            answered.append(repr(error))
        finally:
            line.close()
    return answered


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1_024, reason="needs files of its own")
async def test_no_sender_is_reset_while_silent_strangers_fill_the_files(
    process: asyncio.subprocess.Process,
) -> None:
    assert process.stdout is not None
    crowd: list[asyncio.StreamWriter] = []
    async with asyncio.timeout(DEADLINE):
        told: dict[str, Any] = json.loads(await process.stdout.readline())
        parts = urlsplit(told["url"])
        place = (str(parts.hostname), int(parts.port or 0))
        connected: list[int] = []
        process.send_signal(signal.SIGSTOP)  # what comes meanwhile is there all at once afterwards
        await asyncio.gather(*(_silent(place, crowd) for _ in range(SILENT)))
        senders = [
            asyncio.create_task(asyncio.to_thread(_send, place, told["token"], connected))
            for _ in range(SENDERS)
        ]
        await until(lambda: len(connected) == SENDERS)
        process.send_signal(signal.SIGCONT)
        answered = [status for sender in senders for status in await sender]
        out, err = await process.communicate(b"")
    for each in crowd:
        each.close()
    assert answered == [202] * SENT * SENDERS
    assert json.loads(out.splitlines()[-1])["closed"] >= SILENT - FILES
    assert b"too many connections" in err
    assert b'"most": 192' in err
    assert b"Too many open files" not in err
