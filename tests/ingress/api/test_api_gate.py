"""A release waits for open criticals, incidents and missed service levels; whoever passes it by says why."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.domain.gate.gate import GateMode, GatePolicy, read_modes
from bot.usecases.alert import lifecycle as alerts
from tests.ingress.door import Door
from tests.ingress.program import Program, admit, send
from tests.senders import ANNA, firing

PATH = "/v1/gate/release"


@pytest.fixture
async def program(door: Door) -> Program:
    return await admit(door, "gate.read", "slo.write", "incidents.write")


def judge(door: Door, **more: Any) -> None:
    door.desk.rules = type(door.desk.rules)(gate=GatePolicy(**more))


async def ask(program: Program, service: str = "checkout", env: str = "prod") -> tuple[str, list[str]]:
    said = (await program.get(PATH, service=service, env=env)).json
    return said["decision"], [each["ref"] or each["cause"] for each in said["reasons"]]


async def test_an_open_critical_of_the_service_blocks_until_it_is_over(door: Door, program: Program) -> None:
    assert await ask(program) == ("pass", [])
    await send(
        door,
        firing("Down", severity=Severity.CRITICAL, service="checkout"),
        firing("Slow", severity=Severity.WARNING, service="checkout"),
        firing("Gone", severity=Severity.CRITICAL, service="search"),
    )
    assert await ask(program) == ("block", ["A-1"])
    await alerts.acknowledge(door.desk, 1, actor=ANNA)
    assert await ask(program) == ("block", ["A-1"])
    await alerts.resolve(door.desk, 1, actor=ANNA)
    assert await ask(program) == ("pass", [])
    assert await ask(program, service="") == ("block", ["A-3"])


async def test_what_names_another_environment_does_not_count_and_what_names_none_does(
    door: Door, program: Program
) -> None:
    await send(
        door,
        firing("A", severity=Severity.CRITICAL, service="checkout", labels={"env": "staging"}),
        firing("B", severity=Severity.CRITICAL, service="checkout"),
    )
    assert await ask(program) == ("block", ["A-2"])
    assert await ask(program, env="staging") == ("block", ["A-2", "A-1"])


async def test_an_open_incident_blocks(program: Program) -> None:
    await program.post("/v1/incidents", {"title": "Checkout is slow", "severity": "P3"})
    assert await ask(program) == ("block", ["I-1"])
    await program.post("/v1/incidents/I-1/resolve")
    assert await ask(program) == ("pass", [])


async def test_a_missed_service_level_blocks_for_an_hour(
    door: Door, program: Program, clock: ManualClock
) -> None:
    judge(door, max_latency_p95_ms=300.0)
    told = {
        "service": "checkout",
        "env": "prod",
        "latency_p95_ms": 420,
        "error_rate": 0.2,
        "max_error_rate": 0.01,
    }
    assert (await program.post("/v1/slo", told)).status == 201
    assert await ask(program) == ("block", ["latency", "errors"])
    assert await ask(program, env="staging") == ("pass", [])
    await program.post("/v1/slo", told | {"latency_p95_ms": 200, "error_rate": 0})
    assert await ask(program) == ("pass", [])
    await program.post("/v1/slo", told)
    clock.advance(timedelta(hours=1, seconds=1))
    assert await ask(program) == ("pass", [])


async def test_a_policy_can_warn_or_be_off(door: Door, program: Program) -> None:
    await send(door, firing("Down", severity=Severity.CRITICAL, service="checkout"))
    judge(door, modes=read_modes(["prod=warn", "dev=off"]))
    assert await ask(program) == ("pass", ["A-1"])
    assert await ask(program, env="dev") == ("pass", [])
    assert await ask(program, env="other") == ("block", ["A-1"])
    assert GatePolicy(modes={}).mode("any") is GateMode.STRICT


async def test_a_bypass_needs_a_reason_ends_and_is_written_down(
    door: Door, program: Program, clock: ManualClock
) -> None:
    await send(door, firing("Down", severity=Severity.CRITICAL, service="checkout"))
    await program.post("/v1/incidents", {"alert": "A-1"})
    where = {"service": "checkout", "env": "prod"}
    assert (await program.post(f"{PATH}/bypass", where)).status == 400
    assert (await program.post(f"{PATH}/bypass", {**where, "reason": "  "})).status == 400
    assert (await program.post(f"{PATH}/bypass", {**where, "reason": "x", "minutes": 1_441})).status == 400
    assert (await ask(program))[0] == "block"
    passed = await program.post(f"{PATH}/bypass", {**where, "reason": "the fix itself", "minutes": 10})
    assert (passed.status, passed.json["decision"], passed.json["bypass"]["reason"]) == (
        201,
        "pass",
        "the fix itself",
    )
    assert await ask(program) == ("pass", ["A-1", "I-1"])
    assert (await ask(program, service="search"))[0] == "pass"
    story = (await program.get("/v1/incidents/I-1")).json
    assert "The release gate of checkout was passed by: the fix itself" in str(story["timeline"])
    chain = await door.desk.storage.read(lambda tx: tx.audit.chain(door.desk.project.id))
    assert chain[-1].entry.action == "gate.bypass"
    clock.advance(timedelta(minutes=10))
    assert (await ask(program))[0] == "block"


async def test_each_route_has_a_scope_of_its_own(door: Door) -> None:
    reader = await admit(door, "gate.read", name="reader")
    assert (await reader.get(PATH)).status == 200
    assert (await reader.post(f"{PATH}/bypass", {"reason": "x"})).status == 403
    assert (await reader.post("/v1/slo", {"service": "x"})).status == 403
