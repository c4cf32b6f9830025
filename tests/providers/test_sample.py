"""What real senders sent, against what the index beside the recordings says."""

from pathlib import Path

import pytest

from bot.domain.alert.signal import Reading
from bot.providers.registry import PROVIDERS
from tests.providers.sample import folder, load, read_request, read_sample

OWN = Path(__file__).parents[1] / "payloads"

CASES: dict[str, tuple[str, list[str]]] = {
    "kuma-down": ("uptime-kuma", ["firing kuma:10"]),
    "kuma-up": ("uptime-kuma", ["resolved kuma:10"]),
    "kuma-test": ("uptime-kuma", []),
    "healthchecks-template-down": ("healthchecks", ["firing hc:23c10a75-714b-4464-9027-d2a12fbe4324"]),
    "healthchecks-template-up": ("healthchecks", ["resolved hc:23c10a75-714b-4464-9027-d2a12fbe4324"]),
    "sentry-issue-created": ("sentry", ["firing sentry:issue:1234567890"]),
    "sentry-metric-critical": ("sentry", ["firing sentry:metric:1"]),
    "github-workflow_run-failure": ("github", ["firing gh:octo-org/octo-repo:2823525:master"]),
    "github-ping": ("github", []),
    "sns-cloudwatch-alarm-v1": ("sns", ["firing cw:us-east-1:000000000000:High CPU @everyone"]),
    "sns-subscription-confirmation-v1": ("sns", []),
    "netdata-custom-critical": ("netdata", ["firing nd:nas-01/disk_space._srv/disk_space_usage"]),
    "icinga2-svc-critical": ("icinga2", ["firing icinga2:nas-01/disk"]),
    "nagios-svc-critical": ("nagios", ["firing nagios:nas-01/Disk /srv @everyone"]),
    "monit-web-failed": ("monit", ["firing monit:vm/web/connection"]),
    "apprise-json": ("apprise", ["firing apprise:borg backup"]),
    "apprise-json-warning": ("apprise", ["firing apprise:borg backup"]),
    "borgmatic-apprise-fail": ("apprise", ["firing apprise:a borgmatic fail event happened"]),
    "bugsink-custom-new": ("bugsink", ["firing bs:5517c16a-9881-4932-89fb-09f8299da6f6"]),
    "cloudevents-structured": ("cloudevents", ["firing ce:f1"]),
    "standardwebhooks-signed": ("standard-webhooks", ["firing swh:api"]),
}
WORSE = {
    "sentry-issue-created": "critical",
    "sentry-metric-critical": "critical",
    "netdata-custom-critical": "critical",
    "icinga2-svc-critical": "critical",
    "nagios-svc-critical": "critical",
    "apprise-json": "critical",
    "apprise-json-warning": "warning",
    "borgmatic-apprise-fail": "critical",
    "cloudevents-structured": "critical",
}
NOTES = {"kuma-test", "github-ping", "sns-subscription-confirmation-v1"}


def identities(reading: Reading) -> list[str]:
    return [f"{signal.status} {signal.fingerprint}" for _, signal in reading.signals]


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_request_gives_what_its_index_says(case: str) -> None:
    place = folder()
    if place is None or not (place / f"{case}.json").exists():
        pytest.skip("there are no recorded requests beside this repository")
    provider, expected = CASES[case]
    reading = read_sample(provider, load(place / f"{case}.json"))
    assert identities(reading) == expected
    assert not reading.rejected
    assert (reading.note is not None) == (case in NOTES)
    assert all(signal.severity == WORSE.get(case, signal.severity) for _, signal in reading.signals)


@pytest.mark.parametrize("path", sorted(OWN.glob("*.json")), ids=lambda path: path.stem)
def test_a_request_made_from_the_senders_documentation_is_read_as_it_is_meant(path: Path) -> None:
    sample = load(path)
    assert sample["provider"] in PROVIDERS
    reading = read_sample(sample["provider"], sample)
    expected = sample["expected"]
    assert identities(reading) == expected["alerts"]
    assert [str(signal.severity) for _, signal in reading.signals] == expected.get(
        "severities", [str(signal.severity) for _, signal in reading.signals]
    )
    assert (reading.note is not None) == expected.get("note", False)


def test_a_charset_that_is_declared_is_read() -> None:
    body = "Backup fällt aus".encode("iso-8859-1")
    for charset in ("iso-8859-1", "ISO-8859-15", "windows-1252"):
        headers = {"content-type": f'text/plain; charset="{charset}"'}
        ((_, signal),) = read_request("generic", body, headers=headers).signals
        assert signal.name == "Backup fällt aus"
    document = '{"title": "Ärger"}'.encode("utf-16")
    headers = {"content-type": "application/json; charset=utf-16"}
    assert read_request("generic", document, headers=headers).signals[0][1].name == "Ärger"
    for wild in ("rot13", "zip", "idna", "x" * 99):
        headers = {"content-type": f"text/plain; charset={wild}"}
        assert read_request("generic", b"Backup", headers=headers).signals[0][1].name == "Backup"


def test_ntfy_is_published_to_by_get() -> None:
    reading = read_request(
        "ntfy", b"", method="GET", tail="backup/publish", query={"message": "disk full", "p": "5"}
    )
    ((_, signal),) = reading.signals
    assert (signal.name, signal.severity, signal.service) == ("disk full", "critical", "backup")
