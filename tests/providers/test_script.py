"""The scripts that come along, run by a real shell with a curl that writes down what it was told."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.providers.registry import PROVIDERS
from bot.providers.script import script

CURL = """#!/bin/sh
cat > "$OUT/config"
while [ $# -gt 0 ]; do
    if [ "$1" = --data-binary ]; then printf '%s' "$2" > "$OUT/body"; shift; fi
    last=$1; shift
done
printf '%s' "$last" > "$OUT/url"
"""
NASTY = 'a "quoted" \\ back $(touch pwned) `id` \' \t tab\nline ☁ \x01\x1b[31m'

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="there is no POSIX shell")


def run(provider: str, folder: Path, environ: dict[str, str]) -> dict[str, Any]:
    """What the script posts."""
    for name, text in (("curl", CURL), ("script", script(provider)[1])):
        file = folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IEXEC)
    (folder / "tocsin.conf").write_text("TOCSIN_URL=http://127.0.0.1:1/x\nTOCSIN_TOKEN=toc_secret\n")
    done = subprocess.run(
        [str(folder / "script"), str(folder / "tocsin.conf")],
        env={"PATH": f"{folder}:{os.environ['PATH']}", "OUT": str(folder), **environ},
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    assert done.stderr == ""
    assert (folder / "url").read_text() == "http://127.0.0.1:1/x"
    assert "Bearer toc_secret" in (folder / "config").read_text()
    assert not (folder / "pwned").exists()
    body = (folder / "body").read_text(encoding="utf-8")
    assert "toc_secret" not in body
    read: dict[str, Any] = json.loads(body)
    return read


@pytest.mark.parametrize(
    ("provider", "prefix", "service"),
    [("nagios", "", "SERVICEDESC"), ("nagios", "NAGIOS_", "SERVICEDESC"), ("icinga2", "", "SERVICENAME")],
)
def test_a_notification_becomes_json_whatever_stands_in_it(
    tmp_path: Path, provider: str, prefix: str, service: str
) -> None:
    macros = {
        "NOTIFICATIONTYPE": "PROBLEM",
        "HOSTNAME": "nas-01",
        "HOSTSTATE": "UP",
        service: "disk",
        "SERVICESTATE": "CRITICAL",
        "SERVICEOUTPUT": NASTY,
        "SERVICENOTESURL": "$SERVICENOTESURL$",
    }
    posted = run(provider, tmp_path, {prefix + name: text for name, text in macros.items()})
    ((_, signal),) = PROVIDERS[provider].parse(posted).signals
    assert (signal.fingerprint, str(signal.severity)) == (f"{provider}:nas-01/disk", "critical")
    assert signal.summary.startswith('a "quoted" \\ back $(touch pwned) `id` \'   tab line ☁')


def test_an_event_of_monit_becomes_json(tmp_path: Path) -> None:
    posted = run(
        "monit",
        tmp_path,
        {
            "MONIT_HOST": "vm",
            "MONIT_SERVICE": "web",
            "MONIT_EVENT": "Connection failed",
            "MONIT_DESCRIPTION": NASTY,
            "MONIT_DATE": "Sat, 21 Nov 2026 04:55:24",
        },
    )
    ((_, signal),) = PROVIDERS["monit"].parse(posted).signals
    assert signal.fingerprint == "monit:vm/web/connection"
    assert str(signal.started_at) == "2026-11-21 04:55:24+00:00"


@pytest.mark.parametrize("provider", ["nagios", "icinga2", "monit"])
def test_a_script_without_its_file_says_so(tmp_path: Path, provider: str) -> None:
    file = tmp_path / "script"
    file.write_text(script(provider)[1], encoding="utf-8")
    done = subprocess.run(
        ["/bin/sh", str(file), str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "TOCSIN_URL" in done.stderr) == (2, True)
