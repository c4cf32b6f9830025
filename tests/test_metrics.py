"""Metrics: what is promised to whoever scrapes them."""

import re
from pathlib import Path

from bot import metrics

DOCUMENT = Path(__file__).parents[1] / "docs" / "metrics.md"


def test_every_metric_has_our_prefix_and_a_sentence_of_help() -> None:
    text = metrics.render().decode()
    helps = dict(re.findall(r"# HELP (\S+) (.*)", text))
    ours = {name: said for name, said in helps.items() if name.startswith("tocsin_")}
    assert len(ours) > 15
    assert all(said[0].isupper() and said.endswith(".") for said in ours.values())
    assert all(name.startswith(("tocsin_", "process_", "python_")) for name in helps)


def test_the_document_names_every_metric_and_no_other() -> None:
    families = re.findall(r"# TYPE tocsin_(\S+) (\S+)", metrics.render().decode())
    ours = {name for name, kind in families if not (kind == "gauge" and name.endswith("_created"))}
    cells = re.findall(r"^\| (`[^|]+)\|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == ours


def test_what_is_counted_is_rendered() -> None:
    metrics.REQUESTS.labels("test", "202").inc()
    assert b'tocsin_requests_total{code="202",provider="test"} 1.0' in metrics.render()
