"""Arguments of ``tocsin token``."""

from typing import Any

from bot.domain.access.token import Scope, TokenRole
from bot.domain.incident.incident import IncidentLevel
from bot.verbs.arguments.option import add_group, add_project, add_verb, duration


def add_arguments(verbs: Any) -> None:
    """Add ``token`` with its own verbs."""
    inner = add_group(verbs, "token", "which programs may use the API: add, list, revoke")
    add = add_verb(
        inner,
        "add",
        "token.add",
        "let a program in; its token is printed once",
        f"scopes:\n  {' '.join(list(Scope)[:4])}\n  {' '.join(list(Scope)[4:])}\n\n"
        f"roles:\n  {' '.join(TokenRole)}\n\n"
        "examples:\n  tocsin token add healer --scope alerts.write --scope events.read\n"
        "  tocsin token add worker --role agent --expires 90d\n"
        "  tocsin token add shop-bot --role supervisor --project shop",
    )
    add.add_argument("name", metavar="NAME", help="how the program is called on cards and in the log")
    add.add_argument("--scope", action="append", default=[], metavar="S", help="what it may do; repeatable")
    add.add_argument(
        "--role", action="append", default=[], metavar="R", help="a bundle of scopes; repeatable"
    )
    add.add_argument("--expires", type=duration, metavar="SPAN", help="how long it holds (until revoked)")
    add.add_argument(
        "--severity-cap",
        choices=[level.value for level in IncidentLevel],
        default=IncidentLevel.P0.value,
        help="the worst that it may call an incident",
    )
    add.add_argument("--json", action="store_true", help="print url, token, name, project, scopes as JSON")
    add_verb(inner, "list", "token.listing", "every program with its project and scopes")
    revoke = add_verb(inner, "revoke", "token.revoke", "let a program out, at once")
    revoke.add_argument("name", metavar="NAME")
    add_project(add, revoke)
