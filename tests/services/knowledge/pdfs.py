"""Small PDF files made by hand, sound and unsound."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence

import pypdf
from pypdf.generic import NameObject, StreamObject

SIZE = 12
PITCH = 15


def pdf(*pages: Sequence[str]) -> bytes:
    """Make a PDF of pages of lines, in Helvetica; an empty line leaves a gap as between paragraphs."""
    return _written(_content(lines) for lines in pages)


def locked_pdf(password: str) -> bytes:
    """Make a PDF that opens with a password only."""
    writer = pypdf.PdfWriter(io.BytesIO(pdf(["A secret."])))
    writer.encrypt(password, algorithm="RC4-128")
    return _saved(writer)


def pdf_with_letters(shown: str, meant: dict[str, str]) -> bytes:
    """Make a PDF of one line whose font says which letters each of its signs stands for: several for a ligature."""
    signs = "".join(f"<{ord(sign):02x}> <{letters.encode('utf-16-be').hex()}>\n" for sign, letters in meant.items())
    table = StreamObject()
    table.set_data(f"begincmap\n{len(meant)} beginbfchar\n{signs}endbfchar\nendcmap".encode())
    writer = pypdf.PdfWriter(io.BytesIO(pdf([shown])))
    writer.pages[0]["/Resources"]["/Font"]["/F1"][NameObject("/ToUnicode")] = writer._add_object(table)
    return _saved(writer)


def pdf_without_text() -> bytes:
    """Make a PDF of one page on which only a line is drawn."""
    return _written([b"10 10 m 200 200 l S"])


def hungry_pdf(megabytes: int) -> bytes:
    """Make a small file whose one page unpacks to so many megabytes of instructions."""
    packer = zlib.compressobj(9)
    instructions = b"q " * 500_000
    packed = b"".join(packer.compress(instructions) for _ in range(megabytes)) + packer.flush()
    return _written([packed], filter_="/Filter /FlateDecode ")


def _content(lines: Sequence[str]) -> bytes:
    shown = [f"({_escaped(line)}) Tj T*" if line else "T*" for line in lines]
    return "\n".join([f"BT /F1 {SIZE} Tf {PITCH} TL 50 780 Td", *shown, "ET"]).encode("latin-1")


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _written(contents: Iterator[bytes] | Sequence[bytes], filter_: str = "") -> bytes:
    streams = list(contents)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, stream in enumerate(streams):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(f"<< {filter_}/Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    file = io.BytesIO()
    file.write(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(file.tell())
        file.write(f"{number} 0 obj\n".encode() + each + b"\nendobj\n")
    table = file.tell()
    file.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    file.write(b"".join(f"{place:010} 00000 n \n".encode() for place in places))
    file.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode())
    return file.getvalue()


def _saved(writer: pypdf.PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
