"""``tocsin gate``: may this be released, as an exit code."""

import json
import os
from argparse import Namespace
from typing import Any

import httpx
import msgspec

from bot.desk import open_desk
from bot.domain.errors import InvalidInputError, TocsinError
from bot.domain.gate.gate import GateDecision, GateVerdict
from bot.usecases.gate import release
from bot.verbs.loop import run
from bot.verbs.setting import load_quietly

_BLOCKED = 1
_UNKNOWN = 3


def gate(args: Namespace) -> int:
    """Ask the desk; 0 pass, 1 block, 3 when it cannot be asked, which is no pass."""
    try:
        said = _over_http(args) if args.url else _here(args)
    except InvalidInputError:
        raise
    except TocsinError as error:
        print(f"The gate cannot be asked: {error}")
        return _UNKNOWN
    if args.json:
        print(json.dumps(said))
    else:
        print("\n".join(_lines(said)))
    return _BLOCKED if said["decision"] == GateVerdict.BLOCK else 0


def _here(args: Namespace) -> dict[str, Any]:
    settings = load_quietly(args)

    async def here_gate() -> GateDecision:
        async with open_desk(settings, project=args.project) as desk:
            return await release.ask(desk, args.service, args.env)

    decision = run(here_gate())
    reasons = [{"cause": each.cause, "ref": each.ref, "text": each.words} for each in decision.reasons]
    bypass = decision.bypass
    said: dict[str, Any] = msgspec.to_builtins(
        {
            "decision": decision.verdict,
            "mode": decision.mode,
            "service": decision.service,
            "env": decision.env,
            "reasons": reasons,
            "more": decision.more,
            "bypass": bypass and {"by": bypass.actor.name, "reason": bypass.reason, "until": bypass.until},
            "at": decision.at,
        }
    )
    return said


def _over_http(args: Namespace) -> dict[str, Any]:
    try:
        token = args.token_file.read_text(encoding="utf-8").strip() if args.token_file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("--token-file", str(error)) from None
    token = token or os.environ.get("TOCSIN_API_TOKEN", "").strip()
    if not token:
        raise InvalidInputError(
            "--token-file", "give it, or set TOCSIN_API_TOKEN: tocsin token add prints one"
        )
    url = f"{args.url.rstrip('/')}/v1/gate/release"
    try:
        answer = httpx.get(
            url,
            params={"service": args.service, "env": args.env},
            headers={"Authorization": f"Bearer {token}"},
            timeout=15,
        )
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise TocsinError(f"{url}: {error}") from None
    return said


def _lines(said: dict[str, Any]) -> list[str]:
    where = f"{said['service'] or 'every service'} in {said['env'] or 'every environment'} ({said['mode']})"
    lines = [f"{said['decision']}: {where}"]
    lines += [
        f"  {each['cause']} {each['ref']} {each['text']}".replace("  ", " ") for each in said["reasons"]
    ]
    if said["more"]:
        lines.append(f"  and {said['more']} more")
    if bypass := said["bypass"]:
        by = bypass["by"]["name"] if isinstance(bypass["by"], dict) else bypass["by"]
        lines.append(f"  passed by until {bypass['until']}, says {by}: {bypass['reason']}")
    return lines
