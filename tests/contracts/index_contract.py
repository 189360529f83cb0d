"""What every passage index promises, whatever it stands on."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from services.knowledge.index import Candidates, PassageIndex
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.words import terms_asked, terms_of
from tests.contracts.shelf import Shelf

LEAVE = "Parental leave lasts sixteen weeks. Ask your manager before the leave begins."
TRAVEL = "Travel is booked through the travel desk; a manager approves travel abroad."
PENSION = "The pension plan matches six percent of your salary."
CLAIMS = "A claim for dental care is settled within two weeks."
WORDS = ("manager", "leave", "travel", "plan", "desk", "salary", "pension", "week", "dental", "claim", "abroad", "book")


def bm25(question: str, texts: Mapping[str, str], k1: float, b: float) -> dict[str, float]:
    """Score every text slowly and exactly by BM25 as Lucene computes it, counted over `texts` alone."""
    counted = {name: Counter(terms_of(text)) for name, text in texts.items()}
    lengths = {name: sum(terms.values()) for name, terms in counted.items()}
    average = sum(lengths.values()) / len(lengths)
    scores = dict.fromkeys(texts, 0.0)
    for term in terms_asked(question):
        df = sum(term in terms for terms in counted.values())
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        for name, terms in counted.items():
            scores[name] += idf * terms[term] / (terms[term] + k1 * (1 - b + b * lengths[name] / average))
    return scores


def random_texts(seed: int, number: int) -> list[str]:
    """Make texts of 3 to 30 words, some words far commoner than others."""
    draw = np.random.default_rng(seed)
    share = 1 / np.arange(1, len(WORDS) + 1)
    return [
        " ".join(draw.choice(WORDS, size=draw.integers(3, 30), p=share / share.sum()).tolist()) for _ in range(number)
    ]


def random_vectors(seed: int, number: int, dimensions: int = 24) -> NDArray[np.float32]:
    """Make unit vectors."""
    vectors = np.random.default_rng(seed).normal(size=(number, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def words_by_id(candidates: Candidates) -> dict[str, float]:
    """Give the BM25 of each candidate in which a word stands."""
    pairs = zip(candidates.passage_ids, candidates.words.tolist(), strict=True)
    return {passage_id: score for passage_id, score in pairs if score > 0}


def everything(candidates: Candidates) -> tuple[object, ...]:
    """Give all that a search found, to the last bit, for comparing."""
    meaning = None if candidates.meaning is None else candidates.meaning.tobytes()
    found = (candidates.passage_ids, candidates.words.tobytes(), meaning)
    return (*found, candidates.idf, candidates.attainable, candidates.passages_searched)


class IndexContract:
    """Subclass it with a `shelf` fixture whose index is the one to try, with BM25 at k1 = 1.2 and b = .75."""

    k1 = 1.2
    b = 0.75

    @pytest.fixture
    def shelf(self) -> Shelf:
        raise NotImplementedError

    @pytest.fixture
    def index(self, shelf: Shelf) -> PassageIndex:
        return shelf.index

    def expected(self, question: str, texts: Mapping[str, str]) -> object:
        scores = bm25(question, texts, self.k1, self.b)
        return pytest.approx({name: score for name, score in scores.items() if score > 0}, rel=1e-4)

    def test_a_passage_is_found_by_its_words_in_any_form(self, shelf: Shelf, index: PassageIndex) -> None:
        here = shelf.publish("handbook", "leave", [LEAVE, PENSION])

        found = index.candidates("Leaves for PARENTS", None, [here])

        assert found.passage_ids == ("leave:0",)
        assert set(found.idf) == {"leav", "parent"}
        assert found.meaning is None
        assert found.passages_searched == 2

    def test_words_score_as_bm25_counted_over_all_that_is_searched(self, shelf: Shelf, index: PassageIndex) -> None:
        texts = {"a": random_texts(1, 40), "b": random_texts(2, 3), "c": random_texts(3, 60)}
        snapshots = [shelf.publish(f"base-{name}", name, text) for name, text in texts.items()]
        plain = {f"{name}:{i}": text for name, each in texts.items() for i, text in enumerate(each)}

        found = index.candidates("May a manager book travel abroad, or the desk?", None, snapshots)

        assert words_by_id(found) == self.expected("May a manager book travel abroad, or the desk?", plain)

    def test_title_and_heading_are_words_of_every_passage(self, shelf: Shelf, index: PassageIndex) -> None:
        here = shelf.publish("handbook", "leave", [LEAVE, PENSION], title="Benefits", heading="Summer")

        assert index.candidates("benefits", None, [here]).passage_ids == ("leave:0", "leave:1")
        assert index.candidates("summer", None, [here]).passage_ids == ("leave:0", "leave:1")

    def test_attainable_counts_words_that_stand_nowhere(self, shelf: Shelf, index: PassageIndex) -> None:
        here = shelf.publish("handbook", "leave", [LEAVE, PENSION])

        found = index.candidates("pension submarine", None, [here])

        assert found.idf == {"pension": pytest.approx(math.log(1 + 1.5 / 1.5))}
        assert found.attainable == pytest.approx(math.log(1 + 1.5 / 1.5) + math.log(1 + 2.5 / 0.5))

    def test_meaning_is_the_cosine(self, shelf: Shelf, index: PassageIndex) -> None:
        vectors = random_vectors(1, 50)
        question = random_vectors(2, 1)[0]
        here = shelf.publish("handbook", "leave", random_texts(1, 50), vectors)

        found = index.candidates("", question, [here], depth=10)

        exact = vectors @ question
        assert found.meaning is not None
        rows = [int(passage_id.split(":")[1]) for passage_id in found.passage_ids]
        assert len(rows) == 10
        assert found.meaning == pytest.approx(exact[rows], abs=0.01)
        assert min(exact[rows]) >= np.sort(exact)[-10] - 0.01

    def test_both_legs_score_the_union_of_their_best(self, shelf: Shelf, index: PassageIndex) -> None:
        vectors = random_vectors(1, 3)
        here = shelf.publish("handbook", "all", [LEAVE, TRAVEL, PENSION], vectors)

        found = index.candidates("pension", vectors[0], [here], depth=1)

        assert found.passage_ids == ("all:0", "all:2")
        assert found.meaning is not None
        assert found.words[0] == 0
        assert found.words[1] > 0
        assert found.meaning == pytest.approx(vectors[[0, 2]] @ vectors[0], abs=0.01)

    def test_another_knowledge_base_changes_no_score(self, shelf: Shelf, index: PassageIndex) -> None:
        here = shelf.publish("handbook", "leave", [LEAVE, TRAVEL, PENSION], random_vectors(1, 3))
        before = index.candidates("manager leave", random_vectors(9, 1)[0], [here])

        shelf.publish("claims", "claims", [CLAIMS, LEAVE, "leave " * 50], random_vectors(2, 3))
        after = index.candidates("manager leave", random_vectors(9, 1)[0], [here])

        assert everything(after) == everything(before)
        assert all(passage_id.startswith("leave:") for passage_id in after.passage_ids)

    def test_an_older_snapshot_finds_the_same_after_later_changes(self, shelf: Shelf, index: PassageIndex) -> None:
        question = random_vectors(9, 1)[0]
        shelf.publish("handbook", "one", random_texts(1, 30), random_vectors(1, 30))
        then = shelf.publish("handbook", "two", random_texts(2, 30), random_vectors(2, 30))
        before = index.candidates("manager travel desk", question, [then], depth=20)

        shelf.publish("handbook", "three", random_texts(3, 30), random_vectors(3, 30))
        shelf.withdraw("handbook", "one")
        index.candidates("manager", question, [shelf.snapshot("handbook")])
        after = index.candidates("manager travel desk", question, [then], depth=20)

        assert everything(after) == everything(before)

    def test_words_of_an_older_snapshot_are_counted_again(self, shelf: Shelf, index: PassageIndex) -> None:
        texts = {f"{name}:{i}": text for name in "ab" for i, text in enumerate(random_texts(ord(name), 20))}
        shelf.publish("handbook", "a", [text for name, text in texts.items() if name[0] == "a"])
        then = shelf.publish("handbook", "b", [text for name, text in texts.items() if name[0] == "b"])
        shelf.publish("handbook", "c", random_texts(3, 20))
        shelf.withdraw("handbook", "a")

        found = index.candidates("travel salary", None, [then])

        assert words_by_id(found) == self.expected("travel salary", texts)
        assert found.passages_searched == 40

    def test_a_withdrawn_document_is_not_found_any_more(self, shelf: Shelf, index: PassageIndex) -> None:
        shelf.publish("handbook", "leave", [LEAVE], random_vectors(1, 1))
        shelf.publish("handbook", "travel", [TRAVEL, PENSION], random_vectors(2, 2))
        index.candidates("manager", None, [shelf.snapshot("handbook")])

        now = shelf.withdraw("handbook", "leave")
        found = index.candidates("manager", random_vectors(1, 1)[0], [now])

        assert found.passage_ids == ("travel:0", "travel:1")
        assert words_by_id(found) == self.expected("manager", {"travel:0": TRAVEL, "travel:1": PENSION})

    def test_only_named_documents_are_found_at_their_usual_scores(self, shelf: Shelf, index: PassageIndex) -> None:
        several = [(f"d{i:02}", random_texts(i, 5), random_vectors(i, 5)) for i in range(20)]
        here = shelf.publish_all("handbook", several)
        question = random_vectors(99, 1)[0]
        wide = index.candidates("leave plan", question, [here], depth=100)

        found = index.candidates("leave plan", question, [here], documents=frozenset({"d03", "d11", "no"}), depth=100)

        kept = [i for i, name in enumerate(wide.passage_ids) if name.split(":")[0] in ("d03", "d11")]
        assert len(found.passage_ids) == 10
        assert found.passage_ids == tuple(wide.passage_ids[i] for i in kept)
        assert found.words.tolist() == wide.words[kept].tolist()
        assert wide.meaning is not None
        assert found.meaning is not None
        assert found.meaning.tolist() == wide.meaning[kept].tolist()
        assert found.idf == wide.idf
        assert found.passages_searched == 10

    def test_no_named_document_finds_nothing(self, shelf: Shelf, index: PassageIndex) -> None:
        here = shelf.publish("handbook", "leave", [LEAVE], random_vectors(1, 1))

        found = index.candidates("leave", random_vectors(1, 1)[0], [here], documents=frozenset())

        assert found.passage_ids == ()
        assert found.passages_searched == 0

    @pytest.mark.parametrize("snapshots", [(), (Snapshot("handbook", 0),), (Snapshot("nowhere", 3),)])
    def test_where_nothing_is_published_nothing_is_found(
        self, shelf: Shelf, index: PassageIndex, snapshots: Sequence[Snapshot]
    ) -> None:
        shelf.publish("handbook", "leave", [LEAVE], random_vectors(1, 1))

        found = index.candidates("leave", random_vectors(1, 1)[0], snapshots)

        assert found.passage_ids == ()
        assert found.words.shape == (0,)
        assert found.meaning is not None
        assert found.meaning.shape == (0,)
        assert found.idf == {}
        assert found.passages_searched == 0

    @pytest.mark.parametrize("question", ["", "what is it for", " \t", "?!", "\x00"])
    def test_a_question_without_words_is_left_to_meaning(
        self, shelf: Shelf, index: PassageIndex, question: str
    ) -> None:
        here = shelf.publish("handbook", "leave", [LEAVE, TRAVEL], random_vectors(1, 2))

        by_words = index.candidates(question, None, [here])
        by_meaning = index.candidates(question, random_vectors(2, 1)[0], [here])

        assert by_words.passage_ids == ()
        assert by_words.attainable == 0
        assert by_meaning.passage_ids == ("leave:0", "leave:1")
        assert by_meaning.words.tolist() == [0, 0]

    def test_unknown_words_find_nothing(self, shelf: Shelf, index: PassageIndex) -> None:
        here = shelf.publish("handbook", "leave", [LEAVE])

        found = index.candidates("zymurgy 潜水艦 submarino", None, [here])

        assert found.passage_ids == ()
        assert found.idf == {}
        assert found.attainable > 0

    def test_a_document_without_vectors_is_found_by_its_words(self, shelf: Shelf, index: PassageIndex) -> None:
        shelf.publish("handbook", "leave", [LEAVE], random_vectors(1, 1))
        here = shelf.publish("handbook", "travel", [TRAVEL])

        found = index.candidates("desk", random_vectors(1, 1)[0], [here])

        assert found.passage_ids == ("leave:0", "travel:0")
        assert found.meaning is not None
        assert found.meaning.tolist() == [pytest.approx(1, abs=0.01), 0]
        assert found.without_vector == 1
        assert index.candidates("manager", None, [here]).without_vector == 0

    def test_meaning_never_finds_a_passage_without_vector(self, shelf: Shelf, index: PassageIndex) -> None:
        shelf.publish("handbook", "leave", [LEAVE], random_vectors(1, 1))
        here = shelf.publish("handbook", "travel", [TRAVEL])

        assert index.candidates("", -random_vectors(1, 1)[0], [here]).passage_ids == ("leave:0",)

    def test_vectors_of_another_length_are_as_good_as_none(self, shelf: Shelf, index: PassageIndex) -> None:
        here = shelf.publish("handbook", "leave", [LEAVE], random_vectors(1, 1, 16))

        found = index.candidates("parental", random_vectors(1, 1, 24)[0], [here])

        assert found.passage_ids == ("leave:0",)
        assert found.without_vector == 1

    def test_a_document_without_passages_does_no_harm(self, shelf: Shelf, index: PassageIndex) -> None:
        shelf.publish("handbook", "leave", [LEAVE], random_vectors(1, 1))
        here = shelf.publish("handbook", "blank", [], random_vectors(1, 0))

        assert index.candidates("leave", random_vectors(1, 1)[0], [here]).passage_ids == ("leave:0",)

    def test_between_equal_scores_the_smaller_id_is_kept(self, shelf: Shelf, index: PassageIndex) -> None:
        same = random_vectors(1, 1)
        for name in ("d", "b", "a", "c"):
            here = shelf.publish("handbook", name, [LEAVE], same)

        assert index.candidates("parental", None, [here], depth=2).passage_ids == ("a:0", "b:0")
        assert index.candidates("", same[0], [here], depth=2).passage_ids == ("a:0", "b:0")

    def test_an_erased_document_is_gone_from_every_snapshot(self, shelf: Shelf, index: PassageIndex) -> None:
        shelf.publish("handbook", "leave", [LEAVE], random_vectors(1, 1))
        here = shelf.publish("handbook", "travel", [TRAVEL], random_vectors(2, 1))
        index.candidates("manager", None, [here])

        shelf.erase("handbook", "leave")

        assert index.candidates("manager", random_vectors(1, 1)[0], [here]).passage_ids == ("travel:0",)

    def test_an_old_snapshot_answers_the_same_while_others_publish(self, shelf: Shelf, index: PassageIndex) -> None:
        question = random_vectors(9, 1)[0]
        then = shelf.publish("handbook", "first", random_texts(0, 40), random_vectors(0, 40))
        expected = everything(index.candidates("leave travel plan", question, [then], depth=10))
        different: list[object] = []
        published = threading.Event()

        def ask() -> None:
            try:
                while not published.is_set():
                    old = index.candidates("leave travel plan", question, [then], depth=10)
                    new = index.candidates("leave travel plan", question, [shelf.snapshot("handbook")], depth=10)
                    if everything(old) != expected or len(new.passage_ids) < 10:
                        different.append(old)
            except Exception as error:
                different.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for i in range(1, 25):
            shelf.publish("handbook", f"later-{i}", random_texts(i, 7), random_vectors(i, 7))
        published.set()
        for thread in threads:
            thread.join()
        last = index.candidates("leave", question, [shelf.snapshot("handbook")])

        assert different == []
        assert last.passages_searched == 40 + 24 * 7
