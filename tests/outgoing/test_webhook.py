"""An agent is asked as Standard Webhooks has it, and can do nothing but answer."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.domain.access.webhook import read_secret, sign
from bot.domain.triage.agent_request import AgentReply, Fate
from bot.options import question_to
from bot.outgoing import webhook as webhooks
from bot.outgoing.address import is_public, resolve
from bot.outgoing.webhook import LARGEST, Webhook, WebhookOptions
from bot.settings.secret import Secret
from bot.settings.section import TriageSettings
from bot.settings.tree import ConfigError, Settings
from bot.usecases.admin.startup import open_desk
from storage.engine import Storage
from tests.conftest import START
from tests.outgoing.agent import SECRET, Agent, Answer, Asked, running_agent, say

BODY = b'{"type":"triage.requested"}'
LOOPBACK = frozenset({"127.0.0.1"})


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    async with running_agent() as running:
        yield running


def webhook(url: str, **more: Any) -> Webhook:
    options = {"url": url, "key": read_secret(SECRET), "hosts": LOOPBACK, "private_hosts": LOOPBACK}
    return Webhook(WebhookOptions(**options | more), ManualClock(START))


def verify(secret: str, asked: Asked) -> bool:
    """As a receiver does it, by the specification's words: signed content is id, timestamp, payload."""
    headers = asked.headers
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), asked.body])
    key = base64.b64decode(secret.split("_")[1])
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    versions = [each.split(",") for each in headers["webhook-signature"].split(" ")]
    return any(name == "v1" and hmac.compare_digest(value, expected) for name, value in versions)


async def test_a_question_is_signed_and_its_answer_taken(agent: Agent) -> None:
    agent.answer = say("Restart **cart**.")
    assert await webhook(agent.url).ask("brief_a_1", BODY) == AgentReply(
        fate=Fate.ANSWERED, text="Restart **cart**."
    )
    (asked,) = agent.asked
    assert (asked.path, asked.body, asked.headers["webhook-id"]) == ("/ask", BODY, "brief_a_1")
    assert asked.headers["webhook-timestamp"] == str(int(START.timestamp()))
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["host"] == f"127.0.0.1:{agent.port}"
    assert verify(SECRET, asked)
    assert not verify("whsec_" + base64.b64encode(b"x" * 24).decode(), asked)
    asked.body += b" "
    assert not verify(SECRET, asked)


def test_the_signature_is_that_of_the_specifications_libraries() -> None:
    """The example of the reference implementations' test suites."""
    at = START.fromtimestamp(1614265330, START.tzinfo)
    headers = sign(read_secret(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_abc", "whsec_!!!!", SECRET.removeprefix("whsec_"), "whsec_" + "A" * 100]
)
def test_what_is_no_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="must be whsec_") as caught:
        read_secret(text)
    assert not text.removeprefix("whsec_") or text.removeprefix("whsec_") not in str(caught.value)


async def _packed(_: web.Request) -> web.StreamResponse:
    return web.Response(
        body=b"\x1f\x8b", headers={"Content-Encoding": "gzip", "Content-Type": "text/markdown"}
    )


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/markdown"})
    await response.prepare(request)
    while True:
        try:
            await response.write(b"x" * 16_384)
        except ConnectionError:
            return response


JSON = "application/json"
REFUSED: list[tuple[str, Answer]] = [
    ("answered 302, and nobody is followed", say(status=302, Location="/elsewhere")),
    ("answered 308, and nobody is followed", say(status=308, Location="http://169.254.169.254/")),
    ("answered 401", say(status=401)),
    ("answered 410", say(status=410)),
    ("neither Markdown nor JSON", say("<b>hi</b>", kind="text/html")),
    ("no JSON like", say("{", kind=JSON)),
    ("no JSON like", say("[1]", kind=JSON)),
    ("no JSON like", say('{"markdown": 1}', kind=JSON)),
    ("which nobody asked for", _packed),
    (f"larger than {LARGEST}", say("x" * (LARGEST + 1))),
    (f"larger than {LARGEST}", _endless),
]


@pytest.mark.parametrize(("reason", "answer"), REFUSED)
async def test_what_cannot_be_used_is_not_asked_for_again(agent: Agent, reason: str, answer: Answer) -> None:
    agent.answer = answer
    reply = await webhook(agent.url).ask("brief_a_1", BODY)
    assert (reply.fate, len(agent.asked)) == (Fate.REFUSED, 1)
    assert reason in reply.text


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_asked_for_again_when_the_agent_wishes(agent: Agent, status: int) -> None:
    agent.answer = say(status=status, Retry_After="120")
    wished = AgentReply(fate=Fate.PASSING, text=f"It answered {status}.", wait=timedelta(minutes=2))
    assert await webhook(agent.url).ask("brief_a_1", BODY) == wished
    agent.answer = say(status=status, Retry_After="Fri, 31 Dec 2027 23:59:59 GMT")
    assert (await webhook(agent.url).ask("brief_a_1", BODY)).wait == timedelta(0)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (say('{"markdown": "*hi*", "model": "x"}', kind=JSON), "*hi*"),
        (say("{}", kind=JSON), ""),
        (say(status=204), ""),
        (say(status=202), ""),
        (say("", kind="text/html"), ""),
        (say("ü\x00\u202e"), "ü\x00\u202e"),
    ],
)
async def test_an_answer_may_be_json_markdown_or_nothing(agent: Agent, answer: Answer, text: str) -> None:
    agent.answer = answer
    reply = await webhook(agent.url).ask("brief_a_1", BODY)
    assert reply == AgentReply(fate=Fate.ANSWERED, text=text)


