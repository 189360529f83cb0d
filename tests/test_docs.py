"""The documentation says what is so: settings, commands, rooms and links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.settings import described
from tests.servers import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    """Give what stands under `heading` up to the next of its level."""
    return text(name).split(f"\n## {heading}\n")[1].split("\n## ")[0]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z%-]+):", text("Makefile"), re.MULTILINE))


def test_the_readme_lists_every_setting_with_its_default_and_its_help() -> None:
    rows = re.findall(r"^\| `(APP_\w+)` \| `(.*?)` \| (.*?) \|$", section("README.md", "Settings"), re.MULTILINE)
    assert rows == [(each.variable, each.default, each.help) for each in described()]


def test_the_readme_maps_every_room() -> None:
    mapped = set(re.findall(r"^\| `services/(\w+)/`", section("README.md", "The rooms"), re.MULTILINE))
    assert mapped == {path.name for path in (ROOT / "services").iterdir() if (path / "__init__.py").exists()}


def test_what_the_readme_calls_a_place_is_there() -> None:
    places = re.findall(r"^\| `([\w./]+)` \|", section("README.md", "The rooms"), re.MULTILINE)
    assert [place for place in places if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_is_named_is_there(name: str) -> None:
    named = {each.rstrip("-") for each in re.findall(r"(?:`|^|\s)make ([a-z][a-z-]*)", text(name))}
    benches = {each for each in named if each.startswith("bench-")}
    assert named - benches <= targets()
    assert [each for each in benches if not (ROOT / f"tests/bench/{each.removeprefix('bench-')}.py").exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)]+)\)", text(name))
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_named_is_there(name: str) -> None:
    named = re.findall(r"`((?:services|components|pages|tests|\.ci)/[\w./-]+)`", text(name))
    assert [each for each in named if not (ROOT / each).exists()] == []


def test_every_target_says_in_the_help_what_it_does() -> None:
    described_targets = set(re.findall(r"^([a-z%-]+):.*## ", text("Makefile"), re.MULTILINE))
    assert described_targets == targets()


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_requirement_is_pinned_and_says_why(name: str) -> None:
    lines = [line for line in text(name).splitlines() if line and not line.startswith(("#", "-c"))]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+ +# \S.*", line)] == []


@pytest.mark.parametrize(
    ("name", "source"), [("requirements.txt", "requirements.in"), ("requirements-dev.txt", "requirements-dev.in")]
)
def test_the_lock_holds_every_requirement_with_hashes_and_names_no_host(name: str, source: str) -> None:
    locked = re.findall(r"^([a-z0-9.-]+==\S+) \\$", text(name), re.MULTILINE)
    wanted = re.findall(r"^([a-z0-9-]+==[\w.]+)", text(source), re.MULTILINE)
    assert set(wanted) <= set(locked)
    assert re.search(r"https?://|--index-url|--find-links", text(name)) is None
    blocks = re.split(r"^(?=[a-z0-9.-]+==)", text(name), flags=re.MULTILINE)[1:]
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_licence_is_the_apache_licence() -> None:
    assert "Apache License" in Path(ROOT / "LICENSE").read_text(encoding="utf-8")[:200]
