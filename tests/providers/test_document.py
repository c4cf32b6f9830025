"""Each sender has its page, and what it says to paste is what Tocsin prints."""

import re
from pathlib import Path

import pytest

from bot.providers.registry import SENDERS
from bot.providers.script import read_text

PAGES = Path(__file__).parents[2] / "docs"
BASE = "https://alerts.example.org"


@pytest.mark.parametrize("name", SENDERS)
def test_the_page_of_a_sender_holds_its_recipe(name: str) -> None:
    sender = SENDERS[name]
    page = (PAGES / "senders" / f"{name}.md").read_text(encoding="utf-8")
    url = sender.address(BASE, 1, "TOKEN")
    recipe = sender.recipe(url, "TOKEN")
    assert page.startswith(f"# {sender.title}\n")
    assert f"\n{recipe.text}\n" in page
    assert recipe.where in page
    assert f"--provider {name}" in page


@pytest.mark.parametrize("name", SENDERS)
def test_the_page_of_a_sender_says_what_maps_to_what(name: str) -> None:
    page = (PAGES / "senders" / f"{name}.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([a-z ]+) \| (.+) \|$", page, re.MULTILINE))
    assert set(rows) >= {"address", "the same alert", "over", "severity"}
    assert rows["address"] == f"`{SENDERS[name].address(BASE, 1, 'TOKEN')}`"


def test_the_lists_lead_to_every_page() -> None:
    readme = (PAGES.parent / "README.md").read_text(encoding="utf-8")
    index = (PAGES / "senders.md").read_text(encoding="utf-8")
    for name in SENDERS:
        assert f"(docs/senders/{name}.md)" in readme
        assert f"(senders/{name}.md)" in index


def test_the_scripts_come_along() -> None:
    for name in (
        "tocsin-nagios.sh",
        "tocsin-icinga2.sh",
        "tocsin-monit.sh",
        "tocsin-zabbix.js",
        "netdata.sh",
    ):
        assert "TOCSIN" in read_text(name).upper()
