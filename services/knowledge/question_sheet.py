"""A question set as a CSV that people write: read whatever its dialect, every bad row told by its line, and written."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from services.errors import BadInput, TooMany
from services.knowledge.document import Document
from services.knowledge.question_set import Place, Question
from services.knowledge.words import terms_asked

MOST_QUESTIONS = 500
MOST_BYTES = 1_000_000
LONGEST_QUESTION = 1_000
LONGEST_WORDS = 500

EXAMPLE = """question,expected document or page,expected words,must be refused
How many weeks of paid parental leave are there?,handbook.pdf p. 3,16 weeks,
Which form does a refund need?,Refunds,,
When must an expense be handed in?,,within 30 days,
What is in the cafeteria today?,,,yes
"""
"""A sheet to begin with: a document by its file name with a page, one by its title, words alone, and a refusal."""

_HEADERS = {
    "question": "question|questions|query|q|ask|text",
    "document": "document|documents|expected document|expected document or page|file|filename|file name|source|title",
    "page": "page|pages|expected page|slide|sheet",
    "words": "words|expected words|expected word|contains|quote|expected quote",
    "refused": "must be refused|must refuse|refuse|refused|unanswerable|not in these documents",
}
_COLUMN = {name: column for column, names in _HEADERS.items() for name in names.split("|")}
_YES = frozenset({"yes", "y", "true", "1", "x", "must be refused", "refuse", "refused"})
_NO = frozenset({"", "no", "n", "false", "0", "-"})
_REFUSALS = frozenset({"must be refused", "refuse", "refused", "not in these documents"})
_DELIMITERS = ",;\t|"
_PAGE = re.compile(r"^(.*?)[\s,(]+(?:p|pp|pg|page|slide|sheet)\.?\s*(\d{1,6})\)?$", re.IGNORECASE | re.DOTALL)
_PAGE_ALONE = re.compile(r"^(?:p|pg|page|slide|sheet)?\.?\s*(\d{1,6})$", re.IGNORECASE)
# What a spreadsheet would take for a formula is written with an apostrophe before it, and read without.
_FORMULA = re.compile(r"^[=+\-@\t]")
_GUARDED = re.compile(r"^'(?=[=+\-@\t])")


@dataclass(frozen=True)
class Sheet:
    """What a CSV says: the questions that can be asked, and one sentence for each row that can't, with its line."""

    questions: tuple[Question, ...]
    faults: tuple[str, ...]


class _Wrong(Exception):
    """One row can't be used; its text is the sentence that says why."""


@dataclass
class _Reading:
    """A sheet that is being read: the names that documents are known by, and the line of each question so far."""

    known: Collection[str]
    lines: dict[str, int] = field(default_factory=dict)


