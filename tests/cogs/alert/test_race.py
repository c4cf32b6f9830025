"""Chat and API at the same moment on the same alert: one wins, the other is told, and all agree after it."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.domain import actor as actors
from bot.ingress.options import IngressOptions
from bot.ingress.server import Ingress
from bot.usecases.admin import token as tokens
from bot.usecases.intake.queue import Intake
from tests.cogs.stage import Json, Stage

ROUNDS = 4


class Api:
    """The API of the same desk."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def post(self, path: str, body: Json) -> tuple[int, Json]:
        async with self._session.post(f"{self._url}/v1{path}", json=body) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str) -> Json:
        async with self._session.get(f"{self._url}/v1{path}") as answer:
            found: Json = await answer.json()
            return found


@pytest.fixture
async def api(stage: Stage) -> AsyncIterator[Api]:
    ingress = Ingress(stage.desk, Intake(stage.desk), options=IngressOptions(port=0))
    url = await ingress.start()
    granted = await tokens.add(stage.desk, "healer", ["alerts.write", "audit.read"], actor=actors.job("test"))
    headers = {"Authorization": f"Bearer {granted.secret}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield Api(session, url)
    await ingress.stop()


@pytest.mark.parametrize("api_first", [True, False])
async def test_of_a_press_and_a_request_one_wins_and_card_api_and_audit_agree(
    stage: Stage, api: Api, api_first: bool
) -> None:
    responder = stage.person("responder")
    winners: set[bool] = set()
    for place in range(ROUNDS):
        alert_id, message_id = await stage.raise_card(f"Race{place}")
        press = responder.click(message_id, stage.on(message_id, "ack"))
        call = api.post(f"/alerts/A-{alert_id}/ack", {"note": "mine"})
        if api_first:
            (status, body), pressed = await asyncio.gather(call, press)
        else:
            pressed, (status, body) = await asyncio.gather(press, call)
        told = await api.get(f"/alerts/A-{alert_id}")
        by_api = told["owner"]["id"] == "program:healer"
        winners.add(by_api)
        assert told["state"] == "acked"
        assert status == (200 if by_api else 409)
        if by_api:
            assert "healer" in str(pressed["message"]), "who pressed in vain is told who has it"
        else:
            assert (body["state"], body["owner"]) == ("acked", told["owner"]["id"])
        log = await api.get(f"/audit?alert=A-{alert_id}")
        (entry,) = [each for each in log["entries"] if each["action"] == "ack"]
        assert (entry["actor"]["id"], entry["method"]) == (
            told["owner"]["id"],
            "bearer" if by_api else "discord",
        )
        await stage.post_all()
        shown = str(stage.shown(message_id)["embeds"])
        assert ("healer" in shown) is by_api
        assert (f"<@{responder.member.user.id}>" in shown) is not by_api
    assert winners
