"""``tocsin run`` and ``demo``: the desk at work."""

import shutil
import tempfile
from argparse import Namespace
from pathlib import Path

from bot import launch, log
from bot.doctor.host import require_host, require_ports
from bot.domain.process_role import ProcessRole
from bot.process import exit_quickly, search_garbage_rarely
from bot.settings.database import EMBEDDED_NAME, database_choice
from bot.settings.tree import Settings
from bot.verbs.loop import run
from bot.verbs.setting import load

_HOST = "127.0.0.1"


def start(args: Namespace) -> int:
    """Be the bot until a signal ends it."""
    role = ProcessRole(args.role)
    settings = load(args, required=() if role is ProcessRole.INGRESS else Settings.REQUIRED_TO_RUN)
    exit_quickly()
    search_garbage_rarely()
    require_host(settings, listens=_is_alone(settings, role))
    run(launch.run(settings, role=role, ready_file=args.ready_file))
    return 0


def _is_alone(settings: Settings, role: ProcessRole) -> bool:
    """Whether no other process may serve HTTP: on PostgreSQL several share the port or wait."""
    return role is ProcessRole.ALL and database_choice(settings).embedded


def demo(args: Namespace) -> int:
    """Be bot and sandbox on this machine, apart from whatever is configured for real."""
    from bot.demo.run import demo as show  # brings the sandbox: 60 modules that `run` needs not

    require_ports(_HOST, {"--port": args.port, "--sandbox-port": args.sandbox_port}, "tocsin demo")
    data = args.data or Path(tempfile.mkdtemp(prefix="tocsin-demo-"))
    settings = Settings.load(
        args.config,
        discord={"token": None, "url": None, "default_channel": None, "guild": None},
        storage={"database_url": f"sqlite:///{(data / EMBEDDED_NAME).absolute()}", "data": data},
        http={"host": _HOST, "public_url": None},
    )
    exit_quickly()
    search_garbage_rarely()
    # A person should see the welcome and what goes wrong; a program gets the usual log.
    log.set_up(settings.log.level if args.ready_file else "warning", settings.log.format)
    try:
        run(
            show(
                settings,
                port=args.port,
                sandbox_port=args.sandbox_port,
                ready_file=args.ready_file,
            )
        )
    finally:
        if args.data is None:
            shutil.rmtree(data, ignore_errors=True)
    return 0
