"""Whoever tells an alert is never held up and never fails; what was told arrives once, whatever breaks."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.emit import outlet as outlets
from bot.emit.outlet import Outlet
from bot.emit.record import MAX_CONTEXT, Record, read
from bot.emit.sink import discord_message, post_to_tocsin
from bot.emit.spool import FullError, SendResult, Spool
from tests.cards.rules import refusals

ROOT = Path(__file__).parents[2]


class Peer:
    """A server that answers with ``status`` and remembers what it was sent."""

    def __init__(self) -> None:
        self.status = 202
        self.got: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        peer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if peer.status < 400:
                    peer.got.append((self.path, body, dict(self.headers.items())))
                self.send_response(peer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("TOCSIN_URL", "TOCSIN_TOKEN", "TOCSIN_ALERT_LOG", "TOCSIN_ALERT_WEBHOOKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path))
    monkeypatch.setattr(outlets, "PAUSE", 0.01)
    return tmp_path


def told(data: Path) -> list[str]:
    return [json.loads(line)["title"] for line in (data / "alerts.log").read_text().splitlines()]


def take(outlet: Outlet, *titles: str) -> None:
    for title in titles:
        outlet.take(read("warning", title, "m", {"host": "nas-01"}))


def aim(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TOCSIN_URL", url)
    monkeypatch.setenv("TOCSIN_TOKEN", "toc_x")


def test_a_thousand_alerts_arrive_once_and_in_order_when_tocsin_is_back(
    data: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    aim(monkeypatch, peer.url)
    peer.status = 503
    titles = [f"alert {number}" for number in range(1_000)]
    outlet = Outlet()
    take(outlet, *titles)
    assert told(data) == titles
    peer.status = 202
    assert outlet.flush(60)
    assert [body["title"] for _, body, _ in peer.got] == titles
    assert {path for path, _, _ in peer.got} == {"/v1/hooks/generic"}
    keys = [headers["Idempotency-Key"] for _, _, headers in peer.got]
    assert len(set(keys)) == len(keys)
    assert not list((data / "spool").glob("*.json"))


def test_a_folder_that_is_written_to_while_it_is_read_keeps_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "spool")
    records = [read("warning", f"alert {number}", "m", None) for number in range(4)]
    seen = list[str]()

    def send(record: Record) -> tuple[SendResult, str]:
        seen.append(record.title)
        return SendResult.TAKEN, ""

    def listing(pattern: str) -> Iterator[Path]:
        """Read the folder while the second and the fourth come: of these the later one alone is seen."""
        monkeypatch.undo()
        early = list(spool.path.glob(pattern))
        spool.put(records[1])
        spool.put(records[3])
        return iter([*early, spool.path / f"{records[3].key}.json"])

    spool.put(records[0])
    spool.put(records[2])
    monkeypatch.setattr(spool, "_files", lambda: listing("[0-9]*.json"))
    assert spool.drain(send)
    assert seen == [record.title for record in records]


def test_the_next_process_sends_what_the_last_one_could_not(
    data: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    aim(monkeypatch, "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-c", "from bot.emit import emit_alert; emit_alert('critical', 'first', 'm')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert json.loads(done.stderr)["title"] == "first"
    assert len(list((data / "spool").glob("*.json"))) == 1
    aim(monkeypatch, peer.url)
    outlet = Outlet()
    take(outlet, "second")
    assert outlet.flush(30)
    assert [body["title"] for _, body, _ in peer.got] == ["first", "second"]


def test_each_place_fails_alone(data: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file cannot be written, Tocsin's host is dead, one webhook says 500: the other webhook is told."""
    bad = Peer()
    bad.status = 500
    monkeypatch.setenv("TOCSIN_ALERT_LOG", "/dev/full")
    aim(monkeypatch, "http://127.0.0.1:9")
    monkeypatch.setenv(
        "TOCSIN_ALERT_WEBHOOKS", f"{bad.url}/hook/secret {peer.url}/api/webhooks/1/secret {peer.url}/x"
    )
    outlet = Outlet()
    take(outlet, "told")
    assert not outlet.flush(0)
    assert outlet._tried.wait(30)
    bad.close()
    (discord, message, _), (_, plain, _) = peer.got
    assert discord == "/api/webhooks/1/secret"
    assert message["embeds"][0]["title"] == plain["title"] == "told"
    assert message["allowed_mentions"] == {"parse": []}
    assert len(list((data / "spool").glob("*.json"))) == 1


