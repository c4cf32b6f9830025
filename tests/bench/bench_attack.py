"""Attack: what known senders, programs and people get while strangers do their worst.

    python -m tests.bench.bench_attack [--hostile 200] [--rate 50] [--seconds 20] [--files 0] [--same]

The whole desk runs, bot and sandbox as processes of their own. For some seconds good requests of four kinds
come at ``--rate`` a second each: alerts with a token, alerts with a signature, a program's list of alerts,
and presses of *More*. First in peace, then beside ``--hostile`` connections (see `hostile`) from another
address of this machine, or (``--same``) from that of the good ones, as behind a proxy that nobody named. Of
each kind the share that was answered as it should be, and p50 and p99 from the moment each was due.
``--files`` bounds the open files of the bot.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from statistics import quantiles

import aiohttp

from bot.clock import SystemClock
from tests.bench.bench_ingest import ROOT
from tests.bench.load import body
from tests.tour.house import _MINE, House

Ask = Callable[[int], Awaitable[bool]]


class Good:
    """The four kinds of good requests; each says whether it was answered as it should be."""

    def __init__(self, house: House, sources: dict[str, dict[str, str]], token: str, button: str) -> None:
        self._url = house.ingress_url
        self._bearer, self._secret = sources["bearer"]["token"], sources["signed"]["signing_secret"]
        self._token = token
        self._message_id, _, self._custom_id = button.partition(" ")
        timeout = aiohttp.ClientTimeout(total=10)
        self._client = aiohttp.ClientSession(timeout=timeout)
        self._people = f"{house.world['sandbox_url']}/sandbox/people/responder"

    async def close(self) -> None:
        """Hang up."""
        await self._client.close()

    async def bearer(self, number: int) -> bool:
        """An alert with a token."""
        return await self._post(number, {"Authorization": f"Bearer {self._bearer}"})

    async def hmac(self, number: int) -> bool:
        """An alert with a signature."""
        data, stamp = body(number + 10**6, 1), str(int(SystemClock().now().timestamp()))
        mac = hmac.new(self._secret.encode(), f"{stamp}.".encode() + data, hashlib.sha256).hexdigest()
        headers = {"X-Tocsin-Timestamp": stamp, "X-Tocsin-Signature": f"sha256={mac}"}
        return await self._post(number + 10**6, headers)

    async def api(self, _: int) -> bool:
        """A program's list of alerts."""
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._client.get(f"{self._url}/v1/alerts?limit=5", headers=headers) as answer:
            return answer.status == HTTPStatus.OK

    async def click(self, _: int) -> bool:
        """A press of *More*."""
        what = {"message_id": self._message_id, "custom_id": self._custom_id}
        async with self._client.post(f"{self._people}/click", json=what) as answer:
            return bool((await answer.json()).get("answered"))

    async def _post(self, number: int, headers: dict[str, str]) -> bool:
        url, given = f"{self._url}/v1/hooks/alertmanager", {"Content-Type": "application/json", **headers}
        async with self._client.post(url, data=body(number, 1), headers=given) as answer:
            return answer.status == HTTPStatus.ACCEPTED


async def measure(name: str, ask: Ask, rate: float, seconds: float, first: int) -> None:
    """One row: ``rate`` requests a second, none of which waits for another."""
    waits: list[float] = []
    failed = 0

    async def one(number: int, due: float) -> None:
        nonlocal failed
        try:
            good = await ask(first + number)
        except (aiohttp.ClientError, TimeoutError):
            good = False
        failed += not good
        waits.append((time.perf_counter() - due) * 1_000)

    count, began = int(rate * seconds), time.perf_counter()
    tasks = []
    for number in range(count):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))  # noqa: TID251 -- load comes in real time
        tasks.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*tasks)
    cuts = quantiles(waits, n=100)
    share = 100 * (count - failed) / count
    print(f"{name:<22} {count:>6} {share:>8.2f} % {cuts[49]:>9.1f} {cuts[98]:>9.1f}", flush=True)


def _send(command: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)


async def _prepare(house: House) -> tuple[dict[str, dict[str, str]], str, str]:
    """Two sources, a program's token, and a button to press."""
    add = house.add_source
    sources = {name: await asyncio.to_thread(add, name, "alertmanager") for name in ("bearer", "signed")}
    words = ("token", "add", "bench", "--scope", "alerts.read", "--json")
    made = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", *words],
        env={name: value for name, value in os.environ.items() if name in _MINE} | house._environ(),
        cwd=house._folder,
        check=True,
        capture_output=True,
    )
    await house.post({"title": "Pressed", "dedupe_key": "pressed"})
    card = await house.card("Pressed", "🟠")
    parts = [part for row in card["components"] for part in row["components"]]
    more = next(part["custom_id"] for part in parts if part.get("custom_id", "").startswith("more:"))
    return sources, json.loads(made.stdout)["token"], f"{card['id']} {more}"


async def run(hostile: int, rate: float, seconds: float, files: int, address: str) -> None:
    """In peace, then under attack."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), f"sqlite:///{folder}/tocsin.db")
        await house.open()
        usual = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, usual[1]))
            await house.start_bot()
            resource.setrlimit(resource.RLIMIT_NOFILE, usual)
            await house.limits(enabled=False)
            good = Good(house, *await _prepare(house))
            kinds = {"bearer": good.bearer, "hmac": good.hmac, "api": good.api, "clicks": good.click}
            print(f"{'kind':<22} {'n':>6} {'answered':>10} {'p50 ms':>9} {'p99 ms':>9}", flush=True)
            for place, mood in enumerate(("peace", "attack")):
                command = [
                    sys.executable,
                    "-m",
                    "tests.bench.hostile",
                    house.ingress_url,
                    str(hostile),
                    address,
                ]
                crowd = _send(command) if mood == "attack" else None
                await asyncio.sleep(2 if crowd else 0)  # noqa: TID251 -- until all of them are there
                await asyncio.gather(
                    *(
                        measure(f"{mood}: {name}", ask, rate, seconds, (4 * place + kind) * 10**7)
                        for kind, (name, ask) in enumerate(kinds.items())
                    )
                )
                if crowd is not None:
                    crowd.communicate(b"")
            await good.close()
        finally:
            await house.close()


def main() -> None:
    """Parse, then measure and show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hostile", type=int, default=200)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--files", type=int, default=0, help="open files the bot may have; 0 = as usual")
    parser.add_argument("--same", action="store_true", help="the attack comes from the same address")
    args = parser.parse_args()
    address = "127.0.0.1" if args.same else "127.0.0.9"
    asyncio.run(run(args.hostile, args.rate, args.seconds, args.files, address))


if __name__ == "__main__":
    main()
