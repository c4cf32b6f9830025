"""Outlet: where a record goes, each place for itself.

Law: the caller waits for the log and for two small local files, never for a network. One thread does the
rest; when the process ends it has `GRACE` seconds for one try, and what is left in the spool goes out with
whoever emits next.
"""

import atexit
import json
import logging
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bot.emit.record import Record
from bot.emit.sink import post_to_tocsin, post_to_webhook, shown
from bot.emit.spool import FullError, SendResult, Spool

GRACE: Final = 5.0
"""Seconds that the end of a process waits for what is on its way."""

MAX_WAITING: Final = 1_000
"""Records that wait for webhooks; beyond them webhooks are left out, and the log says so."""

PAUSE: Final = 2.0
"""Seconds between two looks at a Tocsin that does not answer."""

_LEVELS: Final = {"critical": logging.CRITICAL, "warning": logging.WARNING, "info": logging.INFO}
_HOOK: Final = "/v1/hooks/generic"

_log = logging.getLogger("tocsin.alert")


class Outlet:
    """All places of one process. The environment is read anew for each record."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Record] = queue.Queue(MAX_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._tried = threading.Event()
        self._spools: dict[Path, Spool] = {}
        self._unspooled: list[Record] = []

    def take(self, record: Record) -> None:
        """Write the record down and let the thread send it."""
        self._say(record)
        self._append(record)
        wanted = False
        if tocsin():
            wanted = True
            try:
                self._spool().put(record)
            except FullError:
                self.complain(f"the spool is full, {record.key} is only in the log")
            except OSError as error:
                self.complain(f"the spool cannot be written ({error}); sending from memory")
                with self._lock:
                    self._unspooled = [*self._unspooled, record][-MAX_WAITING:]
        if webhooks():
            wanted = True
            try:
                self._waiting.put_nowait(record)
            except queue.Full:
                self.complain(f"too much waits for the webhooks, {record.key} is left out")
        if wanted:
            self._start()

    def flush(self, seconds: float) -> bool:
        """Wait until the thread has nothing to do; whether that was reached."""
        if self._thread is None and not self._spool().path.is_dir():
            return True
        self._start()
        return self._idle.wait(seconds)

    def complain(self, what: str) -> None:
        """Say that a place failed; the others are not told."""
        _tell(logging.WARNING, json.dumps({"event": "alert_sink_failed", "reason": what}, ensure_ascii=False))

    def _say(self, record: Record) -> None:
        try:
            _tell(_LEVELS[record.severity], record.line())
        except Exception:  # noqa: BLE001 -- a sink of its own: a log that fails must not cost the others
            sys.stderr.write("tocsin: the log failed\n")

    def _append(self, record: Record) -> None:
        path = Path(os.environ.get("TOCSIN_ALERT_LOG") or _data() / "alerts.log")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(handle, record.line().encode() + b"\n")
            finally:
                os.close(handle)
        except OSError as error:
            self.complain(f"{path} cannot be written: {error}")

    def _spool(self) -> Spool:
        path = _data() / "spool"
        return self._spools.setdefault(path, Spool(path))

    def _start(self) -> None:
        with self._lock:
            self._idle.clear()
            self._tried.clear()
            self._wake.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="tocsin-emit", daemon=True)
                self._thread.start()
                atexit.register(self._tried.wait, GRACE)

    def _run(self) -> None:
        import httpx

        with httpx.Client(trust_env=False) as client:
            while True:
                self._wake.wait()
                self._wake.clear()
                while not self._round(client):
                    self._tried.set()
                    self._wake.wait(PAUSE)
                    self._wake.clear()
                if not self._wake.is_set():
                    self._tried.set()
                    self._idle.set()

    def _round(self, client: Any) -> bool:
        """Send everything once; whether nothing is left."""
        try:
            self._tell_webhooks(client)
            return self._tell_tocsin(client)
        except Exception as error:  # noqa: BLE001 -- the thread's boundary: it must live as long as the process
            self.complain(f"sending failed: {error!r}")
            return False

    def _tell_webhooks(self, client: Any) -> None:
        while True:
            try:
                record = self._waiting.get_nowait()
            except queue.Empty:
                return
            for url in webhooks():
                if reason := post_to_webhook(client, url, record):
                    self.complain(f"{shown(url)} was not told: {reason}")

    def _tell_tocsin(self, client: Any) -> bool:
        where = tocsin()
        if where is None:
            return True

        def send(record: Record) -> tuple[SendResult, str]:
            return post_to_tocsin(client, *where, record)

        with self._lock:
            kept, self._unspooled = self._unspooled, []
        left = [record for record in kept if send(record)[0] is SendResult.LATER]
        with self._lock:
            self._unspooled = left + self._unspooled
        return self._spool().drain(send) and not left


def tocsin() -> tuple[str, str] | None:
    """Address and token of Tocsin, from TOCSIN_URL and TOCSIN_TOKEN; a bare host gets the usual path."""
    url, token = os.environ.get("TOCSIN_URL", "").strip(), os.environ.get("TOCSIN_TOKEN", "").strip()
    if not url or not token:
        return None
    bare = urlsplit(url).path in {"", "/"}
    return (url.rstrip("/") + _HOOK if bare else url), token


def webhooks() -> list[str]:
    """The addresses in TOCSIN_ALERT_WEBHOOKS."""
    return os.environ.get("TOCSIN_ALERT_WEBHOOKS", "").split()


def _data() -> Path:
    return Path(os.environ.get("TOCSIN_DATA") or "data")


def _tell(level: int, line: str) -> None:
    if _log.hasHandlers():
        _log.log(level, "%s", line)
    else:
        sys.stderr.write(line + "\n")
