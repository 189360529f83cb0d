from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.answers.checked_error import measured_error
from services.answers.checked_said import sentences_of
from services.answers.checking import CheckedSentence, Source, Support, check
from services.backends.embedded.embedder import MiniLMEmbedder
from services.models.embedding import Embedder

LEAVE = Source(
    3,
    "## Leave\n\nParental leave lasts 16 weeks for every employee who has worked here for one year. It must be "
    "requested at least 30 days before it begins. Northwind Standard does not cover travel abroad.\n",
    "Employee handbook",
)
SALES = Source(
    5,
    "Revenue increased by 12% to $3.1 million in 2019, from $2.8 million in 2018, because the Bergen office sold more "
    "licences than in the year before.",
    "Annual report",
)
SOURCES = (LEAVE, SALES)


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    embedder = MiniLMEmbedder()
    yield embedder
    embedder.close()


def one(text: str, embedder: Embedder, sources: Sequence[Source] = SOURCES) -> CheckedSentence:
    (checked,) = check(text, sources, embedder)
    return checked


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Parental leave lasts sixteen weeks for every employee who has worked here for 12 months.", 3),
        ("It must be requested at least 30 days before it starts.", 3),
        ("Northwind Standard doesn't cover travel abroad.", 3),
        ("In 2019, revenue increased by 12 percent to $3,100,000, from $2.8 million in 2018.", 5),
    ],
)
def test_what_a_source_says_in_other_words_is_supported_by_its_quote(
    text: str, number: int, embedder: Embedder
) -> None:
    checked = one(text, embedder)
    source = next(each for each in SOURCES if each.number == number)

    assert (checked.support, checked.number) == (Support.SUPPORTED, number)
    assert checked.quote == source.text[checked.start : checked.end] != ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Parental leave lasts 12 weeks for every employee who has worked here for one year.",
            "says 12 weeks, the source says 16 weeks",
        ),
        ("It must be requested at least 20 days before it begins.", "says 20 days, the source says 30 days"),
        (
            "Parental leave lasts 16 months for every employee who has worked here for one year.",
            "says 16 months, the source says 16 weeks",
        ),
        ("Northwind Standard does cover travel abroad.", "leaves out “not”, which the source says"),
        ("Revenue decreased by 12% to $3.1 million in 2019.", "says “decreased”, the source says “increased”"),
        ("It must be requested at most 30 days before it begins.", "says “at most”, the source says “at least”"),
        ("It may be requested at least 30 days before it begins.", "says “may”, the source says “must”"),
        ("It must be requested at least 30 days after it begins.", "says “after”, the source says “before”"),
    ],
)
def test_what_differs_in_one_place_is_contradicted_and_says_where(text: str, reason: str, embedder: Embedder) -> None:
    checked = one(text, embedder)

    assert (checked.support, checked.reason) == (Support.CONTRADICTED, reason)


def test_a_number_of_another_place_in_the_same_sentence_is_a_difference(embedder: Embedder) -> None:
    checked = one("Revenue increased by 12% to $3.1 million in 2018.", embedder)

    assert (checked.support, checked.reason) == (Support.CONTRADICTED, "says 2018, the source says 2019")


def test_another_name_in_its_place_is_a_contradiction(embedder: Embedder) -> None:
    checked = one("Revenue increased because the Oslo office sold more licences than in the year before.", embedder)

    assert (checked.support, checked.reason) == (Support.CONTRADICTED, "says “Oslo”, the source says “Bergen”")


def test_what_is_compared_may_not_change_sides(embedder: Embedder) -> None:
    source = Source(1, "Internal hiring actions are processed quicker than external hiring actions.")

    checked = one("External hiring actions are processed quicker than internal ones.", embedder, [source])

    assert checked.support is Support.CONTRADICTED
    assert checked.reason == "compares “External” with “internal” the other way round than the source"


@pytest.mark.parametrize(
    ("text", "support"),
    [
        ("External hiring actions are processed slower than internal ones.", Support.SUPPORTED),
        ("Revenue did not decrease in 2019.", Support.PARTLY),
    ],
)
def test_what_is_turned_twice_is_not_contradicted(text: str, support: Support, embedder: Embedder) -> None:
    sources = [
        Source(1, "Internal hiring actions are processed quicker than external hiring actions."),
        Source(2, "Revenue increased in 2019."),
    ]

    assert one(text, embedder, sources).support is support


def test_what_two_neighbours_say_together_is_supported_by_both(embedder: Embedder) -> None:
    source = Source(
        1,
        "# Records\n\nRecords serve several purposes, including:\n\n- documenting our activities\n"
        "- protecting the legal rights of the agency\n",
    )

    checked = one(
        "Records serve for documenting our activities and protecting the legal rights of the agency.",
        embedder,
        [source],
    )

    assert checked.support is Support.SUPPORTED
    assert checked.quote == source.text[checked.start : checked.end]
    assert checked.quote.startswith("Records serve")


def test_what_no_source_says_is_not_supported(embedder: Embedder) -> None:
    checked = one("The cafeteria serves soup on the ground floor until three.", embedder)

    assert (checked.support, checked.reason) == (Support.NOT_SUPPORTED, "says what no source says")


