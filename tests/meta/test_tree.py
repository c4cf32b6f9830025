"""What is in the repository speaks of the project alone."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE = {".git", ".venv", "build", "data", "dist", "__pycache__"}
# Written in pieces, so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(
        [
            r"(?<![\w.])/" + r"(?:work|root|home/\w+|Users/\w+)/",
            r"/tmp/" + "brief",
            r"pypi" + r"\.org|pythonhosted" + r"\.org|registry\." + r"npmjs|deb\." + r"debian\.org",
        ]
    )
)


def tracked() -> list[Path]:
    """What git tracks; outside a clone, whatever lies there and is not made by a tool."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 -- whichever git the developer uses
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [
            path for path in ROOT.rglob("*") if not any(_made(part) for part in path.relative_to(ROOT).parts)
        ]
    return sorted(path for path in paths if path.is_file())


def _made(part: str) -> bool:
    return part in MADE or part.endswith(("_cache", ".egg-info")) or part == ".hypothesis"


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    found = {}
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        if lines := [line for line in text.splitlines() if FOREIGN.search(line)]:
            found[str(path.relative_to(ROOT))] = lines
    assert not found
