"""``tocsin source``: who may send."""

import json
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from textwrap import indent

from bot.desk import open_desk
from bot.domain.access.expectation import Expectation
from bot.domain.access.wake import chosen
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError
from bot.outgoing.channel import demand_card_channel
from bot.providers.registry import SENDERS
from bot.settings.database import database_choice
from bot.settings.http import HttpSettings
from bot.settings.tree import Settings
from bot.usecases.admin import expectation
from bot.usecases.admin import source as sources
from bot.usecases.admin.source import Issued
from bot.usecases.desk import Desk
from bot.verbs.loop import run
from bot.verbs.operator import me
from bot.verbs.setting import load_quietly


def add(args: Namespace) -> int:
    """Let a sender in; print its address and token, which are shown only now."""
    settings = load_quietly(args)
    secret = _read_secret(args.secret_file)

    async def add_source() -> tuple[Issued, str]:
        await _demand_channels(settings, args)
        async with open_desk(settings, project=args.project) as desk:
            issued = await sources.add(
                desk,
                args.name,
                args.provider,
                actor=me(),
                channel_id=args.channel,
                fallback_channel_id=args.fallback,
                silence=args.ttl,
                reopen_window=args.reopen_window,
                card=CardShape(args.card),
                default_severity=Severity(args.default_severity),
                wakes=chosen({}, _wakes(args)),
                secret=secret,
                poll_url=args.poll,
            )
            return issued, _address(settings.http, issued, desk)

    _show(*run(add_source()), as_json=args.json)
    if not args.json:
        print(f"\nThis stands in {database_choice(settings).shown}, for the Tocsin that uses it.")
    return 0


def rotate(args: Namespace) -> int:
    """Give a sender a new token; the old one works until the overlap is over."""
    settings = load_quietly(args)
    secret = _read_secret(args.secret_file)

    async def rotate_source() -> tuple[Issued, str]:
        async with open_desk(settings, project=args.project) as desk:
            issued = await sources.rotate(desk, args.name, actor=me(), overlap=args.overlap, secret=secret)
            return issued, _address(settings.http, issued, desk)

    _show(*run(rotate_source()), as_json=args.json)
    if not args.json:
        print(f"\nThe old token works for another {_span(args.overlap)}.")
    return 0


def move(args: Namespace) -> int:
    """Let its alerts go to another channel, those that the old one cannot show at once."""
    settings = load_quietly(args)

    async def move_source() -> int:
        await _demand_channels(settings, args)
        async with open_desk(settings, project=args.project) as desk:
            return await sources.move(
                desk, args.name, actor=me(), channel_id=args.channel, fallback_id=args.fallback
            )

    moved = run(move_source())
    print(f"{args.name} is moved." + (f" Cards that go there at once: {moved}." if moved else ""))
    return 0


def expect(args: Namespace) -> int:
    """Have an alert opened when a sender is not heard for so long, or no longer."""
    settings = load_quietly(args)

    async def expect_source() -> Expectation | None:
        async with open_desk(settings, project=args.project) as desk:
            return await expectation.expect(
                desk, args.name, every=None if args.off else args.every, grace=args.grace, actor=me()
            )

    expected = run(expect_source())
    if expected is None:
        print(f"Nobody waits for {args.name} any more.")
        return 0
    print(f"{args.name} is expected every {expected.every}; {expected.grace} later an alert is opened.")
    return 0


def grade(args: Namespace) -> int:
    """Say what alerts of a sender are that name no severity, and whom its alerts wake."""
    settings, wakes = load_quietly(args), _wakes(args)
    severity = None if args.default_severity is None else Severity(args.default_severity)
    if severity is None and not wakes:
        raise InvalidInputError("grade", "needs --default-severity, --ping-critical or --ping-warning")

    async def grade_source() -> None:
        async with open_desk(settings, project=args.project) as desk:
            await expectation.grade(desk, args.name, severity, actor=me(), wakes=wakes)

    run(grade_source())
    if severity is not None:
        print(f"Alerts of {args.name} without a severity are {severity}, in some seconds.")
    for each, words in wakes.items():
        print(f"A {each} of {args.name} wakes {', '.join(words)}, in some seconds.")
    return 0


