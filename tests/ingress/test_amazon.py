"""Messages of SNS: whose they are, and which topics are confirmed."""

import base64
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from bot.domain.access.sns import is_allowed, is_certificate, is_subscription, signed_text
from bot.domain.errors import TocsinError
from bot.providers.registry import PROVIDERS
from tests.conftest import START
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Answer, Door

TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123.pem"
SUBSCRIBE = f"https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def certificate(days: int = 1) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(START - timedelta(days=9))
        .not_valid_after(START + timedelta(days=days))
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


class Internet:
    """What was asked for, and what is answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.pages: dict[str, bytes] = {CERTIFICATE: certificate(), SUBSCRIBE: b"<ok/>"}

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.pages:
            raise TocsinError("It cannot be asked.")
        return self.pages[url]


@pytest.fixture
def internet() -> Internet:
    return Internet()


@pytest.fixture
async def door(open_door: OpenDoor, internet: Internet) -> Door:
    return await open_door(fetch=internet.fetch, sns_topics=("arn:aws:sns:eu-central-1:123456789012:al*",))


def signed(message: dict[str, Any], version: str = "1") -> dict[str, Any]:
    whole = {**message, "SignatureVersion": version, "SigningCertURL": CERTIFICATE}
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303 -- Amazon's first version
    mac = KEY.sign(signed_text(whole), padding.PKCS1v15(), algorithm)
    return {**whole, "Signature": base64.b64encode(mac).decode()}


def notification() -> dict[str, Any]:
    example = PROVIDERS["sns"].example(START)
    return {**example, "Message": msgspec.json.encode(example["Message"]).decode()}


def confirmation(topic: str = TOPIC, url: str = SUBSCRIBE) -> dict[str, Any]:
    return {
        "Type": "SubscriptionConfirmation",
        "MessageId": "m",
        "TopicArn": topic,
        "Message": "You have chosen to subscribe.",
        "Timestamp": "2026-11-21T01:00:00Z",
        "Token": "t",
        "SubscribeURL": url,
    }


async def send(door: Door, message: dict[str, Any], token: str, *, in_url: bool = True) -> Answer:
    headers = {"Content-Type": "text/plain; charset=UTF-8"}
    path = "/v1/hooks/sns"
    if in_url:
        path += f"/{token}"
    else:
        headers["Authorization"] = f"Bearer {token}"
    return await door.ask("POST", path, data=msgspec.json.encode(message), headers=headers)


@pytest.mark.parametrize("version", ["1", "2"])
async def test_a_message_that_is_amazons_is_an_alert(door: Door, internet: Internet, version: str) -> None:
    token = (await door.add("aws", "sns")).token
    for _ in range(2):
        answer = await send(door, signed(notification(), version), token)
        assert (answer.status, answer.json["accepted"] + answer.json["deduped"]) in ((200, 1), (200, 2))
    assert internet.asked == [CERTIFICATE]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"Message": "other"}, "Signature"),
        ({"Signature": "AAAA"}, "Signature"),
        ({"Signature": "é"}, "Signature"),
        ({"SignatureVersion": "3"}, "SignatureVersion"),
        ({"SigningCertURL": "https://sns.evil.example/x.pem"}, "SigningCertURL"),
        ({"SigningCertURL": CERTIFICATE.replace("https", "http")}, "SigningCertURL"),
        ({"SigningCertURL": None}, "SigningCertURL"),
    ],
)
async def test_a_message_that_is_not_amazons_is_refused(
    door: Door, internet: Internet, change: dict[str, Any], field: str
) -> None:
    token = (await door.add("aws", "sns")).token
    answer = await send(door, {**signed(notification()), **change}, token)
    assert (answer.status, answer.json["field"]) == (401, field)
    assert set(internet.asked) <= {CERTIFICATE}
    assert await door.rows("alert") == 0


async def test_a_certificate_that_is_over_is_none(door: Door, internet: Internet) -> None:
    token = (await door.add("aws", "sns")).token
    for page, status in ((certificate(days=-1), 401), (b"no certificate", 401)):
        internet.pages[CERTIFICATE] = page
        assert (await send(door, signed(notification()), token)).status == status


async def test_amazon_comes_again_when_it_cannot_be_asked(door: Door, internet: Internet) -> None:
    token = (await door.add("aws", "sns")).token
    del internet.pages[CERTIFICATE]
    answer = await send(door, signed(notification()), token)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "20")


async def test_a_token_in_a_header_is_enough(door: Door, internet: Internet) -> None:
    token = (await door.add("aws", "sns")).token
    assert (await send(door, notification(), token, in_url=False)).status == 200
    assert internet.asked == []


async def test_an_allowed_topic_is_confirmed_before_it_is_answered(door: Door, internet: Internet) -> None:
    token = (await door.add("aws", "sns")).token
    answer = await send(door, signed(confirmation()), token)
    assert (answer.status, answer.json["accepted"], internet.asked) == (200, 0, [CERTIFICATE, SUBSCRIBE])
    del internet.pages[SUBSCRIBE]
    assert (await send(door, signed(confirmation()), token)).status == 503
    assert await door.rows("card") == 1


async def test_another_topic_is_told_and_never_asked_for(door: Door, internet: Internet) -> None:
    token = (await door.add("aws", "sns")).token
    other = confirmation("arn:aws:sns:eu-central-1:999999999999:alarms")
    assert (await send(door, signed(other), token)).status == 200
    assert (await send(door, other, token, in_url=False)).status == 200
    assert internet.asked == [CERTIFICATE]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription&TopicArn=" + TOPIC,
        "http://169.254.169.254/?Action=ConfirmSubscription&TopicArn=" + TOPIC,
        "https://sns.eu-central-1.amazonaws.com/?Action=Publish&TopicArn=" + TOPIC,
        "https://sns.eu-central-1.amazonaws.com@evil.example/?Action=ConfirmSubscription&TopicArn=" + TOPIC,
        "https://sns.eu-central-1.amazonaws.com:8443/?Action=ConfirmSubscription&TopicArn=" + TOPIC,
    ],
)
async def test_no_address_but_amazons_own_is_followed(door: Door, internet: Internet, url: str) -> None:
    token = (await door.add("aws", "sns")).token
    for in_url in (True, False):
        answer = await send(door, signed(confirmation(url=url)), token, in_url=in_url)
        assert (answer.status, answer.json["field"]) == (401, "SubscribeURL")
    assert set(internet.asked) == {CERTIFICATE}


def test_what_is_amazons_is_known_by_its_host() -> None:
    assert is_certificate(CERTIFICATE)
    assert is_certificate("https://sns.cn-north-1.amazonaws.com.cn/a.pem")
    for url in (
        *(None, 7, "", "x", "https://sns.amazonaws.com/a.pem", "https://sns..amazonaws.com/a.pem"),
        *(
            "https://sns.eu.amazonaws.com.evil.example/a.pem",
            "https://sns.eu-central-1.amazonaws.com/a.pem?x",
        ),
        *("https://u@sns.eu-central-1.amazonaws.com/a.pem", "https://sns.eu-central-1.amazonaws.com:1/a.pem"),
        *("https://sns.eu-central-1.amazonaws.com/a.pem\n", "https://[::1/a.pem", "https://x:y/a.pem"),
        *("https://SNS.eu-central-1.amazonaws.com\\@evil/a.pem", "https://bucket.s3.amazonaws.com/a.pem"),
    ):
        assert not is_certificate(url)
    assert is_subscription(SUBSCRIBE.replace(":", "%3A").replace("https%3A", "https:"), TOPIC)
    assert not is_subscription(SUBSCRIBE, TOPIC + "x")
    assert is_allowed(TOPIC, ("arn:aws:sns:*:123456789012:*",))
    assert not is_allowed("", ("*",))
    assert not is_allowed(TOPIC, ())
