"""Where the file of the local model is published, under which licence, and what proves that it is that one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.content.toml_file import TomlFile
from services.errors import Misconfigured

KEYS = frozenset({"file", "bytes", "sha256", "licence", "hub", "lock"})
BLOCK = 1024 * 1024
_LINE = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.]+) --hash=sha256:(?P<digest>[0-9a-f]{64})")


@dataclass(frozen=True)
class Slice:
    """A part of the file that comes as a package; `digest` is that of the package."""

    name: str
    version: str
    digest: str

    @property
    def line(self) -> str:
        """Give it as the installer of packages reads it."""
        return f"{self.name}=={self.version} --hash=sha256:{self.digest}\n"

    @property
    def files(self) -> str:
        """Match the file that it comes as."""
        return f"{re.sub('[-_.]+', '_', self.name)}-{self.version}-*.whl"


@dataclass(frozen=True)
class Published:
    """A file as it is published: `slices` join, in their order, into exactly what the address `hub` holds."""

    file: str
    size: int
    digest: str
    licence: str
    hub: str
    slices: tuple[Slice, ...]


def read_published(path: Path) -> Published:
    """Read what a TOML file and the lock that it names say. Misconfigured names the file and the rule it breaks."""
    entries = TomlFile.read(path, KEYS)
    lock = path.parent / entries.text("lock")
    if not lock.is_file():
        raise entries.fault("lock", "names a file that is not there")
    return Published(
        file=entries.text("file"),
        size=entries.number("bytes", 1, 1 << 40),
        digest=entries.text("sha256"),
        licence=entries.text("licence"),
        hub=entries.text("hub"),
        slices=_slices(lock),
    )


def digest_of(path: Path, go_on: Callable[[], None] = lambda: None) -> str:
    """Give the SHA-256 of a file. `go_on` is called between its blocks and may raise."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            go_on()
            found.update(block)
    return found.hexdigest()


def _slices(lock: Path) -> tuple[Slice, ...]:
    """Read the lines of a lock, in the order of the numbers at the end of the names: part2 before part10."""
    lines = [each for each in lock.read_text(encoding="utf-8").splitlines() if each and not each.startswith("#")]
    found = [_LINE.fullmatch(each) for each in lines]
    if not all(found):
        raise Misconfigured(f"{lock.name} holds a line that locks no package by its SHA-256.", "Restore the file.")
    slices = [Slice(each["name"], each["version"], each["digest"]) for each in found if each]
    return tuple(sorted(slices, key=lambda each: int(re.sub(r"\D", "", each.name) or 0)))