def read_sheet(data: bytes, documents: Sequence[Document]) -> Sheet:
    """Read a CSV; `documents` are those it may name, by file name, with or without its ending, or by title.

    Raises BadInput where it is no CSV with a column for the question, TooMany where it is too long.
    """
    if len(data) > MOST_BYTES:
        raise TooMany("The file is larger than 1 MB.", f"A question set has at most {MOST_QUESTIONS} questions.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise BadInput("This is not a CSV file.", "Open it in your spreadsheet and save it as CSV (UTF-8).")
    text = _decoded(data).replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    reading = _Reading({name for each in documents for name in names_of(each)})
    questions: list[Question] = []
    faults: list[str] = []
    for line, cells in _rows(text):
        try:
            questions.append(_question(str(len(questions) + 1), line, cells, reading))
        except _Wrong as wrong:
            faults.append(f"Line {line}: {wrong}")
    if len(questions) > MOST_QUESTIONS:
        raise TooMany(f"These are {len(questions):,} questions.", f"A question set has at most {MOST_QUESTIONS}.")
    return Sheet(tuple(questions), tuple(faults))


def write_sheet(questions: Iterable[Question]) -> str:
    """Write a question set as `read_sheet` reads it."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["question", "expected document", "expected words", "must be refused"])
    for each in questions:
        places = "; ".join(
            f"{place.document} p. {place.page}" if place.page else place.document for place in each.places
        )
        writer.writerow(
            [_guarded(each.text), _guarded(places), _guarded(each.words), "" if each.is_answerable else "yes"]
        )
    return written.getvalue()


def names_of(document: Document) -> frozenset[str]:
    """Give the names by which a question set may mean a document, folded: file name, the same without ending, title."""
    return frozenset(
        filter(None, (folded(document.name), folded(PurePath(document.name).stem), folded(document.title)))
    )


def folded(text: str) -> str:
    """Fold case and white space, so that names compare as people mean them."""
    return " ".join(text.split()).casefold()


def _decoded(data: bytes) -> str:
    """Decode UTF-8 and UTF-16 by what they are; anything else comes from a spreadsheet of Western Europe."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Give each row that is not empty: the line it begins on, and its cells by the column they belong to."""
    delimiter = max(_DELIMITERS, key=lambda each: len(_columns(text, each)))
    columns = _columns(text, delimiter)
    if "question" not in columns.values():
        raise BadInput(
            "The first line names no column “question”.",
            "Begin with the line: question, expected document or page, expected words, must be refused.",
        )
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    before = 0
    try:
        for row in reader:
            line, before = before + 1, reader.line_num
            if line > 1 and any(cell.strip() for cell in row):
                yield (
                    line,
                    {
                        columns[place]: _GUARDED.sub("", cell.strip())
                        for place, cell in enumerate(row)
                        if place in columns
                    },
                )
    except csv.Error as wrong:
        raise BadInput(
            f"From line {before + 1} on the file can't be read as a table.", "Save it again as CSV, with quotes closed."
        ) from wrong


def _columns(text: str, delimiter: str) -> dict[int, str]:
    """Give the column that each place of the first line names; the first of two that name the same counts."""
    columns: dict[int, str] = {}
    try:
        first = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
    except csv.Error:
        return columns
    for place, name in enumerate(first):
        column = _COLUMN.get(" ".join(re.sub(r"[\W_]+", " ", name).split()).casefold())
        if column and column not in columns.values():
            columns[place] = column
    return columns


def _question(name: str, line: int, cells: Mapping[str, str], reading: _Reading) -> Question:
    text = " ".join(cells.get("question", "").split())
    if not text:
        raise _Wrong("there is no question.")
    if len(text) > LONGEST_QUESTION:
        raise _Wrong(f"the question has more than {LONGEST_QUESTION:,} characters.")
    if not terms_asked(text):
        raise _Wrong(f"“{text}” has only small words in it, so that it would find anything.")
    if folded(text) in reading.lines:
        raise _Wrong(f"the same question stands on line {reading.lines[folded(text)]}.")
    document, words = cells.get("document", ""), " ".join(cells.get("words", "").split())
    if len(words) > LONGEST_WORDS:
        raise _Wrong(f"the expected words have more than {LONGEST_WORDS} characters.")
    refused = _says_yes(cells.get("refused", ""))
    for said in (document, words):
        refused = refused or folded(said) in _REFUSALS
    document, words = (("" if folded(said) in _REFUSALS else said) for said in (document, words))
    places = tuple(_places(document, cells.get("page", ""), reading.known))
    if refused and (places or words):
        raise _Wrong("it must be refused and yet a document or words are expected.")
    if not refused and not places and not words:
        raise _Wrong("nothing is expected: name a document, words, or say that it must be refused.")
    reading.lines[folded(text)] = line
    return Question(name, text, places, words=words)


def _says_yes(said: str) -> bool:
    if folded(said) in _YES:
        return True
    if folded(said) in _NO:
        return False
    raise _Wrong(f"“{said}” is neither yes nor no: must it be refused?")


def _places(named: str, page: str, known: Collection[str]) -> Iterator[Place]:
    on = _page(page)
    if not named:
        if on is not None:
            raise _Wrong("there is a page but no document.")
        return
    whole = [named] if folded(named) in known else [each.strip() for each in re.split(r"[;\n|]", named) if each.strip()]
    for each in whole:
        found = None if folded(each) in known else _PAGE.match(each)
        document, at = (found.group(1).strip(), int(found.group(2))) if found else (each, on)
        if folded(document) not in known:
            raise _Wrong(f"there is no document “{document}” here.")
        if at == 0:
            raise _Wrong("pages are counted from 1.")
        yield Place(document, at)


def _page(said: str) -> int | None:
    if not said:
        return None
    found = _PAGE_ALONE.match(said)
    if found is None or int(found.group(1)) == 0:
        raise _Wrong(f"“{said}” is no page.")
    return int(found.group(1))


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
