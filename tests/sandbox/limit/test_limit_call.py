"""Limits that only a whole call meets: files, counts, codes, what is left behind."""

import asyncio
import io

import aiohttp
import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest

V2 = 1 << 15
TEXT = {"type": 10, "content": "words"}


async def test_a_refused_message_leaves_nothing_behind(rest: Rest, sandbox: Sandbox) -> None:
    path = f"/channels/{sandbox.channels['alerts']}/messages"
    status, body = await rest("POST", path, {"embeds": [{"title": "x" * 257}]})
    assert status == 400
    assert (body["code"], body["message"]) == (50035, "Invalid Form Body")
    assert body["errors"]["embeds"]["0"]["title"]["_errors"] == [
        {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 256 or fewer in length."}
    ]
    assert sandbox.messages(sandbox.channels["alerts"]) == []
    assert rest.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/channels/{alerts}/messages", b"{", 50109),
        ("/channels/{alerts}/messages", b'{"content": "\\ud800"}', 50109),
        ("/channels/{alerts}/messages", b"[" * 100_000, 50109),
        ("/channels/{alerts}/messages", b"[]", 50035),
        ("/channels/{alerts}/messages", b'{"content": "x", "message_reference": {"message_id": "1"}}', 50035),
        ("/channels/x/messages", b'{"content": "x"}', 50035),
        ("/channels/1/messages", b'{"content": "x"}', 10003),
        ("/channels/{incidents}/messages", b'{"content": "x"}', 40058),
        ("/channels/{incidents}/threads", b'{"name": "x"}', 50035),
        ("/channels/{incidents}/threads", b'{"name": "x", "message": {}}', 50006),
        ("/channels/{incidents}/threads", b'{"name": "", "message": {"content": "x"}}', 50035),
        (
            "/channels/{incidents}/threads",
            b'{"name": "x", "applied_tags": ["5"], "message": {"content": "x"}}',
            50035,
        ),
        ("/channels/{alerts}/threads", b'{"name": "x", "auto_archive_duration": 61}', 50035),
        ("/nothing", b"{}", 0),
    ],
)
async def test_a_bad_call_is_refused_with_its_code(
    rest: Rest, sandbox: Sandbox, path: str, body: bytes, code: int
) -> None:
    status, answer = await rest("POST", path.format(**sandbox.channels), data=body)
    assert (status // 100, answer["code"]) == (4, code)


async def test_too_large_a_file_and_too_many_are_refused(rest: Rest, sandbox: Sandbox) -> None:
    path = f"/channels/{sandbox.channels['alerts']}/messages"

    def form(count: int, size: int) -> aiohttp.FormData:
        data = aiohttp.FormData(quote_fields=False)
        data.add_field("payload_json", '{"content": "x"}')
        for at in range(count):
            data.add_field(f"files[{at}]", io.BytesIO(b"x" * size), filename=f"{at}.bin")
        return data

    assert (await rest("POST", path, data=form(1, (10 << 20) + 1)))[1]["code"] == 40005
    assert (await rest("POST", path, data=form(11, 1)))[1]["code"] == 30015
    status, message = await rest("POST", path, data=form(10, 1))
    assert (status, len(message["attachments"])) == (200, 10)


async def test_twenty_kinds_of_emoji_and_no_more(rest: Rest, sandbox: Sandbox) -> None:
    message = sandbox.person("visitor").say("x")
    base = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions"
    for at in range(20):
        assert (await rest("PUT", f"{base}/{chr(0x1F600 + at)}/@me"))[0] == 204
    assert (await rest("PUT", f"{base}/\N{FIRE}/@me"))[1]["code"] == 30010
    for wrong in ("x", "name:123", "<a>", "\N{FIRE}" * 17):
        assert (await rest("PUT", f"{base}/{wrong}/@me"))[1]["code"] == 10014
    await rest("DELETE", f"{base}/\U0001f600/@me")
    assert (await rest("PUT", f"{base}/1️⃣/@me"))[0] == 204


async def test_two_hundred_and_fifty_pins_and_no_more(rest: Rest, sandbox: Sandbox) -> None:
    alerts = sandbox.channels["alerts"]
    ids = [sandbox.person("visitor").say(str(at))["id"] for at in range(251)]
    answers = await asyncio.gather(
        *(rest("PUT", f"/channels/{alerts}/messages/pins/{message_id}") for message_id in ids[:250])
    )
    assert {status for status, _ in answers} == {204}
    assert (await rest("PUT", f"/channels/{alerts}/messages/pins/{ids[250]}"))[1]["code"] == 30003
    _, page = await rest("GET", f"/channels/{alerts}/messages/pins?limit=50")
    assert (len(page["items"]), page["has_more"]) == (50, True)


async def test_two_hundred_command_creates_a_day(rest: Rest, sandbox: Sandbox) -> None:
    bot = sandbox.world.bot.user.id
    path = f"/applications/{bot}/commands"
    for turn in range(2):
        names = [{"name": f"c{turn}-{at}", "description": "d"} for at in range(100)]
        assert (await rest("PUT", path, names))[0] == 200
        assert (await rest("PUT", path, names))[0] == 200
    assert (await rest("PUT", path, [{"name": "more", "description": "d"}]))[1]["code"] == 30034
    assert (await rest("GET", path))[1][0]["name"] == "c1-0"


async def test_an_edit_cannot_leave_nothing_nor_mix_old_and_new_components(
    rest: Rest, sandbox: Sandbox
) -> None:
    path = f"/channels/{sandbox.channels['alerts']}/messages"
    _, message = await rest("POST", path, {"content": "x"})
    edit = f"{path}/{message['id']}"
    assert (await rest("PATCH", edit, {"content": ""}))[1]["code"] == 50006
    assert (await rest("PATCH", edit, {"flags": V2, "components": [TEXT]}))[1]["code"] == 50035
    status, changed = await rest(
        "PATCH", edit, {"flags": V2, "components": [TEXT], "content": None, "embeds": []}
    )
    assert (status, changed["flags"] & V2, changed["content"]) == (200, V2, "")
    assert (await rest("PATCH", edit, {"content": "old again"}))[1]["code"] == 50035


async def test_refusals_of_threads_have_their_codes(rest: Rest, sandbox: Sandbox) -> None:
    forum = sandbox.world.channels[sandbox.channels["incidents"]]
    forum.flags |= 1 << 4
    post = {"name": "p", "message": {"content": "x"}}
    path = f"/channels/{forum.id}/threads"
    assert (await rest("POST", path, post))[1]["code"] == 40067
    assert (await rest("POST", path, post | {"applied_tags": [str(next(iter(forum.tags)))]}))[0] == 201
    sandbox.settings.max_active_threads = 1
    assert (await rest("POST", f"/channels/{sandbox.channels['ops']}/threads", {"name": "t"}))[1][
        "code"
    ] == 160006


async def test_what_cannot_be_edited_or_deleted_in_bulk_says_why(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.world.guild.roles[sandbox.world.bot.role_ids[0]].permissions |= 1 << 3
    path = f"/channels/{sandbox.channels['alerts']}/messages"
    poll = {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}]}
    _, asked = await rest("POST", path, {"poll": poll})
    assert (await rest("PATCH", f"{path}/{asked['id']}", {"content": "x"}))[1]["code"] == 520003
    await rest("PUT", f"{path}/pins/{asked['id']}")
    _, (note, _) = await rest("GET", f"{path}?limit=2")
    assert (await rest("PATCH", f"{path}/{note['id']}", {"content": "x"}))[1]["code"] == 50021
    for ids, code in ((["1"], 50016), ([str(at) for at in range(101)], 50016), (["1", "2"], 50034)):
        assert (await rest("POST", f"{path}/bulk-delete", {"messages": ids}))[1]["code"] == code
