"""What becomes of every file in a folder? Reads each as the app does, and counts verdicts, seconds and words found."""

from __future__ import annotations

import html
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from services.bootstrap import KNOWLEDGE_BASES
from services.knowledge.document import Page, Reason
from services.knowledge.reading.media import BY_SUFFIX, media_of
from services.knowledge.reading.reader import Reader
from services.knowledge.reading.refused import Refused
from tests.bench.report import ROOT, Row, quantile, report

DEFAULT = ROOT / "tests" / "data" / "documents"
REFERENCES = ("groundtruth", "expected_outputs")
NO_DOCUMENTS = ("SOURCE.md", "README.md", "PASSWORDS.md", "LICENSE", "LICENSE.md", "LICENSE.txt")

HUNG_SECONDS = 120.0
"""The app's own limit for a step: a file that reaches it hung."""

SCANNED_AT = (200, 300)
"""Dots per inch of the scans that are made of typed pages."""

MOST_SCANS = 40
ENOUGH_WORDS = 100

AIMS = {"pdf": 0.98, "xlsx": 0.97, "html": 0.95, "docx (letters)": 0.95, "pptx": 0.92, "txt": 0.99, "csv": 0.99}
AIMS |= {"scan": 0.97, "md": 0.99, "tsv": 0.99}

MEANING = (
    "read, in_part, refused: files by their verdict; crashed: no verdict at all. Those that ask for a password are",
    "tried with every one that a PASSWORDS.md above them gives: unlocked. words: the mean share of the words of the",
    "reference reading beside a file that were read, each as often as it stands there; letters: only words of letters;",
    "different: each counted once. scan: pictures, and PDFs of which a page was read by its picture. scan at … dpi: a",
    "page in English of each typed PDF of the folder and of the shipped ones, printed, scanned, and compared with it.",
)


@dataclass(frozen=True)
class Looked:
    """One file and what became of it: `verdict` is "read", "in part", "refused" or "crashed"."""

    path: Path
    verdict: str
    seconds: float
    pages: tuple[Page, ...] = ()
    reason: Reason = Reason.NONE
    sentence: str = ""
    unlocked: bool = False

    @property
    def text(self) -> str:
        """All that was read."""
        return "\n".join(f"{page.label}\n{page.text}" for page in self.pages)

    @property
    def is_scan(self) -> bool:
        """Whether a page was read by its picture."""
        return any(page.boxes for page in self.pages)


def main() -> None:
    """Read, count, report. A benchmark asserts nothing."""
    folder = Path(os.environ.get("DATA") or DEFAULT).resolve()
    if not folder.is_dir():
        raise SystemExit(f"There is no folder {folder}: name one with DATA=.")
    reader = Reader()
    try:
        looked = [look(reader, path, passwords(path, folder)) for path in files(folder)]
        scans = list(made_scans(reader, [*looked, *shipped(reader)]))
    finally:
        reader.close()
    report("reading", [*rows(looked), *scans], [*MEANING, *lines(looked, folder)])


def files(folder: Path) -> list[Path]:
    """Give the documents below a folder: no references, no licences, no hidden files."""
    found: list[Path] = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_file() or any(part in REFERENCES or part.startswith(".") for part in parts):
            continue
        is_reference = path.suffix == ".md" and path.with_suffix("").is_file()
        if path.name not in NO_DOCUMENTS and not is_reference:
            found.append(path)
    return found


def look(reader: Reader, path: Path, tried: Sequence[str]) -> Looked:
    """Read one file as an upload is read; with a password where it asks for one."""
    began = time.monotonic()
    try:
        pages, unlocked = read(reader, path, tried)
    except Refused as refused:
        sentence = f"{refused.message} {refused.hint}".strip()
        return Looked(path, "refused", time.monotonic() - began, (), refused.reason, sentence)
    except Exception as error:
        return Looked(path, "crashed", time.monotonic() - began, sentence=f"{type(error).__name__}: {error}")
    verdict = "in part" if any(page.unread for page in pages) else "read"
    return Looked(path, verdict, time.monotonic() - began, pages, unlocked=unlocked)


def read(reader: Reader, path: Path, tried: Sequence[str]) -> tuple[tuple[Page, ...], bool]:
    """Give the pages, and whether a password was needed. Raises Refused where none of them is the right one."""
    media = media_of(path.name, path.read_bytes())
    try:
        return reader.read(path, media).pages, False
    except Refused as refused:
        if refused.reason is not Reason.ENCRYPTED:
            raise
        for password in tried:
            try:
                data = reader.unlock(path, media, password)
            except Refused:
                continue
            copy = ROOT / "build" / "bench" / f"unlocked{path.suffix}"
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            try:
                return reader.read(copy, media).pages, True
            finally:
                copy.unlink()
        raise


def passwords(path: Path, folder: Path) -> list[str]:
    """Give every password that a PASSWORDS.md beside or above a file names, in `…`."""
    found: list[str] = []
    for parent in path.parents:
        listed = parent / "PASSWORDS.md"
        if listed.is_file():
            found += re.findall(r"`([^`\n]+)`", listed.read_text(encoding="utf-8"))
        if parent == folder:
            break
    return list(dict.fromkeys(found))


def reference(path: Path) -> str | None:
    """Give the reference reading of a file, None where there is none."""
    places = [path.with_name(f"{path.name}.md")]
    for name in REFERENCES:
        for parent in (path.parent, path.parent.parent):
            places += [parent / name / f"{path.name}.md", parent / name / f"{path.stem}.md"]
            places += [parent / name / path.name] if path.suffix == ".md" else []
    found = next((place for place in places if place.is_file() and place != path), None)
    return found.read_text(encoding="utf-8") if found is not None else None


_COMMENT = re.compile(r"<!--.*?-->|\]\([^)\s]*\)|<(?:https?|mailto):[^>]*>", re.DOTALL)
_WORD = re.compile(r"\w+")


def words(text: str, letters_only: bool = False) -> Counter[str]:
    """Count the words of a text, in lower case; comments, links' addresses and Markdown's escapes are none."""
    plain = html.unescape(_COMMENT.sub(" ", text)).replace("\\", "").replace("_", " ")
    found = _WORD.findall(plain.lower())
    return Counter(word for word in found if word.isalpha() or not letters_only)


def share(read_text: str, expected: str, letters_only: bool = False) -> tuple[int, int]:
    """Give how many of the expected words were found, and how many there are, each as often as it stands there."""
    wanted, found = words(expected, letters_only), words(read_text, letters_only)
    return (wanted & found).total(), wanted.total()


def share_of_different(read_text: str, expected: str) -> tuple[int, int]:
    """Give the same with each word counted once: without what only a repetition lacks."""
    wanted, found = words(expected), words(read_text)
    return len(wanted.keys() & found.keys()), len(wanted)


def made_scans(reader: Reader, looked: Sequence[Looked]) -> Iterator[Row]:
    """Print a page of each typed PDF, scan it, and compare what is made out with what was typed."""
    path = ROOT / "build" / "bench" / "scan.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    shares: dict[int, list[float]] = {dots: [] for dots in SCANNED_AT}
    typed = [each for each in looked if each.path.suffix.lower() == ".pdf" and not each.unlocked]
    for each in typed[:MOST_SCANS]:
        page = next((one for one in each.pages if is_english(one)), None)
        for dots in SCANNED_AT if page is not None else ():
            drawn = pypdfium2.PdfDocument(each.path)[page.number - 1].render(scale=dots / 72).to_pil().convert("L")
            drawn.save(path, "PDF", resolution=dots)
            found, wanted = share(look(reader, path, ()).text, page.text)
            shares[dots].append(found / wanted)
    path.unlink(missing_ok=True)
    for dots, found_shares in shares.items():
        if found_shares:
            mean = sum(found_shares) / len(found_shares)
            yield Row(f"scan at {dots} dpi", "words", mean, "share", len(found_shares), aim=">= 0.97")


def is_english(page: Page) -> bool:
    """Say whether a page was typed, has words enough, and is in the letters that the app can make out on a scan."""
    letters = [each for each in page.text if each.isalpha()]
    return (
        not page.boxes
        and words(page.text).total() >= ENOUGH_WORDS
        and sum(map(str.isascii, letters)) >= 0.98 * len(letters)
    )


def shipped(reader: Reader) -> list[Looked]:
    """Read the PDFs of the shipped knowledge bases: there are typed pages to scan, whatever folder is measured."""
    return [look(reader, path, ()) for path in sorted(KNOWLEDGE_BASES.rglob("*.pdf"))]


def rows(looked: Sequence[Looked]) -> list[Row]:
    """Give the figures by format, then those of all files."""
    by_format: dict[str, list[Looked]] = defaultdict(list)
    for each in looked:
        by_format[each.path.suffix.lower().lstrip(".") or "none"].append(each)
    table = [row for name in sorted(by_format) for row in _of_format(name, by_format[name])]
    scans = [each for each in looked if each.is_scan]
    table += _words("scan", scans)
    verdicts = Counter(each.verdict for each in looked)
    hung = sum(each.seconds >= HUNG_SECONDS for each in looked)
    locked = sum(each.reason is Reason.ENCRYPTED for each in looked)
    unlocked = sum(each.unlocked for each in looked)
    counted = (*((name.replace(" ", "_"), verdicts[name]) for name in ("read", "in part", "refused")),)
    table += [Row("all", name, value, "files", len(looked)) for name, value in counted]
    table.append(Row("all", "crashed", verdicts["crashed"], "files", len(looked), aim="0"))
    table.append(Row("all", "hung", hung, "files", len(looked), aim="0"))
    table.append(Row("all", "unlocked", unlocked, "files", unlocked + locked))
    return table


def _of_format(name: str, looked: Sequence[Looked]) -> Iterator[Row]:
    verdicts = Counter(each.verdict for each in looked)
    for verdict in ("read", "in part", "refused", "crashed"):
        if verdicts[verdict]:
            yield Row(name, verdict.replace(" ", "_"), verdicts[verdict], "files", len(looked))
    seconds = [each.seconds for each in looked]
    yield Row(name, "p50_s", quantile(seconds, 0.5), "s", len(seconds))
    yield Row(name, "max_s", max(seconds), "s", len(seconds))
    yield from _words(name, [each for each in looked if not each.is_scan])


def _words(name: str, looked: Sequence[Looked]) -> Iterator[Row]:
    compared = [(each, expected) for each in looked if each.pages and (expected := reference(each.path)) is not None]
    texts = [(each.text, expected) for each, expected in compared]
    measured = {
        "words": [share(*pair) for pair in texts],
        "letters": [share(*pair, letters_only=True) for pair in texts],
        "different": [share_of_different(*pair) for pair in texts],
    }
    for metric, counts in measured.items():
        shares = [found / wanted for found, wanted in counts if wanted]
        if shares:
            aim = AIMS.get(name if metric == "words" else f"{name} ({metric})")
            yield Row(name, metric, sum(shares) / len(shares), "share", len(shares), aim=f">= {aim}" if aim else "")


def lines(looked: Sequence[Looked], folder: Path) -> list[str]:
    """Say of each file that was not read why, and of each that lacks words how many."""
    said: list[str] = []
    for each in looked:
        name = each.path.relative_to(folder)
        if each.verdict in ("refused", "crashed"):
            said.append(f"{each.verdict}: {name}: {each.reason.value}: {each.sentence}")
        elif each.verdict == "in part":
            unread = ", ".join(f"{page.label or page.number}: {page.unread}" for page in each.pages if page.unread)
            said.append(f"in part: {name}: {unread}")
        expected = reference(each.path)
        if each.pages and expected is not None:
            found, wanted = share(each.text, expected)
            if wanted and found / wanted < 0.9:
                said.append(f"lacking: {name}: {found} of {wanted} words")
    unknown = Counter(each.path.suffix for each in looked if each.path.suffix.lower() not in BY_SUFFIX)
    if unknown:
        said.append("of no known ending: " + ", ".join(f"{name or 'none'} {count}" for name, count in unknown.items()))
    return said


if __name__ == "__main__":
    sys.exit(main())
