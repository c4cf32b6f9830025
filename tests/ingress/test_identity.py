"""Who is the same is decided before secrets are taken out."""

import pytest

from tests.ingress.door import Door, alert, group

TOKENS = ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_26C7e42F292c6912E7710c838347Ae178B4b")


async def refs(door: Door, *bodies: object, provider: str = "generic") -> list[str]:
    token = (await door.add("any", provider)).token
    answers = [await door.post(body, token, provider=provider) for body in bodies]
    return [line["ref"] for answer in answers for line in answer.json["alerts"]]


@pytest.mark.parametrize(
    "detail",
    [
        lambda secret: {"labels": {"password": secret}},
        lambda secret: {"dedupe_key": f"job/{secret}"},
        lambda secret: {"labels": {"probe": f"https://x.example.org/?token={secret}"}},
    ],
)
async def test_what_only_a_secret_tells_apart_is_two_and_the_same_is_one(door: Door, detail: object) -> None:
    bodies = [{"title": "Probe failed", **detail(secret)} for secret in (*TOKENS, TOKENS[0])]  # type: ignore[operator]
    assert await refs(door, *bodies) == ["A-1", "A-2", "A-1"]
    stored = await door.texts("alert", "envelope", "recurrence", "event")
    assert not any(secret in stored for secret in TOKENS)


async def test_resolving_one_leaves_the_other_open(door: Door) -> None:
    token = (await door.add("any", "generic")).token
    for secret in TOKENS:
        await door.post({"title": "x", "dedupe_key": secret}, token, provider="generic")
    over = {"title": "x", "dedupe_key": TOKENS[0], "status": "ok"}
    answer = await door.post(over, token, provider="generic")
    assert [(line["ref"], line["state"]) for line in answer.json["alerts"]] == [("A-1", "resolved")]


async def test_the_name_of_a_secret_object_is_shown(door: Door) -> None:
    token = (await door.add()).token
    labels = {"namespace": "shop", "secret": "shop-tls", "secret_key": "tls.crt"}
    await door.post(group(alert("CertExpires", **labels)), token)
    stored = await door.texts("alert")
    assert "shop-tls" in stored
    assert "tls.crt" in stored
