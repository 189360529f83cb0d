"""Small Office files made for a test: Word documents from their XML, workbooks from their rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Give a zip file of these parts, by name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def relations(target: str, kind: str = "officeDocument") -> str:
    """Give the XML of one relation."""
    return f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/{kind}" Target="{target}"/></Relationships>'


def word_xml(*paragraphs: str) -> str:
    """Give the XML of a document; what stands in `paragraphs` is XML too."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'


def word_file(xml: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Give a Word file of this XML, with more parts where named."""
    return zipped({"_rels/.rels": relations("word/document.xml"), "word/document.xml": xml, **(more or {})})


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Give a workbook of these rows, by the name of their sheet."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
