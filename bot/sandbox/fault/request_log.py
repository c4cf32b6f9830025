"""Every REST request the bot made, as JSON lines; bounded by count and by bytes."""

from collections import deque

import msgspec


class RequestEntry(msgspec.Struct):
    """One request; ``ts`` is its arrival in unix seconds, ``path`` has no ``/api/vN``, ids are in it."""

    ts: float
    method: str
    path: str
    query: dict[str, str]
    body: msgspec.Raw
    status: int | None
    retry_after: float | None = None


class RequestLog:
    """The newest requests, oldest first."""

    def __init__(self, kept: int, kept_bytes: int) -> None:
        self._lines: deque[bytes] = deque()
        self._kept = kept
        self._kept_bytes = kept_bytes
        self._bytes = 0
        self._encoder = msgspec.json.Encoder()

    def note(self, entry: RequestEntry) -> None:
        """Add a request, dropping the oldest beyond the bounds."""
        line = self._encoder.encode(entry) + b"\n"
        self._lines.append(line)
        self._bytes += len(line)
        while len(self._lines) > self._kept or self._bytes > self._kept_bytes:
            self._bytes -= len(self._lines.popleft())

    def lines(self) -> bytes:
        """All kept requests, a JSON object a line."""
        return b"".join(self._lines)

    def clear(self) -> None:
        """Forget all."""
        self._lines.clear()
        self._bytes = 0
