"""``tocsin token``: which programs may use the API."""

import json
from argparse import Namespace

from bot.desk import open_desk
from bot.domain.access.token import Token
from bot.domain.incident.incident import IncidentLevel
from bot.settings.http import HttpSettings
from bot.usecases.admin import token as tokens
from bot.usecases.admin.token import Granted
from bot.verbs.loop import run
from bot.verbs.operator import me, print_table
from bot.verbs.setting import load_quietly


def add(args: Namespace) -> int:
    """Let a program in; print its token, which is shown only now."""
    settings = load_quietly(args)

    async def add_token() -> Granted:
        async with open_desk(settings, project=args.project) as desk:
            return await tokens.add(
                desk,
                args.name,
                args.scope,
                actor=me(),
                roles=args.role,
                expires_in=args.expires,
                severity_cap=IncidentLevel(args.severity_cap),
            )

    _show(run(add_token()), settings.http, as_json=args.json)
    return 0


def revoke(args: Namespace) -> int:
    """Let a program out, at once."""
    settings = load_quietly(args)

    async def revoke_token() -> None:
        async with open_desk(settings, project=args.project) as desk:
            await tokens.revoke(desk, args.name, actor=me())

    run(revoke_token())
    print(f"{args.name} opens nothing more.")
    return 0


def listing(args: Namespace) -> int:
    """One line for each token; no secret is known here."""
    settings = load_quietly(args)

    async def listing_token() -> list[Token]:
        async with open_desk(settings) as desk:
            return await tokens.listing(desk)

    found = run(listing_token())
    if not found:
        print("There is no token yet. Make one: tocsin token add NAME --scope alerts.read")
        return 0
    print_table(
        ("NAME", "PROJECT", "SINCE", "BY", "EXPIRES", "LAST USED", "SCOPES"),
        [
            (
                one.name,
                one.project,
                one.created_at.date().isoformat(),
                one.created_by.name,
                "never" if one.expires_at is None else one.expires_at.date().isoformat(),
                "never" if one.last_used_at is None else one.last_used_at.date().isoformat(),
                " ".join(one.scopes),
            )
            for one in found
        ],
    )
    return 0


def _show(granted: Granted, http: HttpSettings, *, as_json: bool) -> None:
    url = http.hook_url("").removesuffix("/hooks/")
    one = granted.token
    if as_json:
        told = {"url": url, "token": granted.secret, "name": one.name, "project": one.project}
        print(json.dumps({**told, "scopes": one.scopes}))
        return
    print(f"""{one.name} may use the API in the project {one.project}. This is shown only once:

  address  {url}
  token    {granted.secret}
  scopes   {" ".join(one.scopes)}

Send it as  Authorization: Bearer TOKEN; what there is stands in {url.removesuffix("/v1")}/openapi.json""")
