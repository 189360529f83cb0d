"""A notebook's own file read back: everything in it is checked before anything is made of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from services.errors import AppError, BadInput
from services.knowledge.originals import digest_of as digest_of_bytes
from services.notebooks import rows
from services.notebooks.cells import MOST_CELLS
from services.notebooks.fingerprint import under_new_ids
from services.notebooks.graph import run_order
from services.notebooks.kinds import kind_named
from services.notebooks.kinds.kind import Kind
from services.notebooks.leaving.own_form import MEMBER, MOST_BYTES, MOST_FILE_BYTES, VERSION, files_in, seen
from services.notebooks.markup import writable
from services.notebooks.notebook import Cell
from services.notebooks.output import digest_of
from services.notebooks.references import key_of, typed_name, with_texts
from services.notebooks.title import typed_title

EXPORT_ANEW = "Export it anew from where it is from, and bring that file as it is."
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_FILE_NAME = re.compile(r"[/\\\n\t]|<[^<>]*>|^\.*$")
"""A path, a tag or nothing."""
_NO_KEY = re.compile("[\x00-\x20\x7f\ud800-\udfff]|^$")
_MADE_OF = ("form", "upstream", "documents", "settings")


@dataclass(frozen=True)
class ReadBack:
    """What a file holds, all of it checked: the cells have ids of their own, and the receipts that the file names."""

    title: str
    cells: tuple[Cell, ...]
    files: tuple[bytes, ...]


def read_back(name: str, data: bytes) -> ReadBack:
    """Read a notebook's own .ipynb; `name` is the file's. Raises BadInput, in one sentence, for anything else.

    The notebook's own form is what comes back, so cells that were changed in the file are refused: what somebody wrote
    there would be lost without a word. What running them puts under them may differ.
    """
    called = f"“{' '.join(writable(name).split())[-80:]}”"
    own = _own(called, data)
    try:
        return _read(called, own)
    except RecursionError:
        raise _changed(called, "something in it is nested too deep") from None


def _own(called: str, data: bytes) -> Mapping[str, Any]:
    if len(data) > MOST_BYTES:
        raise BadInput(
            f"{called} has {len(data) / 1024**2:,.0f} MB; a notebook's file may have {MOST_BYTES // 1024**2} MB.",
            "Bring the tables and files of it one by one.",
        )
    try:
        held = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadInput(
            f"{called} is no notebook's file, or only a part of one.", "Choose a whole .ipynb that was exported here."
        ) from None
    metadata = held.get("metadata") if isinstance(held, Mapping) else None
    own = metadata.get(MEMBER) if isinstance(metadata, Mapping) else None
    if not isinstance(own, Mapping):
        raise BadInput(
            f"{called} is not a notebook that left from here.", "Choose an .ipynb that was exported from Accelerate."
        )
    if own.get("seen") not in (None, seen(held.get("cells"))):
        raise BadInput(
            f"{called} was changed since it left: what its cells say is not what would come back.",
            "Bring the file as it was downloaded, and make the change here.",
        )
    version = own.get("version")
    if version != VERSION or isinstance(version, bool):
        raise BadInput(
            f"{called} is written in another version than {VERSION}, which is the one that can be read here.",
            "Export it anew from an app of this version.",
        )
    return own


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _read(called: str, own: Mapping[str, Any]) -> ReadBack:
    listed = own.get("cells")
    if not isinstance(listed, list):
        raise _changed(called, "its steps are missing")
    if len(listed) > MOST_CELLS:
        raise BadInput(f"{called} has {len(listed):,} steps; a notebook holds at most {MOST_CELLS}.", EXPORT_ANEW)
    if not isinstance(own.get("title"), str):
        raise _changed(called, "its title is missing")
    title = typed_title(own["title"])
    read = [_cell(called, number, each) for number, each in enumerate(listed, start=1)]
    names = [key_of(each.name) for each in read]
    if twice := next((each.name for each in read if names.count(key_of(each.name)) > 1), None):
        raise _changed(called, f"two of its steps are called “{twice}”")
    run_order(read)
    if len({each.id for each in read}) != len(read):
        raise _changed(called, "two of its steps are the same")
    moved = under_new_ids(read, {each.id: rows.new_id() for each in read})
    return ReadBack(title, tuple(moved), tuple(_files(called, own.get("files"), read)))


def _cell(called: str, number: int, held: object) -> Cell:
    match held:
        case {
            "id": str(cell_id),
            "kind": str(kind),
            "name": str(name),
            "form": dict(form),
            "folded": bool(folded),
            "receipt": str() | None as receipt_id,
            "made_of": dict() | None as made,
        }:
            pass
        case _:
            raise _changed(called, f"step {number} is not complete")
    if not all(_ID.fullmatch(each) for each in (cell_id, receipt_id) if each is not None):
        raise _changed(called, f"step {number} is named as no step is")
    try:
        tidy = _form(kind_named(kind), form)
        cell = Cell(cell_id, kind, tidy, receipt_id, 1, typed_name(name), _made_of(kind, made), folded)
        digest_of(cell.form, cell.made_of)  # what has no canonical form could be neither kept nor compared
    except AppError as error:
        raise BadInput(f"Step {number} of {called} can't be: {error.message}", error.hint) from error
    except (ValueError, TypeError) as error:
        raise _changed(called, f"step {number} holds what no step can") from error
    for file_name, digest in files_in(cell.form):
        if not _DIGEST.fullmatch(digest) or _NO_FILE_NAME.search(file_name):
            raise _changed(called, f"step {number} names a file as no file is named")
    return cell


def _form(kind: Kind, form: dict[str, object]) -> dict[str, object]:
    """Give a form in its tidy shape; one that was never filled in need not pass."""
    clean = with_texts(form, writable)
    return clean if clean == dict(kind.blank) else kind.check(clean)


def _made_of(kind: str, made: object) -> dict[str, object] | None:
    """Give what a run was made of, as fingerprint.py writes it. BadInput for any other shape."""
    if made is None:
        return None
    assert isinstance(made, Mapping)  # noqa: S101  (looked at by the caller)
    found: dict[str, object] = {"kind": kind}
    for member in _MADE_OF:
        values = made.get(member)
        fits = _is_number if member == "documents" else _is_digest
        if not isinstance(values, Mapping) or any(
            _NO_KEY.search(name) or not fits(each) for name, each in values.items()
        ):
            raise BadInput("it does not say what its run was made of.", EXPORT_ANEW)
        found[member] = dict(values)
    if "earlier" in made:
        if not _is_digest(made["earlier"]):
            raise BadInput("it does not say what its run was made of.", EXPORT_ANEW)
        found["earlier"] = made["earlier"]
    if made.keys() != found.keys() or made["kind"] != kind:
        raise BadInput("it says of another kind what its run was made of.", EXPORT_ANEW)
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def _files(called: str, listed: object, read: list[Cell]) -> Iterator[bytes]:
    """Give the files that a step names, each of which must be what its digest says."""
    if not isinstance(listed, list):
        raise _changed(called, "its list of files is missing")
    wanted = {digest for cell in read for _, digest in files_in(cell.form)}
    room = MOST_FILE_BYTES
    for each in listed:
        match each:
            case {"digest": str(digest), "bytes": str(text)} if digest in wanted:
                data = _decoded(text)
            case _:
                raise _changed(called, "it brings a file that no step names")
        if data is None or digest_of_bytes(data) != digest:
            raise _changed(called, "a file in it is not what it was")
        room -= len(data)
        if room < 0:
            raise BadInput(
                f"{called} brings more than {MOST_FILE_BYTES // 1024**2} MB of files.", "Bring those by themselves."
            )
        yield data


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _changed(called: str, what: str) -> BadInput:
    return BadInput(f"{called} was changed since it left and can't be read: {what}.", EXPORT_ANEW)
