"""Discord breaks the gateway's line, in every way that it can; what people did meanwhile is not lost."""

import pytest

from tests.fault.house import House, break_line


async def test_op_7(house: House) -> None:
    await break_line(house, effect="reconnect")


@pytest.mark.parametrize("resumable", [True, False])
async def test_op_9(house: House, resumable: bool) -> None:
    await break_line(house, effect="invalid_session", resumable=resumable)


async def test_a_close_1000(house: House) -> None:
    await break_line(house, effect="close", code=1000)


async def test_a_close_4009(house: House) -> None:
    await break_line(house, effect="close", code=4009)
