"""A sentence of real text is found where it stands, however it was altered, and an unrelated one is not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, Connection, insert, true

from services.knowledge.expected import Located, locate
from services.knowledge.rows import passport_row
from services.knowledge.same_words import Match, nearly
from services.store.database import open_database
from services.store.dialect import protect
from services.store.moment import utc_now
from services.store.tables import documents, knowledge_bases, metadata, pages
from tests.passports import passport

SHIPPED = Path("services/content/knowledge_bases/employee-handbook/documents")
SENTENCES = 40
ANYWHERE = true()
# Of each altered kind nine in ten are found where they stand; of the unrelated not one in ten is taken for another.
NINE_IN_TEN, ONE_IN_TEN = SENTENCES * 9 // 10, SENTENCES // 10
Words = list[str]
Alters = Callable[[random.Random, Words, Words], Words]


@pytest.fixture(scope="module")
def handbook() -> dict[str, str]:
    """Give every fifth text of the shipped handbook, by name."""
    return {path.name: path.read_text() for path in sorted(SHIPPED.glob("*.md"))[::5]}


@pytest.fixture(scope="module")
def connection(handbook: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    database = open_database(tmp_path_factory.mktemp("expected") / "accelerate.sqlite")
    with database.write() as writing:
        open_shelf(writing)
        for name, text in handbook.items():
            add(writing, name, text)
    with database.read() as reading:
        yield reading
    database.engine.dispose()


@pytest.fixture(scope="module")
def sentences(handbook: dict[str, str]) -> list[tuple[str, str]]:
    """Give so many sentences, drawn once, each with the name of its document."""
    prose = re.compile(r"[A-Z][^.!?\n#|*\[]{50,260}[.!?]")
    there = [(name, sentence) for name, text in handbook.items() for sentence in prose.findall(text)]
    return random.Random(11).sample([each for each in there if 8 <= len(each[1].split()) <= 40], SENTENCES)


def open_shelf(connection: Connection) -> None:
    """Make the tables, and a knowledge base with nothing in it."""
    metadata.create_all(connection)
    protect(connection)
    connection.execute(insert(knowledge_bases).values(passport_row(passport("handbook")) | {"snapshot": 1}))


def add(connection: Connection, name: str, *texts: str) -> None:
    """Add a published document with these pages, each of them one passage."""
    document = {"id": name, "knowledge_base_id": "handbook", "name": name, "title": name, "media": "text/markdown"}
    document |= {"digest": name, "size": 1, "stage": "published", "verdict": "", "valid_from": 1}
    document |= {"done": 1, "total": 1, "passages": 0, "created_at": utc_now()}
    connection.execute(insert(documents).values(document | {"pages": len(texts)}))
    for number, text in enumerate(texts, 1):
        connection.execute(insert(pages).values(document_id=name, number=number, text=text))


def one_word_is_another(draw: random.Random, words: Words, others: Words) -> Words:
    return changed(draw, words, others, 1)


def a_quarter_are_others(draw: random.Random, words: Words, others: Words) -> Words:
    return changed(draw, words, others, len(words) // 4)


def a_quarter_stand_nowhere(draw: random.Random, words: Words, others: Words) -> Words:
    return changed(draw, words, [f"xo{each}ox" for each in others], len(words) // 4)


def the_end_comes_first(draw: random.Random, words: Words, others: Words) -> Words:
    turn = draw.randrange(len(words) // 3, len(words) - len(words) // 3)
    return words[turn:] + words[:turn]


def a_fifth_is_left_out(draw: random.Random, words: Words, others: Words) -> Words:
    left_out = {*draw.sample(range(len(words)), max(1, len(words) // 5))}
    return [word for place, word in enumerate(words) if place not in left_out]


def changed(draw: random.Random, words: Words, others: Words, number: int) -> Words:
    places = {*draw.sample(range(len(words)), number)}
    return [draw.choice(others) if place in places else word for place, word in enumerate(words)]


def stands_in(found: Located | None) -> str:
    return found.spot.document.id if found is not None else ""


@pytest.mark.parametrize(
    "alter",
    [
        one_word_is_another,
        a_quarter_are_others,
        a_quarter_stand_nowhere,
        the_end_comes_first,
        a_fifth_is_left_out,
    ],
)
def test_an_altered_sentence_is_found_where_it_stands(
    connection: Connection, sentences: list[tuple[str, str]], alter: Alters
) -> None:
    draw = random.Random(5)
    others = [word for _, sentence in sentences for word in sentence.split()]

    altered = [(name, " ".join(alter(draw, sentence.split(), others))) for name, sentence in sentences]
    right = [stands_in(locate(connection, sentence, ANYWHERE)) == name for name, sentence in altered]

    assert sum(right) >= NINE_IN_TEN


def test_a_sentence_of_the_same_subject_is_not_taken_for_another(
    connection: Connection, sentences: list[tuple[str, str]]
) -> None:
    elsewhere = [locate(connection, sentence, documents.c.id != name) for name, sentence in sentences]

    near = [each for each in elsewhere if each is not None and each.match is Match.NEAR]
    assert len(near) <= ONE_IN_TEN


def test_every_sentence_is_found_letter_by_letter(connection: Connection, sentences: list[tuple[str, str]]) -> None:
    found = [locate(connection, sentence, ANYWHERE) for _, sentence in sentences]

    assert {each.match for each in found if each is not None} == {Match.EXACT}
    assert None not in found


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Connection]:
    """Give a database with nothing in it yet."""
    database = open_database(tmp_path / "accelerate.sqlite")
    with database.write() as writing:
        open_shelf(writing)
        yield writing
    database.engine.dispose()


def of(name: str) -> ColumnElement[bool]:
    return documents.c.id == name


def test_the_exact_one_comes_before_a_misread_and_a_near_one(few: Connection) -> None:
    sentence = "Morning briefings are held in the Italian office."
    add(few, "near", "Morning briefings are held in the Danish office.")
    add(few, "misread", "Moming briefings are held in the ltalian office.")
    add(few, "exact", sentence)

    assert stands_in(locate(few, sentence, ANYWHERE)) == "exact"
    assert stands_in(locate(few, sentence, documents.c.id != "exact")) == "misread"
    assert stands_in(locate(few, sentence, of("near"))) == "near"


def test_a_sentence_over_two_pages_is_found_on_the_first(few: Connection) -> None:
    add(few, "book", "Once. Morning briefings are", " held in the Italian office. Then.")

    found = locate(few, "Morning briefings are held in the Italian office.", ANYWHERE)

    assert found is not None
    assert (found.match, found.spot.page, found.over_pages) == (Match.EXACT, 1, True)


def test_a_common_phrase_alone_is_not_the_sentence(few: Connection) -> None:
    phrase = "Please make sure that you always ask your own manager"
    for number in range(30):
        add(few, str(number), f"{phrase}. See page {number}.")
    add(few, "other", "Helicopter timetables. Taxi ranks. Reimbursement.")
    sentence = f"{phrase} about helicopter taxi reimbursement."

    assert nearly(sentence, f"{phrase}. See page 1.", {}) is not None
    assert locate(few, sentence, ANYWHERE) is None
