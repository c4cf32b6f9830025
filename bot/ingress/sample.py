"""Sample: an alert that says of itself that it is a test, so that nobody takes it for a real one."""

from typing import Final

import msgspec

from bot.domain.alert.signal import MAX_NAME, Reading, Signal
from bot.domain.text import cut

WORD: Final = "TEST: "


def as_test(reading: Reading) -> Reading:
    """What was read, as alerts of their own whose names begin with the word TEST.

    A real alert of the same name, cause or fingerprint is another one, which a test neither marks nor ends.
    """
    marked = tuple((index, _marked(signal)) for index, signal in reading.signals)
    return msgspec.structs.replace(reading, signals=marked)


def _marked(signal: Signal) -> Signal:
    return msgspec.structs.replace(
        signal,
        name=cut(f"{WORD}{signal.name}", MAX_NAME),
        fingerprint=_own(signal.fingerprint),
        group_key=_own(signal.group_key),
    )


def _own(key: str) -> str:
    return f"{WORD}{key}" if key else ""
