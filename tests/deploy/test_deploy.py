"""What stands in deploy/ is right: the programs that read it say so where they are installed."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are a package more

from bot import metrics
from bot.__main__ import parser
from bot.settings.environment import keys
from bot.settings.tree import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
ROOT = DEPLOY.parent


def run(program: str, *arguments: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def metrics_in(text: str) -> set[str]:
    """The families of our own metrics that an expression asks for."""
    return {
        re.sub(r"_(bucket|sum|count)$", "", name) if name.endswith("_bucket") else name
        for name in re.findall(r"\btocsin_[a-z_]+", text)
    }


def families() -> set[str]:
    found = re.findall(r"# TYPE (tocsin_\S+) (\S+)", metrics.render().decode())
    return {name for name, _ in found}


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    unit = (DEPLOY / "tocsin.service").read_text(encoding="utf-8")
    copy = tmp_path / "tocsin.service"
    copy.write_text(
        unit.replace("/opt/tocsin/bin/tocsin", shutil.which("true") or "/bin/true"), encoding="utf-8"
    )
    run("systemd-analyze", "verify", str(copy))


def test_the_unit_gives_away_little() -> None:
    said = run(
        "systemd-analyze", "security", "--offline=true", "--threshold=20", str(DEPLOY / "tocsin.service")
    )
    assert "OK" in said


def test_the_rules_are_ones_that_prometheus_takes() -> None:
    run("promtool", "check", "rules", str(DEPLOY / "prometheus-rules.yaml"))


def test_rules_and_dashboard_ask_for_metrics_that_are_there() -> None:
    rules: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus-rules.yaml").read_text(encoding="utf-8"))
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert set().union(*map(metrics_in, asked)) <= families()
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


@pytest.mark.parametrize("file", ["compose.yaml", "compose.postgres.yaml"])
def test_compose_files_name_what_is_there(file: str) -> None:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / file).read_text(encoding="utf-8"))
    known = {key.environ for key in keys(Settings)}
    known |= {f"{name}_FILE" for name in known}
    for service in content["services"].values():
        if "build" not in service:
            continue
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert set(service["environment"]) <= known
        assert set(service["secrets"]) <= set(content["secrets"])
        if "command" in service:
            parser().parse_args(service["command"])


def test_the_image_starts_what_exists_and_copies_what_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources)
    (health,) = re.findall(r"HEALTHCHECK .*CMD (\[.*\])", text)
    parser().parse_args(json.loads(health)[1:])
    (command,) = re.findall(r"^CMD (\[.*\])", text, re.MULTILINE)
    parser().parse_args(json.loads(command))
    assert re.search(r"^USER tocsin$", text, re.MULTILINE)


def test_everything_is_named_in_its_page() -> None:
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in DEPLOY.iterdir()} - {"README.md"} <= set(re.findall(r"\((\S+?)\)", page))
