"""What is installed is locked to the byte, and no file of ours says where it comes from."""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PACKAGES = json.loads((ROOT / "package-lock.json").read_text())["packages"]


def requirements(lock: Path) -> list[str]:
    """Each requirement of a lock with its hashes, on one line."""
    text = re.sub(r"#.*", "", lock.read_text()).replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip()]


def names(lock: Path) -> set[str]:
    return {requirement.split("==")[0] for requirement in requirements(lock)}


def test_there_is_a_lock_for_every_use() -> None:
    assert [lock.name for lock in LOCKS] == ["dev.txt", "node.txt", "run.txt", "uv.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_one_version_with_its_hashes(lock: Path) -> None:
    assert requirements(lock)
    for requirement in requirements(lock):
        assert re.match(r"[a-z0-9-]+==[^ ]+ ", requirement), requirement
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", requirement), requirement


@pytest.mark.parametrize("file", [*LOCKS, ROOT / "package.json", ROOT / "package-lock.json"], ids=lambda f: f.name)
def test_no_lock_holds_an_address(file: Path) -> None:
    text = file.read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(--index-url|--extra-index-url|--find-links|-i|-f)\b", text, re.MULTILINE)
    assert '"resolved"' not in text


def test_every_javascript_package_has_its_hash() -> None:
    assert len(PACKAGES) > 1
    for path, package in PACKAGES.items():
        if path:
            assert package["integrity"].startswith("sha512-"), path


def test_javascript_packages_are_asked_for_in_one_version_each() -> None:
    asked = json.loads((ROOT / "package.json").read_text())
    for version in [*asked["dependencies"].values(), *asked["devDependencies"].values()]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = asked["dependency-groups"]

    def bare(wanted: list[str]) -> set[str]:
        return {re.split(r"[\[<>=;]", one)[0] for one in wanted}

    running = bare(asked["project"]["dependencies"]) | bare(groups["build"])
    assert running <= names(ROOT / "requirements" / "run.txt")
    assert running | bare(groups["dev"]) <= names(ROOT / "requirements" / "dev.txt")
    assert bare(groups["node"]) <= names(ROOT / "requirements" / "node.txt")


def test_what_is_tested_is_what_runs() -> None:
    running = {one.split(" ")[0] for one in requirements(ROOT / "requirements" / "run.txt")}
    assert running <= {one.split(" ")[0] for one in requirements(ROOT / "requirements" / "dev.txt")}


def test_the_preparation_of_a_bare_machine_needs_nothing_but_python() -> None:
    tree = ast.parse((ROOT / "bootstrap" / "prepare.py").read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
        )
    }
    assert imported <= sys.stdlib_module_names
