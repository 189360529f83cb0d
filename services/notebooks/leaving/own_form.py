"""A notebook as it stands in its own file, so that it can come back: what each step holds, and the files they name."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from services.errors import NotFound
from services.notebooks.files import Files
from services.notebooks.notebook import Notebook
from services.notebooks.output import digest_of

MEMBER = "accelerate"
VERSION = 1
MOST_FILE_BYTES = 20 * 1024**2
"""So much of the files that were brought leaves with a notebook, all together."""
MOST_BYTES = 100 * 1024**2
"""The longest file of a notebook that leaves, and that comes back."""


def own_form(notebook: Notebook, files: Files) -> dict[str, Any]:
    """Give a notebook as JSON. `left_out` are the names of files that are gone, or for which there was no room."""
    packed, left_out, room = list[dict[str, str]](), list[str](), MOST_FILE_BYTES
    for digest, name in {digest: name for cell in notebook.cells for name, digest in files_in(cell.form)}.items():
        data = _bytes(files, digest)
        if data is None or len(data) > room:
            left_out.append(name)
            continue
        room -= len(data)
        packed.append({"name": name, "digest": digest, "bytes": base64.b64encode(data).decode()})
    return {
        "version": VERSION,
        "title": notebook.title,
        "cells": [
            {
                "id": cell.id,
                "kind": cell.kind,
                "name": cell.name,
                "form": cell.form,
                "folded": cell.folded,
                "receipt": cell.receipt_id,
                "made_of": cell.made_of,
            }
            for cell in notebook.cells
        ],
        "files": packed,
        "left_out": left_out,
    }


def seen(cells: object) -> str:
    """Give the digest of what a file's cells say, in order; what running them puts under them is not in it."""
    listed = [each for each in cells if isinstance(each, Mapping)] if isinstance(cells, list) else []
    return digest_of([[str(each.get("cell_type")), _joined(each.get("source"))] for each in listed])


def _joined(source: object) -> str:
    """Give the text of a cell, which a file holds whole or line by line; blanks at its ends are an editor's."""
    return "".join(map(str, source) if isinstance(source, list) else [str(source)]).strip()


def files_in(form: object) -> Iterator[tuple[str, str]]:
    """Give name and digest of every file that a form names, wherever it stands."""
    if isinstance(form, Mapping):
        if form.keys() == {"name", "digest"}:
            yield str(form["name"]), str(form["digest"])
        for each in form.values():
            yield from files_in(each)
    elif isinstance(form, list | tuple):
        for each in form:
            yield from files_in(each)


def _bytes(files: Files, digest: str) -> bytes | None:
    try:
        return files.read(digest)
    except NotFound:
        return None
