"""Backup and restore of everything the app has written: `python -m services.store.backup backup|restore FILE`."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from sqlalchemy import select

from services.errors import AppError, BadInput, Conflict
from services.settings import read_settings
from services.store.database import open_database
from services.store.dialect import copy_database, is_sound
from services.store.faults import explained
from services.store.folder import hold_folder
from services.store.moment import Clock, utc_now
from services.store.schema import stored_revision
from services.store.tables import ledger

# The work is copied before the knowledge: work that the copy still believes undone is recognised and passed over,
# while work that it believed done, without what it made, would never be done again.
_DATABASES = ("work.sqlite", "accelerate.sqlite")
_MANIFEST = "manifest.json"
_VISITS = ("secret", "ended")  # what signs a visit's cookie, and which visits were ended
_KEPT = (*_DATABASES, "files", *_VISITS)  # pictures and the log can be made again


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: SHA-256 by name, the schema's revision, and the ledger's newest link as `number:digest`."""

    made_at: str
    revision: str
    head: str
    digests: Mapping[str, str]


def back_up(data: Path, target: Path, now: Clock = utc_now) -> Manifest:
    """Copy the data folder into the archive `target`, also while the app runs.

    The archive holds what people asked and the key that signs their sign-in: it is made readable by its maker only.
    BadInput when there is nothing to copy, Conflict when `target` exists.
    """
    if not (data / "accelerate.sqlite").exists():
        raise BadInput(f"There is nothing to back up in {data}.", "Set APP_DATA to the folder that the app uses.")
    if not target.parent.is_dir():
        raise BadInput(f"There is no folder {target.parent}.", "Make it first, or name another place.")
    if target.exists():
        raise Conflict(f"There is a file {target} already.", "Give the new backup another name.")
    with explained(), tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as copies:
        members = _copied(data, Path(copies))
        revision, head = _standing(Path(copies) / "accelerate.sqlite")
        digests = {name: _digest(path) for name, path in members.items()}
        manifest = Manifest(now().isoformat(timespec="seconds"), revision, head, digests)
        archive = Path(copies) / "archive"
        _write(archive, manifest, members)
        archive.rename(target)
    return manifest


def restore(source: Path, data: Path, *, replace: bool = False, now: Clock = utc_now) -> Manifest:
    """Bring the archive `source` back into the data folder, after comparing every digest.

    A folder that holds something is refused (Conflict) unless `replace` is given; then what it held is moved into
    `before-restore-…` inside it. Unavailable while the app runs on it, BadInput when the archive is damaged.
    """
    held = hold_folder(data)
    try:
        present = [path for path in data.iterdir() if path.name != "lock"]
        if present and not replace:
            raise Conflict(
                f"The data folder {data} is not empty.",
                "Set APP_DATA to an empty folder, or add REPLACE=1 (make restore FILE=… REPLACE=1): "
                "what is there is then moved aside, not deleted.",
            )
        with explained(), tempfile.TemporaryDirectory(dir=data, prefix=".restoring-") as staged:
            manifest = _unpacked(source, Path(staged))
            if present:
                aside = data / f"before-restore-{now():%Y-%m-%d-%H%M%S}"
                aside.mkdir(mode=0o700)
                for path in present:
                    path.rename(aside / path.name)
            for path in Path(staged).iterdir():
                path.rename(data / path.name)
    finally:
        held.release()
    return manifest


def _copied(data: Path, copies: Path) -> dict[str, Path]:
    """Copy the databases, hold the files; name everything that belongs into the archive."""
    members = {}
    # Before the databases, for what is deleted meanwhile, and after them, for what is added.
    files = _held(data, copies)
    for name in _DATABASES:
        if (data / name).exists():
            copy_database(data / name, copies / name)
            members[name] = copies / name
    for name in _VISITS:
        if (data / name).exists():
            shutil.copyfile(data / name, copies / name)
            members[name] = copies / name
    return members | files | _held(data, copies)


def _held(data: Path, copies: Path) -> dict[str, Path]:
    """Hold every original in `copies`, as a second name where the disk allows it; one that is just gone is left out."""
    held = {}
    for path in sorted((data / "files").rglob("*")):
        name = path.relative_to(data)
        copy = copies / name
        if path.name.startswith(".") or path.is_dir():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if not copy.exists():
                _hold(path, copy)
            held[str(PurePosixPath(name))] = copy
    return held


