"""A person's zone is kept for each project, and the audit log says that it was chosen."""

import pytest
from msgspec.structs import replace

from bot.domain.errors import InvalidInputError
from bot.usecases import person as people
from bot.usecases.desk import Desk
from tests.senders import ANNA, BEN


async def test_a_zone_is_chosen_changed_and_given_back(desk: Desk) -> None:
    assert (await people.zone_of(desk, 1)).key == "UTC"
    await people.choose_zone(desk, 1, "Asia/Tokyo", actor=ANNA)
    await people.choose_zone(desk, 1, "europe/berlin", actor=ANNA)
    await people.choose_zone(desk, 2, "Asia/Tokyo", actor=BEN)
    assert [(await people.zone_of(desk, each)).key for each in (1, 2)] == ["Europe/Berlin", "Asia/Tokyo"]
    desk.rules = replace(desk.rules, zone="Asia/Kathmandu")
    assert (await people.choose_zone(desk, 1, None, actor=ANNA)).key == "Asia/Kathmandu"
    said = await desk.storage.read(lambda tx: tx.audit.about("person:1"))
    assert [each.entry.action for each in said] == ["setting.zone"] * 3
    assert [each.entry.after for each in said] == [
        '{"zone":"Asia/Tokyo"}',
        '{"zone":"Europe/Berlin"}',
        '{"zone":""}',
    ]


async def test_what_is_no_zone_changes_nothing(desk: Desk) -> None:
    with pytest.raises(InvalidInputError):
        await people.choose_zone(desk, 1, "Mars/Base", actor=ANNA)
    assert await desk.storage.read(lambda tx: tx.people.zone(desk.project.id, 1)) is None
