"""What programs post to chats: a problem and its recovery are one, and two problems are two."""

from typing import Any

import pytest

from bot.domain.alert.signal import Signal, Status
from bot.providers import discord_webhook, slack_webhook

RED, GREEN = 15158332, 3066993


def embed(title: str, colour: int, text: str = "", **fields: str) -> dict[str, Any]:
    listed = [{"name": name.replace("_", " "), "value": value} for name, value in fields.items()]
    return {"embeds": [{"title": title, "color": colour, "description": text, "fields": listed}]}


def attached(title: str, colour: str, text: str = "", **fields: str) -> dict[str, Any]:
    listed = [{"title": name.replace("_", " "), "value": value} for name, value in fields.items()]
    return {"attachments": [{"title": title, "color": colour, "text": text, "fields": listed}]}


def gatus(what: str, said: str, colour: int) -> dict[str, Any]:
    return embed(":helmet_with_white_cross: Gatus", colour, f"An alert for **{what}** has been {said}:\n> x")


def check_mk(kind: str, host: str, service: str, state: str) -> dict[str, Any]:
    lines = f"Host: {host} (IP: 192.0.2.5)\nService: {service}\nState: {state}"
    return attached(f"Service {kind} notification", "#EE0000" if kind == "PROBLEM" else "#36A64F", lines)


def text(words: str) -> dict[str, Any]:
    return {"text": words, "content": words}


PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "gatus": (
        gatus("core/api", "triggered due to having failed 3 time(s) in a row", RED),
        gatus("core/api", "resolved after passing successfully 2 time(s) in a row", GREEN),
        gatus("core/web", "triggered due to having failed 3 time(s) in a row", RED),
    ),
    "kuma": (
        embed("❌ Your service NAS went down. ❌", 16711680, Service_Name="NAS", Error="timeout"),
        embed("✅ Your service NAS is up! ✅", 65280, Service_Name="NAS", Ping="12 ms"),
        embed("❌ Your service Web went down. ❌", 16711680, Service_Name="Web"),
    ),
    "arr": (
        embed("IndexerStatusCheck", 15749200, "Indexers unavailable due to failures: x"),
        embed("Health Issue Resolved: IndexerStatusCheck", 2605644, "The following issue is now resolved: x"),
        embed("RootFolderCheck", 15749200, "Missing root folder"),
    ),
    "shortcodes": (
        embed(":cross_mark: Container web stopped", 16711680),
        embed(":white_check_mark: Container web stopped", 65280),
        embed(":cross_mark: Container api stopped", 16711680),
    ),
    "uptimerobot": (
        text("Monitor is DOWN: Website ( https://x.example.org ) - Reason: Connection Timeout"),
        text("Monitor is UP: Website ( https://x.example.org ). It was down for 3 minutes."),
        text("Monitor is DOWN: Blog ( https://b.example.org ) - Reason: Connection Timeout"),
    ),
    "statuscake": (
        text("Your site 'shop' went down"),
        text("Your site 'shop' is back up"),
        text("Your site 'blog' went down"),
    ),
    "measures": (
        text("WARNING: disk /srv on nas-01 at 91%"),
        text("OK: disk /srv on nas-01 at 40%"),
        text("WARNING: disk /var on nas-01 at 91%"),
    ),
    "nagios": (
        text("** PROBLEM Service Alert: nas-01/Disk is CRITICAL: 1% free **"),
        text("** RECOVERY Service Alert: nas-01/Disk is OK: 40% free **"),
        text("** PROBLEM Service Alert: nas-02/Disk is CRITICAL: 1% free **"),
    ),
    "statping": (
        text("Your service 'API' is currently offline! Failing since 05:00"),
        text("Your service 'API' is back online and is now fully operational."),
        text("Your service 'Web' is currently offline! Failing since 05:00"),
    ),
    "cachet": (
        text("New incident: API is slow"),
        text("Incident resolved: API is slow"),
        text("New incident: database is slow"),
    ),
    "amazon": (
        attached('ALARM: "High CPU" in EU', "danger"),
        attached('OK: "High CPU" in EU', "good"),
        attached('ALARM: "Low disk" in EU', "danger"),
    ),
    "flux": (
        {"attachments": [{"color": "danger", "author_name": "kustomization/shop", "text": "check failed"}]},
        {"attachments": [{"color": "good", "author_name": "kustomization/shop", "text": "Passed in 3s"}]},
        {"attachments": [{"color": "danger", "author_name": "kustomization/blog", "text": "check failed"}]},
    ),
    "check_mk": (
        check_mk("PROBLEM", "nas-01", "Disk /", "CRITICAL"),
        check_mk("RECOVERY", "nas-01", "Disk /", "OK"),
        check_mk("PROBLEM", "nas-01", "CPU", "CRITICAL"),
    ),
    "icinga": (
        attached("Service Notification", "danger", Host="db-1", Service="ssh", State="CRITICAL"),
        attached("Service Notification", "good", Host="db-1", Service="ssh", State="OK"),
        attached("Service Notification", "danger", Host="db-1", Service="http", State="CRITICAL"),
    ),
    "netdata": (
        attached("disk space usage = 93.4%", "danger", "", Chart="disk_space._srv"),
        attached("disk space usage (was critical for 1 minute)", "good", "", Chart="disk_space._srv"),
        attached("ram usage = 93.4%", "danger", "", Chart="system.ram"),
    ),
}


def read(body: dict[str, Any]) -> Signal:
    is_slack = "attachments" in body or "text" in body
    reading = slack_webhook.read_message(body) if is_slack else discord_webhook.read_message(body)
    ((_, signal),) = reading.signals
    return signal


@pytest.mark.parametrize("sender", PAIRS)
def test_a_problem_meets_its_recovery_and_no_other_problem(sender: str) -> None:
    on, over, other = map(read, PAIRS[sender])
    assert (on.status, over.status, other.status) == (Status.FIRING, Status.RESOLVED, Status.FIRING)
    assert on.fingerprint == over.fingerprint != other.fingerprint
    assert on.severity.rank > 0


def test_the_name_is_the_things_and_not_the_programs() -> None:
    assert "core/api" in read(PAIRS["gatus"][0]).name
    assert read(PAIRS["uptimerobot"][0]).name == "Website"
    assert (read(PAIRS["check_mk"][0]).service, read(PAIRS["check_mk"][0]).target[:6]) == ("Disk /", "nas-01")
