"""The clients that PagerDuty and Opsgenie give to people, unchanged but for the address."""

import json
from pathlib import Path

from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.usecases.alert import query as alert_query
from tests.ingress.door import Door
from tests.peers.program import PEERS, call, needs_client, with_tls

PAGERDUTY = """
import json, sys
from pagerduty import EventsApiV2Client
url, key, step = sys.argv[1:]
client = EventsApiV2Client(key)
client.url = url
if step == "trigger":
    print(client.trigger("DB down", "db-1", dedup_key="db", severity="critical", custom_details={"lag": 400}))
elif step == "change":
    from datetime import datetime, timezone
    stamp = datetime.now(timezone.utc).isoformat()
    client.send_change_event(payload={"summary": "Deployed 1.2", "source": "ci", "timestamp": stamp})
else:
    getattr(client, step)("db")
"""
OPSGENIE = """
import json, sys
import opsgenie_sdk
from opsgenie_sdk import AcknowledgeAlertPayload, AddNoteToAlertPayload, CloseAlertPayload, CreateAlertPayload
url, key, step = sys.argv[1:]
conf = opsgenie_sdk.configuration.Configuration()
conf.host = url
conf.api_key["Authorization"] = key
conf.api_key_prefix["Authorization"] = "GenieKey"
api = opsgenie_sdk.AlertApi(api_client=opsgenie_sdk.api_client.ApiClient(configuration=conf))
where = {"identifier": "disk/nas-01", "identifier_type": "alias"}
if step == "create":
    body = CreateAlertPayload(message="Disk full", alias="disk/nas-01", priority="P2", tags=["disk"],
                              details={"region": "eu"})
    done = api.create_alert(create_alert_payload=body)
    status = api.get_request_status(done.request_id)
    print(json.dumps([done.result, status.data.is_success, status.data.alert_id, status.data.alias]))
elif step == "acknowledge":
    api.acknowledge_alert(acknowledge_alert_payload=AcknowledgeAlertPayload(user="anna"), **where)
elif step == "note":
    api.add_note(add_note_to_alert_payload=AddNoteToAlertPayload(note="look"), **where)
elif step == "read":
    found = api.get_alert(**where).data
    print(json.dumps([found.message, found.status, found.acknowledged, len(api.list_alerts().data)]))
else:
    api.close_alert(close_alert_payload=CloseAlertPayload(note="fixed"), **where)
"""


async def states(door: Door) -> list[State]:
    return [line.alert.state for line in (await alert_query.listing(door.desk, AlertFilter())).lines]


@needs_client("pagerduty", "pagerduty")
async def test_pagerdutys_own_client(door: Door, tmp_path: Path) -> None:
    issued = await door.add("pd", "pagerduty")
    async with with_tls(door.url, tmp_path) as (url, certificate):

        async def use(step: str) -> str:
            words = (str(PEERS), "-c", PAGERDUTY, url, issued.token, step)
            return await call(*words, SSL_CERT_FILE=str(certificate))

        assert "db" in await use("trigger")
        for step, state in (
            ("acknowledge", State.ACKED),
            ("change", State.ACKED),
            ("resolve", State.RESOLVED),
        ):
            await use(step)
            assert await states(door) == [state]


@needs_client("opsgenie_sdk", "opsgenie-sdk")
async def test_opsgenies_own_client(door: Door) -> None:
    issued = await door.add("og", "opsgenie")

    async def use(step: str) -> list[object]:
        said = await call(str(PEERS), "-c", OPSGENIE, door.url, issued.token, step)
        found: list[object] = json.loads(said) if said.strip() else []
        return found

    assert await use("create") == ["Request will be processed", True, "A-1", "disk/nas-01"]
    for step, state in (("acknowledge", State.ACKED), ("note", State.ACKED)):
        await use(step)
        assert await states(door) == [state]
    assert await use("read") == ["Disk full", "open", True, 1]
    await use("close")
    assert await states(door) == [State.RESOLVED]
