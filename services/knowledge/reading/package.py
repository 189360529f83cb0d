"""Zip files that hold documents, opened with care: what they unpack to is counted before anything is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from services.knowledge.document import Reason
from services.knowledge.reading.media import OLE
from services.knowledge.reading.refused import Refused

MOST_UNPACKED = 1024 * 1024**2
"""All parts of a file together, in bytes."""

MOST_XML = 150 * 1024**2
"""One part that is read as a tree, which takes several times its bytes."""

MOST_PARTS = 20_000


class Package:
    """The parts of an opened file, by their names."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = frozenset(archive.namelist())

    @property
    def main(self) -> str:
        """The name of an Office file's main part, "" where it names none."""
        return next((name for kind, name in self.related("").values() if kind == "officeDocument"), "")

    def data(self, name: str) -> bytes:
        """Give a part's bytes, b"" where it is not there. Raises Refused where it is too large or broken."""
        if name not in self.names:
            return b""
        part = self._archive.getinfo(name)
        if part.file_size > MOST_XML:
            raise too_much()
        if part.flag_bits & 1:
            raise Refused(
                Reason.ENCRYPTED, "The file is protected by a password.", "Save it without one, then add it again."
            )
        try:
            return self._archive.read(part)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
            raise broken() from error

    def tree(self, name: str) -> etree._Element | None:
        """Give a part as a tree, None where it is not there or holds no XML."""
        data = self.data(name)
        return parsed(data) if data.strip() else None

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Give what a part refers to within the file: id to (kind, name of the part). ECMA-376 part 2, §9.3."""
        folder, _, last = name.rpartition("/")
        tree = self.tree(f"{folder}/_rels/{last}.rels" if folder else f"_rels/{last}.rels")
        found: dict[str, tuple[str, str]] = {}
        for each in [] if tree is None else tree:
            target = each.get("Target") or ""
            if isinstance(each.tag, str) and each.get("TargetMode") != "External" and target:
                kind = (each.get("Type") or "").rpartition("/")[2]
                found[each.get("Id") or ""] = (kind, resolved(folder, target))
        return found


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Open a file. Raises Refused where it is protected, broken, or would unpack to more than `MOST_UNPACKED`."""
    with path.open("rb") as file:
        if file.read(len(OLE)) == OLE:
            raise locked()
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise broken() from error
    with archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise too_much()
        yield Package(archive)


def parsed(data: bytes) -> etree._Element:
    """Give XML as a tree; no entity is expanded, nothing is fetched. Raises Refused where it is not well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise broken() from error


def resolved(folder: str, target: str) -> str:
    """Give the name of a part that another in `folder` refers to."""
    if target.startswith("/"):
        return target.lstrip("/")
    steps = [step for step in folder.split("/") if step]
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def local(element: etree._Element) -> str:
    """Give a tag without its namespace: those of ECMA-376 differ between its transitional and its strict form."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """Give an attribute by its name without its namespace, "" where it has none."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def locked() -> Refused:
    """Say that a password is asked for."""
    return Refused(
        Reason.ENCRYPTED,
        "The file is protected by a password.",
        "Give the password to read it; it is used once and kept nowhere.",
    )


def broken() -> Refused:
    """Say that the file is damaged."""
    return Refused(
        Reason.BROKEN, "The file is broken and can't be opened.", "Save or send it again from where it came from."
    )


def too_much() -> Refused:
    """Say that the file would unpack to too much."""
    return Refused(
        Reason.TOO_LARGE, "The file unpacks to more than can be read.", "Split it, or save it with smaller pictures."
    )


def empty(what: str = "file") -> Refused:
    """Say that there is no text."""
    return Refused(Reason.EMPTY, f"The {what} holds no text.", "Choose a file that holds text.")
