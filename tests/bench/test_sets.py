from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.bootstrap import Services, build
from services.settings import Settings
from tests.bench.quality import effect, measure, measure_glossary
from tests.bench.sets import Published, publish, read_set, read_sets

SAMPLE = Path(__file__).parents[1] / "data" / "handbook-sample"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    built = build(Settings(data=tmp_path / "data", backend="embedded"))
    yield built
    built.close()


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A set of three documents, a question that wants one country, and one that nothing answers."""
    corpus = [
        {"id": "de", "title": "Germany", "text": "Parental leave lasts three years.", "country": "DE"},
        {"id": "us", "title": "America", "text": "Parental leave lasts twelve weeks.", "country": "US"},
        {"id": "bus", "title": "Buses", "text": "The bus goes every hour."},
    ]
    queries = [
        {"id": 1, "text": "How long is parental leave?", "filter": {"country": "US"}},
        {"id": 2, "text": "Who drives the bus?", "answerable": False},
    ]
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tus\t1\n1\tde\t0\n")
    return folder


@pytest.fixture
def published(services: Services, tiny: Path, tmp_path: Path) -> Published:
    return publish(services, read_set(tiny), vectors=tmp_path, say=lambda _: None)


def test_a_set_is_read_as_the_fixtures_describe_it(tiny: Path) -> None:
    tiny_set = read_set(tiny)

    assert tiny_set.name == "tiny"
    assert [each.relevant for each in tiny_set.judged()] == [{"us": 1.0}]
    assert [each.text for each in tiny_set.unanswerable()] == ["Who drives the bus?"]


def test_a_folder_without_a_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no set"):
        read_sets(tmp_path)


def test_a_filter_narrows_to_the_documents_whose_metadata_say_so(published: Published, tiny: Path) -> None:
    question = read_set(tiny).questions[0]

    assert published.documents_of(published.search(question)) == ("us",)


def test_documents_can_be_taken_out(published: Published, tiny: Path) -> None:
    question = read_set(tiny).questions[1]

    assert "bus" in published.documents_of(published.search(question))
    assert "bus" not in published.documents_of(published.search(question, without=("bus",)))


def test_vectors_are_made_once(services: Services, tiny: Path, tmp_path: Path) -> None:
    said: list[str] = []
    tiny_set = read_set(tiny)
    publish(services, tiny_set, vectors=tmp_path, say=said.append)
    again = build(Settings(data=tmp_path / "again", backend="embedded"))
    publish(again, tiny_set, vectors=tmp_path, say=said.append)
    again.close()

    assert len(said) == 1


GLOSSARY = "term,also,meaning\nparental leave,baby break; child time,\nbus,coach,\n"


def test_a_glossary_beside_a_set_asks_its_questions_in_other_words(tiny: Path) -> None:
    assert read_set(tiny).in_other_words() == ()
    (tiny / "glossary.csv").write_text(GLOSSARY)

    asked = read_set(tiny).in_other_words()

    assert [each.text for each in asked] == ["How long is baby break?", "How long is child time?"]
    assert {each.id for each in asked} == {"1"}


def test_the_glossary_is_measured_on_both_kinds_of_questions(services: Services, tiny: Path, tmp_path: Path) -> None:
    (tiny / "glossary.csv").write_text(GLOSSARY)
    tiny_set = read_set(tiny)

    without, with_it = measure_glossary(tiny_set, publish(services, tiny_set, vectors=tmp_path, say=lambda _: None))

    assert [row.metric for row in with_it.rows("tiny")] == [
        "ndcg@10/own+glossary",
        "recall@10/own+glossary",
        "ndcg@10/other_words+glossary",
        "recall@10/other_words+glossary",
    ]
    assert with_it.own == without.own
    assert "on 2 questions in other words" in effect("tiny", without, with_it)


def test_the_sample_that_comes_with_the_tests_is_found_well(services: Services, tmp_path: Path) -> None:
    sample = read_set(SAMPLE)

    rows = measure(sample, publish(services, sample, vectors=tmp_path, say=lambda _: None))

    figures = {row.metric: row.value for row in rows}
    assert figures["ndcg@10/default"] > 0.8
    assert figures["ndcg@10/default"] >= max(figures["ndcg@10/words"], figures["ndcg@10/meaning"]) - 0.01