def test_a_spool_that_cannot_be_written_is_sent_from_memory(
    data: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "spool").write_text("a file where the folder should be")
    aim(monkeypatch, peer.url)
    outlet = Outlet()
    take(outlet, "one", "two")
    outlet._tried.wait(30)
    assert [body["title"] for _, body, _ in peer.got] == ["one", "two"]


def test_what_tocsin_can_never_take_is_put_aside_and_blocks_nothing(data: Path) -> None:
    spool = Spool(data / "spool")
    first, second = read("info", "bad", "m", None), read("info", "good", "m", None)
    spool.put(first)
    spool.put(second)
    sent = []

    def send(record: Record) -> tuple[SendResult, str]:
        sent.append(record.title)
        return (SendResult.NEVER, "400 no") if record.title == "bad" else (SendResult.TAKEN, "")

    assert spool.drain(send)
    assert sent == ["bad", "good"]
    assert (data / "spool" / "refused" / f"{first.key}.reason").read_text() == "400 no\n"
    assert spool.drain(send)
    assert sent == ["bad", "good"]


def test_a_full_spool_says_so(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.emit.spool.MAX_RECORDS", 3)
    spool = Spool(data / "spool")
    for _ in range(3):
        spool.put(read("info", "t", "m", None))
    with pytest.raises(FullError):
        spool.put(read("info", "t", "m", None))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (202, SendResult.TAKEN),
        (400, SendResult.NEVER),
        (401, SendResult.LATER),
        (429, SendResult.LATER),
        (503, SendResult.LATER),
    ],
)
def test_an_answer_says_whether_to_try_again(status: int, verdict: SendResult) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(status)))
    assert post_to_tocsin(client, "http://x/", "t", read("info", "t", "m", None))[0] is verdict


@given(
    st.text(max_size=300),
    st.text(max_size=6_000),
    st.dictionaries(st.text(max_size=300), st.text(max_size=2_000), max_size=40),
)
def test_discord_takes_whatever_was_told(title: str, message: str, context: dict[str, str]) -> None:
    record = read("critical", title, message, context)
    assert len(record.context) <= MAX_CONTEXT
    assert refusals({"components": []} | discord_message(record)) == []


@pytest.mark.parametrize("severity", ["Critical", "critical", " CRITICAL "])
def test_a_severity_is_known_in_any_spelling(severity: str) -> None:
    assert read(severity, "t", "m", None).severity == "critical"


@pytest.mark.parametrize("severity", ["fatal", "", None, 7])
def test_an_unknown_severity_is_info(severity: object) -> None:
    assert read(severity, "t", "m", None).severity == "info"


def test_nothing_it_is_given_makes_it_raise(data: Path) -> None:
    from bot.emit import emit_alert

    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError

    emit_alert("info", Hostile(), Hostile(), {"a": Hostile()})  # type: ignore[arg-type]
    emit_alert("info", "\ud800", "\0", {1: 2})  # type: ignore[dict-item]
    emit_alert(None, None, None, 5)  # type: ignore[arg-type]
    assert len(told(data)) == 2


def test_secrets_leave_before_anything_is_written(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bot.emit import emit_alert

    emit_alert("info", "t", "password=hunter2hunter2", {"api_key": "s3cr3tvalue99"})
    everywhere = (data / "alerts.log").read_text() + capsys.readouterr().err
    assert "hunter2" not in everywhere
    assert "s3cr3tvalue99" not in everywhere


def test_importing_it_takes_nothing_but_the_standard_library() -> None:
    code = (
        "import sys, bot.emit; print([m for m in sys.modules if m in ('httpx', 'msgspec', 'asyncio', 're2')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
