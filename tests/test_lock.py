"""What `make install` and CI take is pinned with hashes, and the locks fit what they lock."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PIN = re.compile(r"^(?P<name>\S+)==(?P<version>\S+)(?: ; .+)? \\\n(?P<hashes>(?:    .+\n)+)", re.M)
NATIVE = ROOT / "ledger/native"


def wanted() -> list[Requirement]:
    """What the project asks for: to run, for its extras, and to be built."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    listed = [*project["dependencies"], *extras, *pyproject["build-system"]["requires"]]
    requirements = [Requirement(each) for each in listed]
    return [each for each in requirements if each.name != project["name"]]


def pinned() -> dict[str, list[Version]]:
    """The locked versions of each package; more than one where Pythons need different ones."""
    found: dict[str, list[Version]] = {}
    for match in PIN.finditer(LOCK):
        found.setdefault(match["name"], []).append(Version(match["version"]))
    return found


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_the_lock_has_what_the_project_asks_for(requirement: Requirement) -> None:
    versions = pinned().get(canonicalize_name(requirement.name), [])
    fitting = [version for version in versions if version in requirement.specifier]
    assert versions and fitting == versions, f"run `make lock`: {requirement} is not in the lock"


def test_every_pin_has_hashes_and_nothing_else_is_in_the_lock() -> None:
    rest = PIN.sub("", LOCK)
    assert [line for line in rest.splitlines() if not line.strip().startswith("#")] == []
    for match in PIN.finditer(LOCK):
        lines = [line.strip().removesuffix(" \\") for line in match["hashes"].splitlines()]
        hashes = [line for line in lines if not line.startswith("#")]
        assert hashes, match["name"]
        for line in hashes:
            assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line), match["name"]


def test_what_is_fuzzed_is_what_is_shipped() -> None:
    shipped, fuzzed = crates(NATIVE), crates(NATIVE / "fuzz")
    manifest = tomllib.loads((NATIVE / "fuzz/Cargo.toml").read_text(encoding="utf-8"))
    for name in manifest["dependencies"]:
        assert name in fuzzed, "run `make lock`"
    for name in shipped.keys() & fuzzed.keys():
        assert fuzzed[name] <= shipped[name], f"run `make lock`: {name} is locked twice"


def crates(folder: Path) -> dict[str, set[tuple[str, str | None]]]:
    """The locked versions of each crate, with their checksums."""
    lock = tomllib.loads((folder / "Cargo.lock").read_text(encoding="utf-8"))
    packages: list[dict[str, Any]] = lock["package"]
    found: dict[str, set[tuple[str, str | None]]] = {}
    for package in packages:
        pin = (package["version"], package.get("checksum"))
        found.setdefault(package["name"], set()).add(pin)
    return found
