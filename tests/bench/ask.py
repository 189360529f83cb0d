"""How long from question to answer: one person, eight at once, and both while a document is being read?"""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import streamlit  # noqa: F401  # it is in the memory of the app too

from services.bootstrap import KNOWLEDGE_BASES, Services, build
from services.knowledge.document import Stage
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.passport import read_passports
from services.knowledge.passport_entries import PassportEntries
from services.knowledge.question_set import read_question_set
from services.ledger.receipt import Cause
from services.people.user import User
from services.settings import Settings
from tests.bench.report import BUILD, Row, milliseconds, quantile, report, resident_mb
from tests.bench.sets import folder_of_sets
from tests.bench.windows import read_material

ASKERS = 8
QUESTIONS = 160
LONGEST_SECONDS = 900
WINDOWS_OF_OWN_FILE = 4_000
"""A text that takes minutes to embed, so that it is still being read when the last question is answered."""
FILES, WINDOWS_A_FILE = 500, 4
NAME = "shipped"
NOTES = (
    "Answers.ask whole, over everything that Ana may read: gate, search, quotes, receipt on the chain and on disk.",
    "one: one person after the other; eight: eight threads, each asking its next question at once; …_while_reading:",
    "while Ben's own file is being read; …_while_500_files: while 500 files dropped at once are being read as well.",
    "Bare: for one the search alone, for the others the same without the load.",
)


def main() -> None:
    """Bring in what ships, ask, and report; a benchmark asserts nothing."""
    data = BUILD / "ask"
    shutil.rmtree(data, ignore_errors=True)
    services = build(Settings(data=data, backend="embedded"))
    try:
        services.start()
        user = services.people.user("ana")
        wait_until_read(services, user)
        rows = list(measure(services, user, questions()))
    finally:
        services.close()
    report("ask", rows, NOTES)


def measure(services: Services, user: User, asked: Sequence[str]) -> Iterator[Row]:
    """Ask the same questions in every way."""

    def ask(question: str) -> float:
        return milliseconds(lambda: services.answers.ask(user, question, cause=Cause.TEST))

    def search(question: str) -> float:
        return milliseconds(lambda: services.knowledge.search(user, question))

    for question in asked[:5]:
        ask(question)
    bare = [search(question) for question in asked]
    one = [ask(question) for question in asked]
    eight = at_once(ask, asked)
    memory = resident_mb()
    start_reading(services)
    one_reading = [ask(question) for question in asked]
    eight_reading = at_once(ask, asked)
    owner, dropped = drop_files(services)
    one_dropped = [ask(question) for question in asked]
    eight_dropped = at_once(ask, asked)
    read = sum(each.stage is Stage.PUBLISHED for each in services.knowledge.documents(owner, dropped.id))
    yield from _times("one", one, bare, "<= 150", "")
    yield from _times("eight", eight, one, "", "<= 1,000")
    yield from _times("one_while_reading", one_reading, one, "", "<= 2x")
    yield from _times("eight_while_reading", eight_reading, eight, "", "<= 2x")
    yield from _times("one_while_500_files", one_dropped, one, "", "<= 2x")
    yield from _times("eight_while_500_files", eight_dropped, eight, "", "<= 2x")
    yield Row(NAME, "read_meanwhile/500_files", read, "files", FILES)
    yield Row(NAME, "rss_mb/eight", memory, "MB", 1, aim="<= 700")
    yield Row(NAME, "rss_mb/eight_while_reading", resident_mb(), "MB", 1)


def questions() -> list[str]:
    """Draw from the questions that ship, answerable or not."""
    texts: list[str] = []
    for passport in read_passports(KNOWLEDGE_BASES):
        texts += passport.knowledge_base.questions
        texts += [question.text for question in read_question_set(passport.folder / "questions.jsonl")]
    random.Random(1).shuffle(texts)
    return texts[:QUESTIONS]


def at_once(ask: Callable[[str], float], asked: Sequence[str]) -> list[float]:
    """Let `ASKERS` threads share the questions, each taking the next as soon as it has its answer."""
    with ThreadPoolExecutor(ASKERS) as askers:
        return list(askers.map(ask, asked))


def wait_until_read(services: Services, user: User) -> None:
    """Wait until everything that ships has been read. Raises SystemExit where it takes too long."""
    deadline = time.monotonic() + LONGEST_SECONDS
    for passport in read_passports(KNOWLEDGE_BASES):
        while not _is_read(services, user, passport.knowledge_base.id, len(passport.documents)):
            if time.monotonic() > deadline:
                raise SystemExit(f"{passport.knowledge_base.name} was not read within {LONGEST_SECONDS} s.")
            print(f"reading {passport.knowledge_base.name} …", file=sys.stderr)
            time.sleep(2)


def start_reading(services: Services) -> None:
    """Have Ben ask a long file of his own, and wait until its passages are being embedded."""
    windows = read_material(folder_of_sets()).windows(seed=2)
    text = "\n\n".join(islice(windows, WINDOWS_OF_OWN_FILE))
    ben = services.people.user("ben")
    own = services.knowledge.ask_own_file(ben, "long.txt", text.encode())
    deadline = time.monotonic() + LONGEST_SECONDS
    while services.knowledge.documents(ben, own.id)[0].done == 0 and time.monotonic() < deadline:
        time.sleep(0.2)


def drop_files(services: Services) -> tuple[User, KnowledgeBase]:
    """Have Ben drop `FILES` files on a knowledge base at once, beside his long file; gives both."""
    windows = read_material(folder_of_sets()).windows(seed=3)
    ben = services.people.user("ben")
    made = services.knowledge.approval.create(
        ben, PassportEntries(name="Dropped", purpose="To be read.", steward="sam")
    )
    files = [(f"{number:03}.txt", "\n\n".join(islice(windows, WINDOWS_A_FILE)).encode()) for number in range(FILES)]
    services.knowledge.uploads.add(ben, made.id, files)
    return ben, made


def _is_read(services: Services, user: User, knowledge_base_id: str, documents: int) -> bool:
    progress = services.knowledge.progress(user, knowledge_base_id)
    return progress.ready and progress.documents_total >= documents


def _times(metric: str, times: Sequence[float], bare: Sequence[float], *aims: str) -> Iterator[Row]:
    for share, aim in zip((50, 95), aims, strict=True):
        value = quantile(times, share / 100)
        yield Row(NAME, f"p{share}_ms/{metric}", value, "ms", len(times), quantile(bare, share / 100), aim=aim)


if __name__ == "__main__":
    main()
