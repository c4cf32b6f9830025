"""A sender that lost an answer may send again under its key: it counts once."""

from tests.ingress.door import Door, alert, group


async def test_a_body_that_comes_again_under_its_key_counts_once(door: Door) -> None:
    token = (await door.add("scripts", "generic")).token
    body = {"title": "Backup failed", "severity": "warning"}

    async def post(key: str, title: str = "Backup failed") -> tuple[int, object]:
        answer = await door.post(
            {**body, "title": title}, token, provider="generic", headers={"Idempotency-Key": key}
        )
        return answer.status, answer.json

    first = await post("k1")
    assert first[0] == 202
    assert await post("k1") == first
    assert await door.rows("event") == 1
    assert (await post("k1", "Another body"))[0] == 422
    assert (await post("k2"))[0] == 202
    assert await door.rows("event") == 2
    assert (await post("k" * 201))[0] == 400


async def test_a_key_of_one_source_is_free_for_another(door: Door) -> None:
    for name in ("one", "two"):
        token = (await door.add(name)).token
        answer = await door.post(group(alert(name)), token, headers={"Idempotency-Key": "same"})
        assert (answer.status, answer.json["accepted"]) == (202, 1)
    assert await door.rows("event") == 2
