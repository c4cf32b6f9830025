"""The pins: complete, hashed, in step with pyproject.toml, and silent about where files come from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["postgres"]]
BUILD = PROJECT["build-system"]["requires"]


def pins(file: str) -> dict[str, Requirement]:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8").replace("\\\n", "")
    found = [Requirement(line.partition("--hash")[0]) for line in text.splitlines() if line]
    return {canonicalize_name(pin.name): pin for pin in found}


def version(pin: Requirement) -> str:
    (exact,) = pin.specifier
    assert exact.operator == "=="
    return exact.version


@pytest.mark.parametrize(
    ("file", "wanted"),
    [("runtime.txt", RUNTIME + BUILD), ("dev.txt", RUNTIME + BUILD + PROJECT["dependency-groups"]["dev"])],
)
def test_every_dependency_is_pinned_within_its_range(file: str, wanted: list[str]) -> None:
    pinned = pins(file)
    for text in wanted:
        want = Requirement(text)
        assert want.specifier.contains(version(pinned[canonicalize_name(want.name)])), text


def test_the_tests_run_on_the_versions_that_are_shipped() -> None:
    runtime, dev = pins("runtime.txt"), pins("dev.txt")
    assert {name: str(pin) for name, pin in runtime.items()}.items() <= {
        name: str(pin) for name, pin in dev.items()
    }.items()


@pytest.mark.parametrize("file", ["runtime.txt", "dev.txt"])
def test_every_pin_has_hashes_and_no_line_says_where_from(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    assert text.endswith("\n")
    for line in text.replace("\\\n", "").splitlines():
        assert re.fullmatch(r'[a-z0-9-]+==[\w.]+( ; [\w"=>.! ]+)?( +--hash=sha256:[0-9a-f]{64})+', line), line