def _hold(path: Path, copy: Path) -> None:
    # Originals are never written again, so a second name is as good as a copy, and takes no room.
    try:
        copy.hardlink_to(path)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(path, copy)


def _standing(copy: Path) -> tuple[str, str]:
    """The schema's revision and the ledger's newest link in a copy of the database."""
    database = open_database(copy)
    newest = select(ledger.c.number, ledger.c.digest).order_by(ledger.c.number.desc()).limit(1)
    with database.read() as connection:
        row = connection.execute(newest).first()
    revision = stored_revision(database) or ""
    database.engine.dispose()
    return revision, f"{row.number}:{row.digest}" if row else "0:"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(archive: Path, manifest: Manifest, members: Mapping[str, Path]) -> None:
    descriptor = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as tar:
        text = json.dumps(asdict(manifest), indent=1).encode()
        _add(tar, _MANIFEST, io.BytesIO(text), len(text))
        for name, path in members.items():
            with path.open("rb") as file:
                _add(tar, name, file, path.stat().st_size)
        tar.close()
        raw.flush()
        os.fsync(raw.fileno())


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    tar.addfile(entry, file)


def _unpacked(source: Path, folder: Path) -> Manifest:
    """Unpack into `folder` and compare. Names are checked here: tarfile's own filter is not in every Python 3.11."""
    if not source.is_file():
        raise BadInput(f"There is no backup at {source}.", "Give the path of a file that `make backup` made.")
    try:
        with closing(tarfile.open(source, mode="r|gz")) as tar:
            manifest = _manifest(tar)
            found = {entry.name: _take(tar, entry, manifest, folder) for entry in iter(tar.next, None)}
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError, TypeError) as error:
        raise _damaged(source, "it can't be read to its end") from error
    for name, digest in manifest.digests.items():
        if found.get(name) != digest:
            raise _damaged(source, f"{name} is not what was saved")
    if not is_sound(folder / "accelerate.sqlite"):
        raise _damaged(source, "its database has faults")
    return manifest


def _manifest(tar: tarfile.TarFile) -> Manifest:
    entry = tar.next()
    file = tar.extractfile(entry) if entry is not None and entry.name == _MANIFEST else None
    if file is None:
        raise ValueError("a backup begins with its manifest")
    return Manifest(**json.load(file))


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, manifest: Manifest, folder: Path) -> str:
    """Write one member into `folder` and give its digest."""
    parts = PurePosixPath(entry.name).parts
    file = tar.extractfile(entry) if entry.isreg() else None
    if file is None or entry.name not in manifest.digests or parts[0] not in _KEPT or ".." in parts:
        raise ValueError(f"{entry.name} has no place in a backup")
    path = folder.joinpath(*parts)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        shutil.copyfileobj(file, copy)
    return _digest(path)


def _damaged(source: Path, why: str) -> BadInput:
    return BadInput(f"The backup {source} is damaged: {why}. Nothing was restored.", "Take an older backup.")


def main(arguments: list[str] | None = None) -> int:
    """Back up or restore the folder that APP_DATA names; 1 and one sentence when it can't be done."""
    parser = argparse.ArgumentParser(prog="python -m services.store.backup", description=__doc__)
    parser.add_argument("what", choices=("backup", "restore"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--replace", action="store_true", help="restore into a folder that is not empty")
    given = parser.parse_args(arguments)
    if given.file == Path():
        parser.error("name the file: make backup FILE=accelerate.tar.gz")
    try:
        data = read_settings().data
        if given.what == "backup":
            manifest = back_up(data, given.file)
            print(f"Saved {len(manifest.digests)} files of {data} in {given.file}, which only you can read.")
        else:
            manifest = restore(given.file, data, replace=given.replace)
            print(f"Restored {len(manifest.digests)} files, saved on {manifest.made_at}, into {data}.")
    except AppError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 1
    print(f"The newest entry of its ledger: {manifest.head}")
    print("Keep this line elsewhere: make verify-ledger HEAD=… compares with it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
