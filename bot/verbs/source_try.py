"""``tocsin source try`` and ``recipe``: what a request becomes, and what a sender is told."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from bot.cards.alert.alert import AlertView, render
from bot.cards.card import Card
from bot.clock import SystemClock
from bot.desk import open_desk
from bot.domain.access.source import Source
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.signal import Signal, Status
from bot.domain.alert.signature import signature
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.providers.delivery import Delivery, read_delivery
from bot.providers.registry import PROVIDERS, SENDERS
from bot.providers.script import script
from bot.providers.sender import Request
from bot.settings.tree import Settings
from bot.usecases.admin import source as sources
from bot.verbs.loop import run
from bot.verbs.setting import load_quietly

_TOKEN: Final = "TOKEN"  # noqa: S105 -- it stands where one belongs


def attempt(args: Namespace) -> int:
    """Read a request as the source's own would be read, and print what it becomes; nothing is stored."""
    settings = load_quietly(args)
    source, _ = _find(settings, args.name, args.project)
    provider = PROVIDERS.get(source.provider)
    if provider is None:
        raise InvalidInputError("name", f"{source.name} speaks the whole API of another product")
    headers = dict(_header(text) for text in args.header)
    request = Request(
        method=args.method,
        content_type=headers.get("content-type", ""),
        headers=headers,
        query=dict(parse_qsl(args.query)),
    )
    delivery = read_delivery(
        provider,
        request,
        _read(args.file),
        default_severity=source.default_severity,
        mapping=settings.senders.mapping.get(source.name),
    )
    for line in _told(source, delivery):
        print(line)
    return 0 if delivery.reading.signals or delivery.reading.note else 1


def recipe(args: Namespace) -> int:
    """Print what to paste at a sender, with address and token."""
    if args.script:
        name, text = script(args.provider)
        sys.stderr.write(f"{name}:\n")
        print(text, end="")
        return 0
    settings = load_quietly(args)
    sender = SENDERS.get(args.provider)
    if sender is None:
        raise InvalidInputError("provider", f"there is {', '.join(SENDERS)}, but no {args.provider!r}")
    source, last = _find(settings, args.source, args.project) if args.source else (None, "")
    if source is not None and source.provider != args.provider:
        raise InvalidInputError("--source", f"{source.name} speaks as {source.provider}")
    token = os.environ.get("TOCSIN_TOKEN", "").strip() or _TOKEN
    url = sender.address(settings.http.base_url(last=last), source.id if source else 0, token)
    made = sender.recipe(url, token)
    if made.where:
        sys.stderr.write(f"{made.where}\n\n")
    if token == _TOKEN:
        sys.stderr.write(
            "TOKEN was shown when the source was added; set TOCSIN_TOKEN to have it filled in."
            " tocsin source rotate makes a new one.\n\n"
        )
    print(made.text)
    return 0


def _find(settings: Settings, name: str, project: str | None) -> tuple[Source, str]:
    """The source of that name, and where the HTTP server last listened."""

    async def find_source_try() -> tuple[Source, str]:
        async with open_desk(settings, project=project) as desk:
            last = desk.everybody[0].project.settings.ingress_url
            for each in await sources.listing(desk):
                if each.name == name:
                    return each, last
            raise NotFoundError("source", name)

    return run(find_source_try())


def _read(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise InvalidInputError("--header", f"must look like Name: value, not {text!r}")
    return name.strip().lower(), value.strip()


def _told(source: Source, delivery: Delivery) -> Iterator[str]:
    reading = delivery.reading
    if delivery.redacted.hits:
        yield f"Secrets taken out: {delivery.redacted.hits}"
    for index, signal in reading.signals:
        yield f"--- alert {index}: {signal.status}"
        yield from _fields(source, signal)
        yield "--- its card"
        yield from _shown(_card(source, signal))
    for rejected in reading.rejected:
        yield f"--- alert {rejected.index} is rejected: {rejected.reason}"
    if reading.note is not None:
        yield f"--- a note: {reading.note.title}"
        yield reading.note.text
    if not (reading.signals or reading.rejected or reading.note):
        yield "Nothing in it is an alert; it would be stored, and nobody told."


def _fields(source: Source, signal: Signal) -> Iterator[str]:
    severity = f"{signal.severity} ({signal.severity_word})" if signal.severity_word else str(signal.severity)
    identity = signature(source.provider, source.name, signal, source.ignored_labels)
    key = signal.fingerprint or "none: title, place and labels that do not churn"
    for name, text in (
        ("title", signal.name),
        ("severity", severity),
        ("key", key),
        ("identity", identity),
        ("summary", signal.summary),
        ("service", signal.service),
        ("namespace", signal.namespace),
        ("place", signal.target),
        ("group", signal.group_key),
        ("started", signal.started_at),
        ("ended", signal.ended_at),
        *((f"label {label}", text) for label, text in signal.labels.items()),
        *((f"link {link.title}", link.url) for link in signal.links),
        *((f"said {name}", text) for name, text in signal.said.items()),
    ):
        if text:
            yield f"{name:<12} {text}"


def _card(source: Source, signal: Signal) -> Card:
    now = SystemClock().now()
    over = signal.status is Status.RESOLVED
    alert = Alert(
        id=0,
        project_id=0,
        source_id=source.id,
        recurrence_id=0,
        signature="",
        state=State.RESOLVED if over else State.NEW,
        severity=signal.severity,
        name=signal.name,
        severity_word=signal.severity_word,
        summary=signal.summary,
        description=signal.description,
        labels=signal.labels,
        links=signal.links,
        namespace=signal.namespace,
        service=signal.service,
        target=signal.target,
        opened_at=now,
        last_seen_at=now,
        resolved_at=now if over else None,
        said=signal.said,
        started_at=signal.started_at,
    )
    return render(AlertView(alert=alert, source_name=source.name, tag="t1ry"))


def _shown(card: Card) -> Iterator[str]:
    if card.content:
        yield card.content
    for embed in card.embeds:
        yield f"| {embed.title}"
        yield from (f"| {line}" for line in embed.description.splitlines())
        yield from (f"| {field.name}: {field.value}" for field in embed.fields)
        yield f"| {embed.footer}"
    for row in card.rows:
        labels = [getattr(part, "label", "") or getattr(part, "placeholder", "") for part in row]
        yield "| " + " ".join(f"[{label}]" for label in labels if label)