def _wakes(args: Namespace) -> dict[Severity, list[str]]:
    """Whom was named, by severity."""
    named = {Severity.CRITICAL: args.ping_critical, Severity.WARNING: args.ping_warning}
    return {severity: words for severity, words in named.items() if words}


def shape(args: Namespace) -> int:
    """Let its new alerts have a card each, or one for each cause."""
    settings = load_quietly(args)

    async def reshape_source() -> None:
        async with open_desk(settings, project=args.project) as desk:
            await sources.shape(desk, args.name, CardShape(args.card), actor=me())

    run(reshape_source())
    said = {
        CardShape.AUTO: "have a card each, and share one from the third open one of a cause on",
        CardShape.GROUP: "share a card with those of their cause",
        CardShape.ALERT: "have a card each",
    }[CardShape(args.card)]
    print(f"New alerts of {args.name} {said}, in some seconds.")
    return 0


def remove(args: Namespace) -> int:
    """Let a sender out; its alerts stay."""
    settings = load_quietly(args)

    async def remove_source() -> None:
        async with open_desk(settings, project=args.project) as desk:
            await sources.remove(desk, args.name, actor=me())

    run(remove_source())
    print(f"{args.name} may send no more.")
    return 0


def listing(args: Namespace) -> int:
    """One line for each sender."""
    settings = load_quietly(args)

    async def listing_source() -> list[tuple[str, str, str, str, str]]:
        async with open_desk(settings, project=args.project) as desk:
            return [
                (
                    one.name,
                    one.provider,
                    str(one.channel_id or "default"),
                    one.card.value,
                    one.last_event_at.isoformat(timespec="seconds") if one.last_event_at else "never",
                )
                for one in await sources.listing(desk)
            ]

    rows = run(listing_source())
    if not rows:
        print("There is no source yet. Make one: tocsin source add NAME --provider alertmanager")
        return 0
    rows.insert(0, ("NAME", "PROVIDER", "CHANNEL", "CARD", "LAST EVENT"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[4]]))
    return 0


def _address(http: HttpSettings, issued: Issued, desk: Desk) -> str:
    base = http.base_url(last=desk.everybody[0].project.settings.ingress_url)
    return SENDERS[issued.source.provider].address(base, issued.source.id, issued.token)


async def _demand_channels(settings: Settings, args: Namespace) -> None:
    """Refuse channels that take no cards, as far as Discord tells."""
    token = settings.discord.token
    for channel_id in filter(None, (args.channel, args.fallback)):
        if token is not None:
            await demand_card_channel(token.reveal(), settings.discord.url, channel_id)


def _read_secret(file: Path | None) -> str | None:
    """The sender's own secret: the file's one line."""
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InvalidInputError("--secret-file", "must be UTF-8 text") from None


def _show(issued: Issued, url: str, *, as_json: bool) -> None:
    if as_json:
        said = {
            "url": url,
            "token": issued.token,
            "signing_secret": issued.signing_secret,
            "name": issued.source.name,
            "provider": issued.source.provider,
        }
        print(json.dumps(said))
        return
    sender = SENDERS[issued.source.provider]
    print(f"""{issued.source.name} may send as {sender.title}. This is shown only once:

  address         {url}
  token           {issued.token}
  signing secret  {issued.signing_secret}

Either send the header  Authorization: Bearer TOKEN  or sign each request with the secret. In the sender:

{indent(sender.receiver(url, issued.token), "  ")}""")
    kind = issued.source.provider
    print(f"Try it:\n\n  TOCSIN_TOKEN=... tocsin source test --provider {kind} --url {url}")


def _span(length: timedelta) -> str:
    hours, seconds = divmod(int(length.total_seconds()), 3_600)
    return f"{hours} h" if not seconds else f"{hours} h {seconds // 60} min"
