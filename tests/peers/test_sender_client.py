"""Clients of senders, unchanged: Apprise, Standard Webhooks, CloudEvents, Monit with our script."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.providers.registry import SENDERS
from bot.providers.script import script
from bot.usecases.admin import source as sources
from bot.usecases.alert import query as alert_query
from tests.conftest import START
from tests.ingress.door import SETUP, Door
from tests.peers.program import PEERS, call, needs, needs_client, running
from tests.waiting import until

APPRISE = """
import sys, apprise
url, kind, title, body = sys.argv[1:]
sender = apprise.Apprise()
assert sender.add(url)
assert sender.notify(body=body, title=title, notify_type=kind)
"""
STANDARD = """
import sys, json, datetime, requests
from standardwebhooks.webhooks import Webhook
url, secret, at, state = sys.argv[1:]
body = json.dumps({"type": f"monitor.{state}", "data": {"monitor": "api", "status": state}})
moment = datetime.datetime.fromtimestamp(int(at), datetime.timezone.utc)
signature = Webhook(secret).sign(f"msg_{state}", moment, body)
headers = {"webhook-id": f"msg_{state}", "webhook-timestamp": at, "webhook-signature": signature}
requests.post(url, data=body, headers=headers, timeout=10).raise_for_status()
"""
CLOUDEVENTS = """
import sys, requests
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
url, token, state, mode = sys.argv[1:]
attributes = {"id": state + mode, "type": f"org.example.backup.{state}", "source": "/nas-01"}
more = {"subject": "b\\u00fc", "specversion": "1.0", "datacontenttype": "application/json"}
event = CloudEvent(attributes | more, {"status": state})
made = (to_structured_event if mode == "structured" else to_binary_event)(event)
headers = {**made.headers, "Authorization": f"Bearer {token}"}
requests.post(url, data=made.body, headers=headers, timeout=10).raise_for_status()
"""


async def states(door: Door) -> list[State]:
    return [line.alert.state for line in (await alert_query.listing(door.desk, AlertFilter())).lines]


@needs_client("apprise", "apprise")
async def test_apprise_through_the_address_of_its_recipe(door: Door) -> None:
    issued = await door.add("backups", "apprise")
    url = SENDERS["apprise"].recipe(f"{door.url}/v1/hooks/apprise", issued.token).text
    for kind, state in (("failure", State.NEW), ("warning", State.NEW), ("success", State.RESOLVED)):
        await call(str(PEERS), "-c", APPRISE, url, kind, "Borg backup", "exit `2`\nsee log")
        assert await states(door) == [state]


@needs_client("apprise", "apprise")
async def test_apprise_as_client_of_gotify_and_ntfy(door: Door) -> None:
    host = urlsplit(door.url).netloc
    gotify = (await door.add("push", "gotify")).token
    url = f"gotify://{host}/v1/hooks/gotify/{gotify}?priority=high"
    await call(str(PEERS), "-c", APPRISE, url, "failure", "Backup", "exit 2")
    await call(str(PEERS), "-c", APPRISE, url, "failure", "Resolved: Backup", "well")
    assert await states(door) == [State.RESOLVED]


@needs_client("standardwebhooks", "standardwebhooks")
async def test_the_reference_signer_of_standard_webhooks_with_either_secret(door: Door) -> None:
    own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    derived = (await door.add("ours", "standard-webhooks")).signing_secret
    await sources.add(door.desk, "theirs", "standard-webhooks", actor=SETUP, secret=own)
    door.ingress.invalidate()
    url, now = f"{door.url}/v1/hooks/standard-webhooks", str(int(START.timestamp()))
    for secret in (own, derived):
        for state in ("down", "up"):
            await call(str(PEERS), "-c", STANDARD, url, secret, now, state)
    assert await states(door) == [State.RESOLVED, State.RESOLVED]


@needs_client("cloudevents", "cloudevents")
async def test_the_sdk_of_cloudevents_structured_and_binary(door: Door) -> None:
    token = (await door.add("events", "cloudevents")).token
    url = f"{door.url}/v1/hooks/cloudevents"
    await call(str(PEERS), "-c", CLOUDEVENTS, url, token, "failed", "structured")
    assert await states(door) == [State.NEW]
    await call(str(PEERS), "-c", CLOUDEVENTS, url, token, "ok", "binary")
    assert await states(door) == [State.RESOLVED]
    await call(str(PEERS), "-c", SENDERS["cloudevents"].recipe(url, token).text)
    assert len(await states(door)) == 2


@needs("monit", "monit")
async def test_monit_with_our_script(door: Door, tmp_path: Path) -> None:
    token = (await door.add("host", "monit")).token
    program, config, control = tmp_path / "tocsin-monit.sh", tmp_path / "tocsin.conf", tmp_path / "monitrc"
    program.write_text(script("monit")[1], encoding="utf-8")
    program.chmod(0o755)
    config.write_text(f"TOCSIN_URL={door.url}/v1/hooks/monit\nTOCSIN_TOKEN={token}\n")
    watched = tmp_path / "watched"
    control.write_text(
        f"set daemon 1\nset log {tmp_path}/log\nset pidfile {tmp_path}/pid\nset idfile {tmp_path}/id\n"
        f"set statefile {tmp_path}/state\nset httpd unixsocket {tmp_path}/socket\n"
        f"check file watched with path {watched}\n"
        f'  if does not exist then exec "{program} {config}"\n'
        f'    else if succeeded then exec "{program} {config}"\n'
    )
    control.chmod(0o600)

    async def fires() -> bool:
        return await states(door) == [State.NEW]

    async def is_over() -> bool:
        return await states(door) == [State.RESOLVED]

    async with running(tmp_path / "out", "monit", "-I", "-c", str(control)):
        await until(fires)
        await asyncio.to_thread(watched.write_text, "there")
        await until(is_over)