async def test_an_agent_that_is_not_there_or_never_answers_costs_its_time_and_no_more(agent: Agent) -> None:
    stuck = asyncio.Event()

    async def never(_: web.Request) -> web.StreamResponse:
        await stuck.wait()
        return web.Response()

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/markdown"})
        await response.prepare(request)
        await stuck.wait()
        return response

    short = {"patience": timedelta(milliseconds=150)}
    for answer in (never, drip):
        agent.answer = answer
        reply = await webhook(agent.url, **short).ask("brief_a_1", BODY)
        assert (reply.fate, reply.text[:21]) == (Fate.PASSING, "It cannot be reached:")
    stuck.set()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gone = await webhook(f"http://127.0.0.1:{unused.getsockname()[1]}").ask("brief_a_1", BODY)
    assert gone.fate is Fate.PASSING


async def test_only_hosts_on_the_list_are_asked(agent: Agent) -> None:
    stranger = webhook(agent.url, hosts=frozenset({"triage.example.org"}))
    reply = await stranger.ask("brief_a_1", BODY)
    assert (reply.fate, reply.text) == (Fate.REFUSED, "Its host is not among those that may be asked.")
    assert agent.asked == []


async def test_a_private_address_is_asked_only_if_the_list_says_so(agent: Agent) -> None:
    url = agent.url.replace("http://127.0.0.1", "https://localhost")
    public = webhook(url, hosts=frozenset({"localhost"}), private_hosts=frozenset())
    reply = await public.ask("brief_a_1", BODY)
    assert (reply.fate, reply.text) == (Fate.REFUSED, "Its host leads into a private network.")
    plain = webhook(agent.url, private_hosts=frozenset())
    assert (await plain.ask("brief_a_1", BODY)).fate is Fate.REFUSED
    assert agent.asked == []


async def test_the_connection_goes_to_the_address_that_was_looked_at(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the name leads to a moment later; a dead address does not keep the next from being tried."""

    async def settled(host: str, port: int, *, private: bool) -> list[Any]:
        assert (host, port, private) == ("agent.invalid", agent.port, True)
        return [ip_address("127.0.0.2"), ip_address("127.0.0.1")]

    monkeypatch.setattr(webhooks, "resolve", settled)
    names = frozenset({"agent.invalid"})
    asked = webhook(f"http://agent.invalid:{agent.port}/a", hosts=names, private_hosts=names)
    assert (await asked.ask("brief_a_1", BODY)).fate is Fate.ANSWERED
    assert agent.asked[0].headers["host"] == f"agent.invalid:{agent.port}"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
        *("224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1", "::", "::1", "fe80::1"),
        *("fd00::1", "fec0::1", "ff0e::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"),
        *("64:ff9b::a00:1", "64:ff9b:1::7f00:1", "2002:a00:1::", "2002:7f00:1::"),
    ],
)
def test_an_address_of_our_own_network_is_known_in_every_disguise(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_known_too(address: str) -> None:
    assert is_public(ip_address(address))


async def test_a_name_leads_to_each_of_its_addresses_once() -> None:
    assert await resolve("127.0.0.1", 80, private=True) == [ip_address("127.0.0.1")]


async def test_neither_secret_nor_address_is_in_a_log_or_a_repr(agent: Agent) -> None:
    agent.answer = say(status=500)
    with capture_logs() as logs:
        await webhook(f"{agent.url}/hidden").ask("brief_a_1", BODY)
    (line,) = logs
    assert (line["event"], line["host"], line["question"]) == ("agent_not_heard", "127.0.0.1", "brief_a_1")
    options = WebhookOptions(url=f"{agent.url}/hidden", key=read_secret(SECRET), hosts=LOOPBACK)
    said = json.dumps(line) + repr(options)
    assert "hidden" not in said
    assert repr(read_secret(SECRET)) not in said


async def test_the_house_asks_as_it_is_configured(agent: Agent, sqlite_url: str, clock: ManualClock) -> None:
    storage = Storage.open(sqlite_url)
    desk = await open_desk(storage, clock)
    triage = TriageSettings(private_hosts=("127.0.0.1",), secret=Secret(SECRET), webhook=agent.url)
    question = question_to(Settings(triage=triage), desk)
    assert question is not None
    assert (await question("brief_a_1", BODY)).fate is Fate.ANSWERED
    assert verify(SECRET, agent.asked[0])
    assert question_to(Settings(), desk) is None
    await storage.close()


@pytest.mark.parametrize("deep", ['{"a":' * 12_000, "[" * 60_000, '{"markdown":' + "[" * 60_000])
async def test_an_answer_nested_without_end_is_refused_with_the_reason(agent: Agent, deep: str) -> None:
    agent.answer = say(deep, kind=JSON)
    reply = await webhook(agent.url).ask("key", BODY)
    assert (reply.fate, "no JSON" in reply.text) == (Fate.REFUSED, True)


@pytest.mark.parametrize(
    "text",
    ["3fff::1", "3fff:fff::9", "192.0.0.8", "192.0.0.9", "192.88.99.1", "::ffff:192.0.0.9"],
)
def test_special_networks_are_not_public_whatever_the_library_says(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("host", ["0177.0.0.1", "0x7f.1", "2130706433", "127.1", "01.2.3.4"])
def test_a_host_in_unusual_figures_is_refused_by_name(host: str) -> None:
    wish = {"webhook": f"https://{host}/ask", "secret": SECRET, "hosts": [host]}
    with pytest.raises(ConfigError, match=r"triage.webhook .*without leading zeros"):
        Settings.load(environ={}, triage=wish)
