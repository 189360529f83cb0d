"""How candidates become a ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from services.knowledge.document import Passage
from services.knowledge.index import Candidates
from services.knowledge.ranking import PARAMETERS, Parameters, Written, fuse, rank, token_weights
from services.knowledge.splitting import embedded_text
from services.knowledge.words import terms_of
from services.models.embedding import Encoded

QUESTION = "How long is parental leave?"
IDF = {"long": 1.0, "parent": 3.0, "leav": 2.0}
ENCODED = Encoded(
    vector=np.array([1, 0], dtype=np.float32),
    tokens=np.eye(6, dtype=np.float32),
    pieces=("how", "long", "is", "parental", "leave", "?"),
    starts=(0, 4, 9, 12, 21, 26),
)


def _candidates(**scores: tuple[float, float]) -> Candidates:
    """Passages by name, each with its BM25 and its cosine; names are `document_ordinal`."""
    words, meaning = np.array(list(scores.values()), dtype=np.float32).T
    names = tuple(name.replace("_", ":") for name in scores)
    return Candidates(names, words, meaning, IDF, attainable=6.0, passages_searched=len(names))


def _written(titles: Mapping[str, str] | None = None, **texts: str) -> Mapping[str, Written]:
    """Passages by name with their texts; `titles` are those of documents."""
    passages = [
        Passage(
            f"{name[0]}:{name[-1]}",
            "kb",
            name[0],
            (titles or {}).get(name[0], ""),
            int(name[-1]),
            1,
            0,
            len(text),
            "",
            text,
        )
        for name, text in texts.items()
    ]
    return {passage.id: Written(passage, terms_of(embedded_text(passage))) for passage in passages}


def _no_tokens(_passage_ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
    return {}


def _order(candidates: Candidates, written: Mapping[str, Written], parameters: Parameters = PARAMETERS) -> list[str]:
    ranking = rank(QUESTION, ENCODED, candidates, _no_tokens, lambda _: written, parameters)
    return [candidates.passage_ids[row] for row in ranking.order]


def test_legs_are_weighed_whatever_the_scale_of_bm25() -> None:
    small = fuse(_candidates(a_0=(2, 0.5), b_0=(1, 0.9)))
    large = fuse(_candidates(a_0=(20, 0.5), b_0=(10, 0.9)))

    assert small == pytest.approx(large)
    assert small.tolist() == pytest.approx([0.4 + 0.6 * 0.5, 0.4 * 0.5 + 0.6 * 0.9])


def test_without_meaning_words_alone_decide() -> None:
    candidates = Candidates(("a:0", "b:0"), np.array([1, 4], dtype=np.float32), None, IDF, 6.0, 2)

    ranking = rank(QUESTION, None, candidates, _no_tokens, lambda _: {})

    assert ranking.order == (1, 0)
    assert ranking.reordered == {}
    assert ranking.evidence == pytest.approx(4 / 6)


def test_nothing_found_has_no_evidence() -> None:
    none = np.empty(0, dtype=np.float32)

    ranking = rank(QUESTION, ENCODED, Candidates((), none, none, {}, 0.0, 0), _no_tokens, lambda _: {})

    assert ranking.order == ()
    assert ranking.evidence == 0


def test_a_token_weighs_as_its_word_does_and_empty_words_nothing() -> None:
    weights = token_weights(QUESTION, ENCODED, IDF)

    assert weights.tolist() == pytest.approx([0, 1 / 6, 0, 3 / 6, 2 / 6, 0])


def test_every_piece_of_a_word_weighs_what_the_word_weighs() -> None:
    encoded = Encoded(ENCODED.vector, np.eye(3, dtype=np.float32), ("parent", "##al", "leave"), (0, 6, 9))

    assert token_weights("parental leave", encoded, IDF).tolist() == pytest.approx([3 / 8, 3 / 8, 2 / 8])


def test_a_word_that_stands_nowhere_weighs_as_the_rarest_that_does() -> None:
    encoded = Encoded(ENCODED.vector, np.eye(2, dtype=np.float32), ("parental", "zebra"), (0, 9))

    assert token_weights("parental zebra", encoded, IDF).tolist() == pytest.approx([0.5, 0.5])


def test_a_question_of_empty_words_weighs_all_of_them_alike() -> None:
    encoded = Encoded(ENCODED.vector, np.eye(2, dtype=np.float32), ("what", "is"), (0, 5))

    assert token_weights("what is", encoded, {}).tolist() == pytest.approx([0.5, 0.5])


def test_late_interaction_puts_the_passage_in_front_whose_tokens_are_nearer() -> None:
    candidates = _candidates(a_0=(1, 0.5), b_0=(1, 0.5))
    tokens = {"a:0": ENCODED.tokens[:3], "b:0": ENCODED.tokens[3:]}

    ranking = rank(QUESTION, ENCODED, candidates, lambda _: tokens, lambda _: {})

    assert ranking.order == (1, 0)
    assert ranking.reordered == pytest.approx({0: 1 / 6, 1: 5 / 6})


def test_a_passage_without_token_vectors_is_not_thrown_to_the_end() -> None:
    candidates = _candidates(a_0=(4, 0.9), b_0=(1, 0.2))

    ranking = rank(QUESTION, ENCODED, candidates, lambda _: {"b:0": ENCODED.tokens[:3]}, lambda _: {})

    assert ranking.order == (0, 1)


def test_words_that_stand_together_in_the_question_count_where_they_stand_together() -> None:
    candidates = _candidates(a_0=(3, 0.5), b_0=(3, 0.5))
    written = _written(a_0="Parental duties. Leave the keys.", b_0="We grant parental leave.")

    assert _order(candidates, written) == ["b:0", "a:0"]


def test_a_document_with_several_good_passages_is_preferred() -> None:
    candidates = _candidates(a_0=(3, 0.5), b_0=(3, 0.5), b_1=(3, 0.49))

    assert _order(candidates, {}) == ["b:0", "b:1", "a:0"]


def test_token_vectors_of_another_reduction_are_left_aside() -> None:
    candidates = _candidates(a_0=(4, 0.9), b_0=(1, 0.2))
    tokens = {"a:0": np.eye(4, dtype=np.float32), "b:0": ENCODED.tokens}

    assert rank(QUESTION, ENCODED, candidates, lambda _: tokens, lambda _: {}).order == (0, 1)


def test_only_the_first_are_read_and_they_stay_in_front() -> None:
    candidates = _candidates(a_0=(3, 0.9), b_0=(3, 0.8), c_0=(3, 0.7))
    asked: list[str] = []

    def read(passage_ids: Sequence[str]) -> Mapping[str, Written]:
        asked.extend(passage_ids)
        return _written(b_0="Parental leave.", c_0="Parental leave.")

    ranking = rank(QUESTION, ENCODED, candidates, _no_tokens, read, Parameters(read=2, pairs=1.0))

    assert asked == ["a:0", "b:0"]
    assert ranking.order == (1, 0, 2)


def test_only_the_first_are_compared_token_by_token() -> None:
    candidates = _candidates(a_0=(3, 0.9), b_0=(3, 0.8), c_0=(3, 0.7))
    asked: list[str] = []

    def tokens(passage_ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        asked.extend(passage_ids)
        return {"b:0": ENCODED.tokens, "a:0": ENCODED.tokens[:1]}

    ranking = rank(QUESTION, ENCODED, candidates, tokens, lambda _: {}, Parameters(depth=2))

    assert asked == ["a:0", "b:0"]
    assert ranking.order == (1, 0, 2)
    assert list(ranking.score[list(ranking.order)]) == sorted(ranking.score, reverse=True)


def test_evidence_adds_nearness_of_the_words_nearness_of_the_whole_and_coverage() -> None:
    candidates = _candidates(a_0=(3, 0.5))
    written = _written(a_0="Parental leave lasts sixteen weeks.")

    ranking = rank(QUESTION, ENCODED, candidates, lambda _: {"a:0": ENCODED.tokens}, lambda _: written)

    assert ranking.evidence == pytest.approx(1.0 + 0.5 + 5 / 6)


def test_equal_passages_keep_the_order_of_their_ids() -> None:
    assert _order(_candidates(a_0=(1, 0.5), b_0=(1, 0.5), c_0=(1, 0.5)), {}) == ["a:0", "b:0", "c:0"]


def test_a_document_that_the_best_passage_names_by_its_title_follows_it() -> None:
    candidates = _candidates(a_0=(6, 0.9), b_0=(3, 0.5), c_0=(3, 0.45))
    titles = {"c": "Travel guide"}
    written = _written(titles, a_0="See the Travel Guide for all else.", b_0="Other things.", c_0="Fares.")

    assert _order(candidates, written) == ["a:0", "c:0", "b:0"]


def test_what_is_named_never_stands_before_what_names_it() -> None:
    candidates = _candidates(a_0=(3, 0.5), b_0=(3, 0.49))
    written = _written({"b": "Travel guide"}, a_0="See the Travel Guide.", b_0="Fares.")

    assert _order(candidates, written) == ["a:0", "b:0"]
