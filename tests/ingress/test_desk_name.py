"""A desk says over HTTP which it is, so that `tocsin check` takes no stranger on its port for its own."""

from pathlib import Path
from urllib.parse import urlsplit

from bot.doctor.host import http_port
from bot.domain.finding import FindingLevel
from bot.settings.key import FILE_NAME
from bot.settings.tree import Settings
from tests.ingress.door import Door


async def test_check_tells_the_desk_of_its_data_from_another_on_its_port(door: Door, tmp_path: Path) -> None:
    told = (await door.ask("GET", "/healthz")).json
    assert told["alive"] is True
    assert len(told["desk"]) == 16
    assert told["desk"] not in door.desk.signing_key.hex()
    own, other, new = tmp_path / "own", tmp_path / "other", tmp_path / "new"
    for folder, key in ((own, door.desk.signing_key), (other, b"o" * 32)):
        folder.mkdir()
        (folder / FILE_NAME).write_text(key.hex(), encoding="ascii")
    port = urlsplit(door.url).port
    found = [
        await http_port(Settings.load(None, storage={"data": each}, http={"port": port}))
        for each in (own, other, new)
    ]
    assert [each.level for each in found] == [FindingLevel.OK, FindingLevel.ERROR, FindingLevel.ERROR]
    assert found[0].what == f"Tocsin runs here and listens at {door.url}."
    assert found[1].what == found[2].what == f"Another Tocsin, with other data, listens at {door.url}."
    assert not new.exists()