def test_what_adds_to_a_source_is_partly_supported(embedder: Embedder) -> None:
    checked = one("Parental leave lasts 16 weeks for every employee, with a bonus and free flights home.", embedder)

    assert (checked.support, checked.reason) == (Support.PARTLY, "says more than the source")


def test_the_numbers_that_a_model_writes_in_brackets_are_not_believed(embedder: Embedder) -> None:
    text = "Northwind Standard does not cover travel abroad [5]. It is requested 30 days before [1, 2]."

    assert sentences_of(text) == (
        "Northwind Standard does not cover travel abroad.",
        "It is requested 30 days before.",
    )
    assert check(text, SOURCES, embedder)[0].number == 3


def test_without_a_model_words_alone_are_compared_and_it_is_said(tmp_path: Path) -> None:
    absent = MiniLMEmbedder(model=tmp_path / "absent.onnx")

    right = one("Northwind Standard does not cover travel abroad.", absent)
    wrong = one("Parental leave lasts 12 weeks for every employee who has worked here for one year.", absent)

    assert (right.support, wrong.support) == (Support.SUPPORTED, Support.CONTRADICTED)
    assert "absent.onnx" in right.missing
    absent.close()


def test_what_a_writer_says_about_its_sources_is_not_compared(embedder: Embedder) -> None:
    checked = one("According to the documents, Northwind Standard does not cover travel abroad.", embedder)

    assert (checked.support, checked.text.split(",")[0]) == (Support.SUPPORTED, "According to the documents")


@pytest.mark.parametrize("tail", ["", " (14 Mar 2024)", "\n\n| A | B |\n|---|---|\n| 1 | 2 |"])
@given(
    st.text(alphabet="aAB1 .,-'%$:()|*\n#not", max_size=120), st.text(alphabet="aAB1 .,-'%$:()|*\n#not", max_size=200)
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_quote_is_exactly_what_stands_there(tail: str, said: str, source: str) -> None:
    absent = MiniLMEmbedder(model=Path("absent.onnx"))
    sources = [Source(7, source + tail), LEAVE]
    texts = {each.number: each.text for each in sources}

    for checked in check(said + tail, sources, absent):
        assert checked.number is None or texts[checked.number][checked.start : checked.end] == checked.quote != ""


def test_an_answer_without_a_sentence_or_without_sources_is_checked_as_well(embedder: Embedder) -> None:
    assert check("", SOURCES, embedder) == ()
    assert check("# Leave\n\n---\n", SOURCES, embedder) == ()
    assert one("Parental leave lasts 16 weeks.", embedder, ()).support is Support.NOT_SUPPORTED


def test_what_speaks_of_something_else_is_not_contradicted_by_a_number_of_the_same_unit(embedder: Embedder) -> None:
    leave = (Source(1, "Paid parental leave gives eligible employees up to 12 weeks of paid leave after a birth."),)

    assert one("You have 99 weeks of free coffee.", embedder, leave).support is Support.NOT_SUPPORTED
    assert one("You have 99 weeks of paid leave.", embedder, leave).support is Support.CONTRADICTED


def test_nothing_is_stated_where_nothing_was_measured(tmp_path: Path) -> None:
    assert measured_error(tmp_path / "claims.json") is None


def test_the_measured_error_ships_with_the_app() -> None:
    kept = measured_error()

    assert kept is not None
    assert kept.balanced_accuracy >= 0.8
    assert "of a real model, marked by hand" in kept.sentence
    assert len(kept.sentence) < 200


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("16 weeks of paid leave", ("16 weeks of paid leave",)),
        ("Leave lasts 16 weeks. It is", ("Leave lasts 16 weeks.", "It is")),
        ("# Leave\n\nIt lasts 16 weeks", ("It lasts 16 weeks",)),
        ("- 16 weeks\n- full pay", ("16 weeks", "full pay")),
    ],
)
def test_a_sentence_without_its_full_stop_is_checked_as_well(text: str, sentences: tuple[str, ...]) -> None:
    assert tuple(each.strip("- ") for each in sentences_of(text)) == sentences


def test_a_word_that_only_links_a_sentence_to_the_last_is_no_name(embedder: Embedder) -> None:
    source = Source(1, "Vouchers are filed within five days of the end of a trip.", "Travel")
    for link in ("Additionally", "However", "Finally"):
        (checked,) = check(f"{link}, vouchers are filed within five days of the end of a trip.", [source], embedder)
        assert checked.support is Support.SUPPORTED, checked.reason


def test_a_number_that_another_source_has_is_no_contradiction(embedder: Embedder) -> None:
    sources = [
        Source(1, "You are entitled to 12 weeks of paid time off for the birth or adoption of a child.", "Leave types"),
        Source(2, "If you will be out for 3 weeks of parental leave, enter only those 3 weeks.", "Out of office"),
    ]
    (right,) = check("You are entitled to twelve weeks of paid parental leave.", sources, embedder)
    (wrong,) = check("You are entitled to nine weeks of paid parental leave.", sources, embedder)
    assert right.support is not Support.CONTRADICTED
    assert right.number == 1
    assert wrong.support is Support.CONTRADICTED


@pytest.mark.parametrize(
    "nothing", ["Sources [1], [3] and [7].", "Sources:", "Sources that support this answer are [2].", "How long is it?"]
)
def test_what_only_points_to_the_sources_or_asks_is_no_sentence(nothing: str) -> None:
    assert sentences_of(f"Leave lasts 16 weeks.\n\n{nothing}") == ("Leave lasts 16 weeks.",)


def test_what_says_something_of_the_sources_is_a_sentence() -> None:
    assert sentences_of("None of the sources support this.") != ()
    assert sentences_of("Sources of income are reported.") != ()


def test_the_title_of_a_source_may_be_named(embedder: Embedder) -> None:
    sources = [Source(1, "Training is completed every year.", "Contoso handbook Data security")]
    right = one("This is described in the Contoso handbook under the Data Security section.", embedder, sources)
    wrong = one("This is described in the travel guide of Northwind.", embedder, sources)

    assert (right.support, right.number) == (Support.SUPPORTED, None)
    assert wrong.support is not Support.SUPPORTED


def test_a_name_in_the_title_need_not_stand_in_the_sentence(embedder: Embedder) -> None:
    sources = [
        Source(1, "The deductible for in-network services is $1,500 for individuals.", "Northwind Plus Deductible"),
        Source(2, "The deductible for in-network services is $2,000 for individuals.", "Northwind Basic Deductible"),
    ]
    right = one("The in-network deductible of Northwind Plus is $1,500 for individuals.", embedder, sources)
    wrong = one("The in-network deductible of Northwind Basic is $1,500 for individuals.", embedder, sources)

    assert (right.support, right.number) == (Support.SUPPORTED, 1)
    assert wrong.support is not Support.SUPPORTED


def test_a_short_item_is_read_after_what_announces_its_list(embedder: Embedder) -> None:
    source = Source(
        1,
        "Care management services are offered.\n\nThese expenses require receipts:\n\n- Hotels\n- Rental cars\n",
        "Travel",
    )
    right = check("These expenses require receipts:\n\n- Hotels\n- Rental cars", [source], embedder)
    turned = check("These expenses do not require receipts:\n\n- Hotels\n- Rental cars", [source], embedder)
    other = check("These expenses require receipts:\n\n- Care management services", [source], embedder)

    assert [each.support for each in right] == [Support.SUPPORTED] * 3
    assert right[1].text == "Hotels"
    assert not any(each.support is Support.SUPPORTED for each in turned)
    assert other[1].support is not Support.SUPPORTED


def test_words_that_urge_say_nothing_of_what_they_urge(embedder: Embedder) -> None:
    source = Source(1, "Vouchers are filed within five days. **Cost:** the tax per night.", "Travel")

    for text in ("Make sure that vouchers are filed within five days.", "Set the Cost to the tax per night."):
        assert one(text, embedder, [source]).support is Support.SUPPORTED, text


def test_a_not_is_made_up_for_by_an_opposite_beside_it_alone(embedder: Embedder) -> None:
    source = Source(1, "The tax rate was lower because the firm had a benefit from the credit.", "Tax")

    checked = one("The tax rate was higher because the firm had no benefit from the credit.", embedder, [source])
    assert checked.support is Support.CONTRADICTED


def test_what_a_source_says_with_a_perhaps_is_not_certain(embedder: Embedder) -> None:
    source = Source(1, "In 1466, perhaps 40,000 people died of the plague in Paris.", "Black Death")
    checked = one("In 1466, 40,000 people died of the plague in Paris.", embedder, [source])

    assert (checked.support, checked.reason) == (
        Support.PARTLY,
        "leaves out “perhaps”, which the source says",
    )


@pytest.mark.parametrize(
    ("text", "support"),
    [
        ("Access is granted by the manager without a support ticket.", Support.SUPPORTED),
        ("Access is granted by the manager putting in a support ticket.", Support.CONTRADICTED),
    ],
)
def test_instead_of_says_not(text: str, support: Support, embedder: Embedder) -> None:
    source = Source(1, "Instead of putting in a support ticket, access is granted by the manager.", "Pages")

    assert one(text, embedder, [source]).support is support


def test_a_stretch_of_words_that_stands_nowhere_adds_to_the_source(embedder: Embedder) -> None:
    source = Source(1, "Claims are filed with the plan within twelve months of the date of service.", "Claims")
    text = (
        "Claims are filed with the plan within twelve months of the date of service or rejected unheard later anyway."
    )
    checked = one(text, embedder, [source])

    assert (checked.support, checked.reason) == (Support.PARTLY, "says more than the source")


def test_the_company_is_the_one_that_the_title_names(embedder: Embedder) -> None:
    sources = [Source(1, "The Company’s tax rate was lower than the rate of the state.", "Apple 10-Q, Q1 2023")]
    text = "{}'s tax rate was lower than the rate of the state."

    assert one(text.format("Apple"), embedder, sources).support is Support.SUPPORTED
    assert one(text.format("Intel"), embedder, sources).support is Support.CONTRADICTED
