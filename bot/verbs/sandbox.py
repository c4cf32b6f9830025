"""``tocsin sandbox``: a small Discord on this machine."""

import asyncio
import contextlib
import signal
from argparse import Namespace

from bot.doctor.host import require_ports
from bot.sandbox.run import serve as serve_sandbox
from bot.verbs.loop import run
from bot.verbs.setting import load

_HOST = "127.0.0.1"


def serve(args: Namespace) -> int:
    """Be a small Discord until a signal ends it."""
    load(args)
    require_ports(_HOST, {"--port": args.port}, "tocsin sandbox")
    if args.port:
        print(f"A small Discord, forgotten when this ends: http://{_HOST}:{args.port}", flush=True)
    run(_until_stopped(args))
    return 0


async def _until_stopped(args: Namespace) -> None:
    serving = asyncio.ensure_future(serve_sandbox(_HOST, args.port, args.ready_file))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving
