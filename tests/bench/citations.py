"""Is every citation verbatim? Asks all questions of the shipped knowledge bases and looks each quote up, twice."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.answers.answer import Answer, Citation, Strength
from services.bootstrap import KNOWLEDGE_BASES, Services, build
from services.knowledge.passport import Passport, read_passports
from services.knowledge.question_set import read_question_set
from services.ledger.receipt import Cause
from services.people.user import User
from services.settings import Settings
from tests.bench.report import ROOT, Row, report
from tests.bench.second_reader import SecondReader, folded

DATA = ROOT / "build" / "bench" / "citations-data"
LONGEST_READING_SECONDS = 900
ASKER = "ana"
NOWHERE = "What is in the cafeteria today?"
_MARKS = str.maketrans("", "", "*_`#|>\\")


@dataclass(frozen=True)
class Asked:
    """A question and what came of it; `is_example` for one that the passport promises to be answered."""

    question: str
    is_example: bool
    answer: Answer


@dataclass(frozen=True)
class Looked:
    """One citation looked up: in the stored page it names, and on that page by the second reader."""

    question: str
    document: str
    citation: Citation
    is_stored: bool
    is_seen_again: bool


def main() -> None:
    """Ask, look up, report. A benchmark asserts nothing."""
    services = build(Settings(data=DATA, backend="embedded"))
    table: list[Row] = []
    lines: list[str] = []
    try:
        services.start()
        user = services.people.user(ASKER)
        for passport in read_passports(KNOWLEDGE_BASES):
            wait_for(services, user, passport)
            asked = ask_all(services, user, passport)
            looked = look_up(services, user, passport, asked)
            table += rows(passport.knowledge_base.id, asked, looked)
            lines += differences(passport.knowledge_base.id, asked, looked)
        lines += met_by_newcomers(answer_to(services, user, NOWHERE))
    finally:
        services.close()
    report("citations", table, [*MEANING, *lines])


MEANING = (
    "verbatim: the quote is exactly the characters of the stored page that it names.",
    "verbatim/second_reader: it stands on that page as pypdf reads it (Markdown: in the file), hyphens and white space",
    "folded. verbatim/sentences: an answer's sentence has the words of its own quotes, Markdown's marks aside.",
)


def ask_all(services: Services, user: User, passport: Passport) -> tuple[Asked, ...]:
    """Ask every question of the passport and of the question set, answerable or not, in this knowledge base alone."""
    examples = passport.knowledge_base.questions
    set_of_its_own = read_question_set(passport.folder / "questions.jsonl")
    texts = dict.fromkeys((*examples, *(question.text for question in set_of_its_own)))
    where = (passport.knowledge_base.id,)
    return tuple(Asked(text, text in examples, answer_to(services, user, text, where)) for text in texts)


def look_up(services: Services, user: User, passport: Passport, asked: Sequence[Asked]) -> tuple[Looked, ...]:
    """Look every citation up, those of the nearest sources of a refusal too: they are shown as quotes as well."""
    second = SecondReader()
    names = {each.id: each.name for each in services.knowledge.documents(user, passport.knowledge_base.id)}
    paths = {path.name: path for path in passport.documents}
    looked: list[Looked] = []
    for each in asked:
        for citation in each.answer.citations:
            name = names[citation.document_id]
            stored = services.knowledge.page(user, citation.document_id, citation.page).text
            is_stored = stored[citation.start : citation.end] == citation.quote
            is_seen_again = second.has(paths[name], citation.page, citation.quote)
            looked.append(Looked(each.question, name, citation, is_stored, is_seen_again))
    return tuple(looked)


def rows(name: str, asked: Sequence[Asked], looked: Sequence[Looked]) -> list[Row]:
    """Give the shares of one knowledge base; a share of nothing is 0."""
    stored = [each.is_stored for each in looked]
    seen = [each.is_seen_again for each in looked]
    quoted = [is_quoted for each in asked for is_quoted in _quoted(each.answer)]
    return [
        Row(name, "verbatim", _share(stored), "share", len(stored), aim="1"),
        Row(name, "verbatim/second_reader", _share(seen), "share", len(seen), aim=">= .98"),
        Row(name, "verbatim/sentences", _share(quoted), "share", len(quoted), aim="1"),
    ]


def differences(name: str, asked: Sequence[Asked], looked: Sequence[Looked]) -> Iterator[str]:
    """List every quote that was not found again, and every example question that was not answered."""
    for each in looked:
        if not (each.is_stored and each.is_seen_again):
            where = "not seen by the second reader" if each.is_stored else "not in the stored page"
            yield (
                f"DIFFERENCE {name}, {each.document}, page {each.citation.page}, {where}: "
                f"{each.citation.quote!r} (asked: {each.question})"
            )
    for one in asked:
        if one.is_example and one.answer.strength is Strength.NOT_IN_THESE_DOCUMENTS:
            yield f"EXAMPLE NOT ANSWERED {name}: {one.question}"


def met_by_newcomers(answer: Answer) -> Iterator[str]:
    """Say so where Home's example that is meant to fail, asked everywhere, is answered."""
    if answer.strength is not Strength.NOT_IN_THESE_DOCUMENTS:
        yield f"ANSWERED THOUGH MEANT TO FAIL: {NOWHERE}"


def answer_to(services: Services, user: User, text: str, where: tuple[str, ...] = ()) -> Answer:
    """Ask as a test, by the function that the app calls, and read the answer as its asker does."""
    receipt = services.answers.ask(user, text, where, cause=Cause.TEST)
    return services.answers.asked(user, receipt.id).answer


def wait_for(services: Services, user: User, passport: Passport) -> None:
    """Wait until all its documents have been read; what takes too long is asked as far as it is."""
    deadline = time.monotonic() + LONGEST_READING_SECONDS
    while time.monotonic() < deadline:
        progress = services.knowledge.progress(user, passport.knowledge_base.id)
        if progress.ready and progress.documents_total >= len(passport.documents):
            return
        print(f"reading {passport.knowledge_base.name}, {progress.documents_ready} documents …", file=sys.stderr)
        time.sleep(2)


def _quoted(answer: Answer) -> Iterator[bool]:
    quotes = {citation.number: _words(citation.quote) for citation in answer.citations}
    for claim in answer.claims:
        # A row of a table is cited together with its head: the sentence is both, one after the other.
        yield _words(claim.text) in "".join(quotes[number] for number in claim.citations)


def _words(text: str) -> str:
    return folded(text.translate(_MARKS))


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


if __name__ == "__main__":
    main()
