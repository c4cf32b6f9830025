"""``tocsin health``: whether the desk on this machine is well, as an exit code for those who watch it."""

from argparse import Namespace
from typing import Final
from urllib.parse import urlsplit

import httpx

from bot.domain.errors import TocsinError
from bot.settings.tree import Settings
from bot.verbs.setting import load_quietly

_PATIENCE: Final = 5.0  # seconds
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 -- read, not bound


def health(args: Namespace) -> int:
    """Ask the running desk; 0 when it is well, 1 when it is not, with the reason.

    ``--alive`` asks only whether it answers, not whether cards can be delivered now.

    Raises:
        TocsinError: no address is known.
    """
    base = args.url or _address(load_quietly(args))
    url = f"{base.rstrip('/')}/{'healthz' if args.alive else 'readyz'}"
    try:
        answer = httpx.get(url, timeout=_PATIENCE, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        print(f"{url} does not answer: {error or type(error).__name__}")
        return 1
    print(answer.text.strip() or f"{url} answers {answer.status_code}.")
    return 0 if answer.is_success else 1


def _address(settings: Settings) -> str:
    http = settings.http
    if not http.port:
        raise TocsinError("The port is 0, so that any may have been taken: say which with --url.")
    host = _EVERYWHERE.get(http.host, http.host)
    return urlsplit(f"http://{host}:{http.port}").geturl()
