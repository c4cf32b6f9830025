"""Arguments of what goes on until a signal ends it."""

from pathlib import Path
from typing import Any

from bot.domain.process_role import ProcessRole
from bot.verbs.arguments.option import add_ready_file, add_verb, port


def add_arguments(verbs: Any) -> None:
    """Add ``run``, ``demo`` and ``sandbox``."""
    run = add_verb(
        verbs,
        "run",
        "desk.start",
        "be the bot: take alerts in, keep their cards true, until a signal ends it",
        "example:\n  TOCSIN_DISCORD_TOKEN_FILE=/run/secrets/token tocsin run --config /etc/tocsin.toml",
    )
    run.add_argument(
        "--role",
        choices=[each.value for each in ProcessRole],
        default=ProcessRole.ALL.value,
        help="all (default); on PostgreSQL also ingress, any number of doors, or desk, all but the door",
    )
    add_ready_file(run, "ingress_url, once cards can be posted,")
    demo = add_verb(
        verbs,
        "demo",
        "desk.demo",
        "bot and a small Discord on this machine, with a story to look at; nothing real is touched",
        "example:\n  tocsin demo --port 0 --sandbox-port 0",
    )
    demo.add_argument("--port", type=port, default=8080, metavar="N", help="for alerts; 0 = any free (8080)")
    demo.add_argument(
        "--sandbox-port", type=port, default=8081, metavar="N", help="for the page; 0 = any free (8081)"
    )
    demo.add_argument("--data", type=Path, metavar="DIR", help="keep the database here (default: forget it)")
    add_ready_file(demo, "addresses, ids and tokens (and tell no story)")
    sandbox = add_verb(
        verbs,
        "sandbox",
        "sandbox.serve",
        "only the small Discord, for tests and for other bots",
        "example:\n  tocsin sandbox --port 8081",
    )
    sandbox.add_argument("--port", type=port, default=8081, metavar="N", help="0 = any free (8081)")
    add_ready_file(sandbox, "sandbox_url, bot_token, guild_id and channels")
