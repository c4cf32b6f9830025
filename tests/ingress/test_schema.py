"""Requests made of ``/openapi.json`` itself: none of them is an error of ours."""

import asyncio
import os
import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from bot.domain.access.token import Scope
from tests.ingress.door import Door
from tests.ingress.program import admit, send
from tests.senders import firing

schemathesis = pytest.importorskip("schemathesis", reason="needs the PyPI package schemathesis")

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "1"))  # for each of some seventy operations


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: the shapes are the same."""
    return sqlite_url


async def test_whatever_the_document_allows_is_no_error_of_ours(door: Door) -> None:
    await send(door, firing("Disk"), firing("Lag"))
    token = (await door.add("any", "generic")).token
    program = await admit(door, Scope.ADMIN)
    document = (await door.ask("GET", "/openapi.json")).json
    answers = await asyncio.to_thread(_ask_all, document, door.url, program.secret, token)
    assert len(answers) > len(document["paths"])
    assert {place: status for place, status in answers if status >= 500} == {}


def _ask_all(document: dict[str, Any], url: str, api_token: str, source_token: str) -> list[tuple[str, int]]:
    """Ask what can be asked, in a thread of its own: these requests block."""
    schema = schemathesis.openapi.from_dict(document)
    answers: list[tuple[str, int]] = []
    for found in schema.get_all_operations():
        operation = found.ok()
        secret = source_token if operation.path.startswith("/v1/hooks/") else api_token
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answers += _ask_one(operation, url, {"Authorization": f"Bearer {secret}"})
    return answers


def _ask_one(operation: Any, url: str, headers: dict[str, str]) -> list[tuple[str, int]]:
    answers: list[tuple[str, int]] = []

    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        answer = case.call(base_url=url, headers=headers)
        answers.append((f"{operation.method} {operation.path}", answer.status_code))

    ask()
    return answers
