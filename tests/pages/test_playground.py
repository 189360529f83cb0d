"""The Playground: its first screen, and a notebook with answers, sources and notes."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from services.backends.embedded.embedder import MiniLMEmbedder
from services.ledger.receipt import Kind
from services.notebooks.feedback import Opinion
from services.people.user import User
from tests.pages.screen import buttons, choose, html, press, words
from tests.services.answers.library import Library
from tests.visits import FrontDoor

PAGE = "pages/build/playground.py"
LEAVE = "How many weeks of paid parental leave am I entitled to?"
RECEIPT = "Which expenses need a receipt?"
NOWHERE = "What is in the cafeteria today?"


def opened(app: FrontDoor, library: Library, person: User, *questions: str) -> AppTest:
    """Open a notebook of `person` with these questions."""
    notebook = library.notebooks.running.start(person, questions[0])
    for question in questions[1:]:
        library.notebooks.running.ask(person, notebook.id, question)
    return app.visit(person.id, PAGE, notebook=notebook.id)


# ---- steps


@pytest.mark.parametrize("kind", ["text", "number", "choice", "date", "yes/no", "file"])
def test_an_input_that_nobody_has_filled_in_is_drawn_once_and_stays_as_it_is(
    app: FrontDoor, library: Library, ana: User, kind: str
) -> None:
    notebook = library.notebooks.new(ana)
    form = {"label": "net_price of *A*", "type": kind} | ({"choices": ["a_b", "*c*"]} if kind == "choice" else {})
    library.notebooks.cells.add(ana, notebook.id, "input", form)

    visit = app.visit("ana", PAGE, notebook=notebook.id)

    assert "Ask a further question" in words(visit)
    (cell,) = library.notebooks.open(ana, notebook.id).cells
    assert (cell.form, cell.revision) == (form, 1)
    if kind == "choice":
        assert visit.selectbox[0].options == ["a_b", "*c*"]  # a list shows its entries as they are


def test_what_is_typed_is_kept_before_it_is_saved_and_cancel_takes_a_new_step_away(
    app: FrontDoor, library: Library, ana: User
) -> None:
    cells = library.notebooks.cells
    notebook = library.notebooks.new(ana)
    note = cells.add(ana, notebook.id, "note")
    visit = app.visit("ana", PAGE, notebook=notebook.id)  # what nobody has filled in yet stands there as its form
    visit.text_area[0].set_value("A paragraph.").run()

    assert [each.form for each in library.notebooks.open(ana, notebook.id).cells] == [{"text": "A paragraph."}]

    press(visit, f"playground-cancel-{note.id}")
    assert library.notebooks.open(ana, notebook.id).cells == ()
    assert [each.form for each in cells.deleted(ana, notebook.id)] == [{"text": "A paragraph."}]
    press(visit, "playground.undo")
    assert [each.id for each in library.notebooks.open(ana, notebook.id).cells] == [note.id]


def test_cancel_gives_back_what_a_step_held_and_another_form_may_stand_open_meanwhile(
    app: FrontDoor, library: Library, ana: User
) -> None:
    notebook = library.notebooks.new(ana)
    first, second = (library.notebooks.cells.add(ana, notebook.id, "note", {"text": text}) for text in ("one", "two"))
    visit = choose(app.visit("ana", PAGE, notebook=notebook.id), f"icon-more-{first.id}", "Edit")
    visit.text_area[0].set_value("eins").run()
    choose(visit, f"icon-more-{second.id}", "Edit")
    visit.text_area[1].set_value("zwei").run()

    press(visit, f"playground-cancel-{first.id}")
    press(visit, f"playground-save-{second.id}")

    assert [each.form["text"] for each in library.notebooks.open(ana, notebook.id).cells] == ["one", "zwei"]


def test_deleted_steps_are_listed_to_be_put_back(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.running.start(ana, LEAVE)
    library.notebooks.cells.delete(ana, notebook.id, notebook.cells[0].id)
    visit = choose(app.visit("ana", PAGE, notebook=notebook.id), "icon-more", "Deleted steps")

    assert buttons(visit, "playground.back.") == [f"playground.back.{notebook.cells[0].id}"]
    assert "Question 1" in words(visit)


def test_who_reads_anothers_notebook_is_told_what_is_out_of_date(
    app: FrontDoor, library: Library, ana: User, ben: User
) -> None:
    notebook = library.notebooks.running.start(ana, LEAVE)
    note = {"text": "So it is: {{Question 1}}"}
    library.notebooks.cells.add(ana, notebook.id, "note", note)
    library.notebooks.sharing.share(ana, notebook.id, f"person:{ben.id}")
    cell = notebook.cells[0]
    library.notebooks.cells.edit(ana, notebook.id, cell.id, {**cell.form, "question": RECEIPT}, cell.revision)

    read = words(app.visit("ben", PAGE, notebook=notebook.id))

    assert "Out of date, because the question changed." in read
    assert "Out of date, because “Question 1” is out of date." in read


def test_a_step_that_is_out_of_date_and_out_of_sight_is_told_of(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.running.start(ana, LEAVE)
    for number in range(20):
        library.notebooks.cells.add(ana, notebook.id, "note", {"text": f"Note {number}"})
    cell = notebook.cells[0]
    library.notebooks.cells.edit(ana, notebook.id, cell.id, {**cell.form, "question": RECEIPT}, cell.revision)
    last = library.notebooks.open(ana, notebook.id).cells[-1]

    visit = app.visit("ana", PAGE, notebook=notebook.id, cell=last.id)

    assert "1 step out of date: costs nothing." in words(visit)
    assert buttons(visit, "playground.run_stale")


# ---- the first screen


def test_a_newcomer_meets_at_most_seven_controls_before_the_first_question(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE)

    controls = [*visit.button, *visit.chat_input, *visit.get("popover"), *visit.get("page_link"), *visit.tabs]
    assert len(controls) <= 7
    assert "Start from an example" in words(visit)


def test_who_can_read_what_is_asked_stands_under_the_box(app: FrontDoor, library: Library) -> None:
    assert "Only you read what you ask." in words(app.visit("ana", PAGE))


def test_my_notebooks_are_listed_and_others_are_not(app: FrontDoor, library: Library, ana: User, ben: User) -> None:
    library.notebooks.running.start(ana, LEAVE)
    library.notebooks.running.start(ben, RECEIPT)

    read = words(app.visit("ana", PAGE))

    assert LEAVE in read
    assert RECEIPT not in read


def test_a_notebook_in_the_bin_can_be_restored(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.running.start(ana, LEAVE)
    library.notebooks.delete(ana, notebook.id)

    visit = app.visit("ana", PAGE, tab="Bin")
    press(visit, "playground.restore")

    assert [each.id for each in library.notebooks.mine(ana)] == [notebook.id]


def test_sixty_notebooks_come_twenty_at_a_time(app: FrontDoor, library: Library, ana: User) -> None:
    for number in range(25):
        library.notebooks.running.start(ana, f"{LEAVE} {number}")

    visit = app.visit("ana", PAGE)

    assert len([each for each in visit.get("page_link") if LEAVE in each.proto.label]) == 20


def test_an_own_file_that_is_not_there_is_not_found_and_nothing_breaks(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE, where="nobody-knows")

    assert not visit.exception
    assert [each.placeholder for each in visit.chat_input] == ["Ask, or drop a file here"]


# ---- an answer


def test_each_sentence_stands_over_the_source_that_says_so(app: FrontDoor, library: Library, ana: User) -> None:
    visit = opened(app, library, ana, LEAVE)

    read = words(visit)
    assert "Well supported" in read
    assert "Quoted word for word" in read
    assert "16 weeks of paid parental leave" in read
    assert "1 Parental leave · Employee handbook" in read


def test_opening_a_source_shows_the_quote_marked_in_its_surroundings(
    app: FrontDoor, library: Library, ana: User
) -> None:
    visit = press(opened(app, library, ana, LEAVE), "row-source")

    assert "<mark>Every employee who becomes a parent is entitled to 16 weeks" in html(visit)
    assert "within twelve months of the birth or adoption" in words(visit)
    assert visit.query_params["source"] == "1"


def test_looking_at_an_open_source_again_is_not_opening_it_again(app: FrontDoor, library: Library, ana: User) -> None:
    visit = press(opened(app, library, ana, LEAVE), "row-source")
    visit.run()
    visit.run()

    assert len(library.ledger.mine(ana, kind=Kind.OPEN)) == 1


def test_a_link_reproduces_the_notebook_with_the_source_open(app: FrontDoor, library: Library, ana: User) -> None:
    seen = press(opened(app, library, ana, LEAVE), "row-source")
    visit = app.visit("ana", PAGE, **seen.query_params)

    assert "<mark>Every employee" in html(visit)


def test_closing_a_source_leaves_the_answer(app: FrontDoor, library: Library, ana: User) -> None:
    visit = press(opened(app, library, ana, LEAVE), "row-source")
    press(visit, "playground-close")

    assert "<mark>" not in html(visit)
    assert "16 weeks of paid parental leave" in words(visit)


def test_what_a_document_says_is_shown_as_data_and_never_as_markup(app: FrontDoor, library: Library, ana: User) -> None:
    text = "# Robots\n\nThe <script>alert(1)</script> <img src=x> robot costs **12 euros** [here](javascript:alert(1))."
    library.publish("handbook", "robots.md", [text])

    visit = press(opened(app, library, ana, "What does the robot cost?"), "row-source")

    sent = html(visit).replace('<script src="/look/browser.js"></script>', "")
    assert "<script>alert" not in sent
    assert "<img" not in sent
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in sent
    assert "javascript:" not in "".join(part for part in sent.split('"') if part.startswith("javascript:"))


def test_a_question_is_shown_as_it_was_typed(app: FrontDoor, library: Library, ana: User) -> None:
    question = "Is <b>parental</b> leave *paid* for :red[everybody] who has $5?"
    visit = opened(app, library, ana, question)

    assert "Is &lt;b&gt;parental&lt;/b&gt; leave *paid* for :red[everybody] who has $5?" in html(visit)


def test_nothing_found_says_so_with_the_nearest_sources_and_who_to_ask(
    app: FrontDoor, library: Library, ana: User
) -> None:
    visit = opened(app, library, ana, NOWHERE)

    read = words(visit)
    assert "Not in these documents" in read
    assert "Who to ask: Ben for Employee handbook" in read
    assert "Quoted word for word" not in read
    assert len(buttons(visit, "row-source")) >= 1


def test_a_day_before_there_was_anything_to_read_is_told_as_such(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.new(ana)
    form = {"question": LEAVE, "where": [], "as_of": "2001-03-04"}
    cell = library.notebooks.cells.add(ana, notebook.id, "ask", form)
    library.notebooks.running.run(ana, notebook.id, cell.id)

    read = words(app.visit("ana", PAGE, notebook=notebook.id))

    assert "On 4 March 2001 there was nothing here to look through." in read
    assert "None of the 0" not in read


def test_where_to_look_starts_at_everything_and_narrowing_is_kept(app: FrontDoor, library: Library, ana: User) -> None:
    visit = opened(app, library, ana, LEAVE)
    assert visit.multiselect(key="playground.where").value == []

    visit.multiselect(key="playground.where").select("handbook").run()
    visit.chat_input(key="playground.next").set_value(RECEIPT).run()

    (notebook,) = library.notebooks.mine(ana)
    assert library.notebooks.open(ana, notebook.id).cells[-1].form["where"] == ["handbook"]


def test_a_further_question_is_asked_in_a_new_cell_and_the_earlier_one_folds(
    app: FrontDoor, library: Library, ana: User
) -> None:
    visit = opened(app, library, ana, LEAVE)
    visit.chat_input(key="playground.next").set_value(RECEIPT).run()

    read = words(visit)
    assert "Every expense above $75 needs a receipt." in read
    assert f"Ask everything I may read: {LEAVE}" in read
    assert "16 weeks of paid parental leave." not in read


def test_one_of_three_further_questions_is_asked_by_pressing_it(app: FrontDoor, library: Library, ana: User) -> None:
    visit = opened(app, library, ana, LEAVE)
    (further,) = visit.get("button_group")
    assert len(further.options) == 3

    further.select(further.options[0]).run()

    (notebook,) = library.notebooks.mine(ana)
    assert len(library.notebooks.open(ana, notebook.id).cells) == 2


def test_how_it_was_found_is_a_sentence_and_its_details_are_for_specialists(
    app: FrontDoor, library: Library, ana: User
) -> None:
    visit = opened(app, library, ana, LEAVE)
    (notebook,) = library.notebooks.mine(ana)
    cell = library.notebooks.open(ana, notebook.id).cells[0]

    visit.session_state[f"playground.found.{cell.id}"] = True
    visit.run()
    assert "Found because it contains" in words(visit)
    assert "Rank and score" not in words(visit)

    visit.session_state[f"playground.details.{cell.id}"] = True
    visit.run()
    assert "Rank and score in each leg" in words(visit)
    assert str(cell.receipt_id) in html(visit)
    assert "&#34;previous&#34;" in html(visit)
    assert "Well supported: one quoted sentence" in words(visit)


def test_an_answer_is_copied_with_its_sources(app: FrontDoor, library: Library, ana: User) -> None:
    visit = press(opened(app, library, ana, LEAVE), "playground-copy")

    assert 'class="to-copy"' in html(visit)
    assert "Parental leave, Employee handbook" in html(visit)


def test_an_opinion_is_kept_beside_the_receipt_and_said_back(app: FrontDoor, library: Library, ana: User) -> None:
    visit = press(opened(app, library, ana, LEAVE), "playground-helped")
    assert "You said: this helped" in words(visit)

    press(visit, "playground-wrong")
    next(each for each in visit.button if each.label == "Send").click().run()

    (notebook,) = library.notebooks.mine(ana)
    receipt_id = str(library.notebooks.open(ana, notebook.id).cells[0].receipt_id)
    said = library.notebooks.feedback(ana, receipt_id)
    assert said is not None
    assert said.opinion is Opinion.WRONG


# ---- the notebook


def test_a_note_is_written_under_the_answer_it_is_about(app: FrontDoor, library: Library, ana: User) -> None:
    visit = opened(app, library, ana, LEAVE, RECEIPT)
    press(visit, "row-open")
    press(visit, "playground-note")
    visit.text_area[0].set_value("Ask Ben about <i>this</i>.")
    next(each for each in visit.button if each.label == "Save note").click().run()

    (notebook,) = library.notebooks.mine(ana)
    assert [str(each.kind) for each in library.notebooks.open(ana, notebook.id).cells] == ["ask", "note", "ask"]
    assert "Ask Ben about <i>this</i>." in [each.value for each in visit.markdown if not each.allow_html]


def test_a_question_is_edited_and_run_again(app: FrontDoor, library: Library, ana: User) -> None:
    visit = choose(opened(app, library, ana, LEAVE), "icon-more-", "Edit")
    visit.text_area[0].set_value(RECEIPT)
    next(each for each in visit.button if each.label == "Save and run").click().run()

    assert "Every expense above $75 needs a receipt." in words(visit)


def test_a_save_that_meets_another_tabs_shows_both_and_keeps_what_was_typed(
    app: FrontDoor, library: Library, ana: User
) -> None:
    visit = choose(opened(app, library, ana, LEAVE), "icon-more-", "Edit")
    (notebook,) = library.notebooks.mine(ana)
    cell = library.notebooks.open(ana, notebook.id).cells[0]
    library.notebooks.cells.edit(ana, notebook.id, cell.id, {"question": "From the other tab?"}, cell.revision)

    visit.text_area[0].set_value(RECEIPT)
    next(each for each in visit.button if each.label == "Save and run").click().run()

    assert "changed in another tab" in words(visit)
    assert "From the other tab?" in words(visit)
    assert visit.text_area[0].value == RECEIPT
    assert library.notebooks.open(ana, notebook.id).cells[0].form["question"] == "From the other tab?"

    next(each for each in visit.button if each.label == "Save and run").click().run()
    assert library.notebooks.open(ana, notebook.id).cells[0].form["question"] == RECEIPT


def test_a_cell_runs_again_with_a_new_receipt(app: FrontDoor, library: Library, ana: User) -> None:
    visit = choose(opened(app, library, ana, LEAVE), "icon-more-", "Run again")

    assert len(library.ledger.mine(ana, kind=Kind.ASK)) == 2
    assert "16 weeks of paid parental leave" in words(visit)


def test_cells_change_places(app: FrontDoor, library: Library, ana: User) -> None:
    choose(opened(app, library, ana, LEAVE, RECEIPT), "icon-more-", "Move up")

    (notebook,) = library.notebooks.mine(ana)
    asked = [each.form["question"] for each in library.notebooks.open(ana, notebook.id).cells]
    assert asked == [RECEIPT, LEAVE]


def test_a_deleted_cell_comes_back_by_undo(app: FrontDoor, library: Library, ana: User) -> None:
    visit = choose(opened(app, library, ana, LEAVE), "icon-more-", "Delete")
    (notebook,) = library.notebooks.mine(ana)
    assert library.notebooks.open(ana, notebook.id).cells == ()
    assert LEAVE in words(visit)

    press(visit, "playground.undo")
    assert len(library.notebooks.open(ana, notebook.id).cells) == 1


def test_of_fifty_cells_only_the_one_in_hand_and_its_neighbours_are_on_the_screen(
    app: FrontDoor, library: Library, ana: User
) -> None:
    notebook = library.notebooks.running.start(ana, LEAVE)
    for number in range(49):
        library.notebooks.cells.add(ana, notebook.id, "note", {"text": f"Note {number}"})
    library.notebooks.running.ask(ana, notebook.id, RECEIPT)

    visit = app.visit("ana", PAGE, notebook=notebook.id)
    assert "Show 48 earlier steps" in words(visit)
    assert len(visit.button) < 25

    press(visit, "row-rest-earlier")
    assert "Note 0" in words(visit)


def test_a_notebook_is_downloaded_as_markdown(app: FrontDoor, library: Library, ana: User) -> None:
    visit = opened(app, library, ana, LEAVE)

    assert [each.label for each in visit.get("download_button")] == ["Download as Markdown"]


@pytest.mark.parametrize("somebody", ["ben", "sam", "cleo"])
def test_a_notebook_opens_for_nobody_but_its_owner(app: FrontDoor, library: Library, ana: User, somebody: str) -> None:
    notebook = library.notebooks.running.start(ana, LEAVE)

    visit = app.visit(somebody, PAGE, notebook=notebook.id)

    assert [each.value for each in visit.error] == ["There is no such notebook, or it is not yours."]
    assert "parental" not in words(visit)


def test_a_quote_that_may_not_be_read_any_more_is_withheld(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.running.start(ana, LEAVE)
    library.change("handbook", audience=["office"])

    visit = app.visit("ana", PAGE, notebook=notebook.id)

    assert "16 weeks" not in words(visit)
    assert "no longer yours to read" in words(visit)


def test_a_missing_part_of_the_search_is_named(app: FrontDoor, library: Library, ana: User, tmp_path: Path) -> None:
    without_model = MiniLMEmbedder(model=tmp_path / "absent.onnx")
    object.__setattr__(app.services.knowledge.passage_search, "embedder", without_model)

    visit = opened(app, library, ana, LEAVE)

    assert without_model.missing in words(visit)
    assert "16 weeks of paid parental leave" in words(visit)


def test_what_the_policy_only_warns_of_is_said_with_the_answer(app: FrontDoor, library: Library, ana: User) -> None:
    question = "How many weeks of paid parental leave am I entitled to? Tell ana.example@example.com."
    notebook = library.notebooks.running.start(ana, question)
    shown = html(app.visit("ana", PAGE, notebook=notebook.id))
    assert "This question holds what looks like an e-mail address, which is kept with it" in shown


def test_a_chart_that_was_drawn_as_suggested_stays_so_when_it_is_edited_and_saved(
    app: FrontDoor, library: Library, ana: User
) -> None:
    made = library.notebooks.new(ana)
    table = library.notebooks.running.shipped_tables(ana)[0]
    data = library.notebooks.cells.add(ana, made.id, "data", {"shipped": table})
    chart = library.notebooks.cells.add(ana, made.id, "chart", {"table": "{{" + data.name + "}}"})
    before = library.notebooks.running.view(ana, library.notebooks.open(ana, made.id)).output(chart).text
    visit = app.visit("ana", PAGE, notebook=made.id, cell=chart.id)
    choose(visit, f"icon-more-{chart.id}", "Edit")
    visit.button(key=f"playground-save-{chart.id}").click().run()
    opened = library.notebooks.open(ana, made.id)
    assert library.notebooks.running.view(ana, opened).output(opened.cells[1]).text == before


def test_a_grid_shows_nothing_where_a_cell_is_empty(app: FrontDoor, library: Library, ana: User) -> None:
    made = library.notebooks.new(ana)
    digest = library.notebooks.running.keep_file(ana, b"region,units\nNorth,\nSouth,1234\n")
    cell = library.notebooks.cells.add(ana, made.id, "data", {"file": {"name": "sales.csv", "digest": digest}})
    visit = app.visit("ana", PAGE, notebook=made.id, cell=cell.id)
    (grid,) = visit.dataframe
    assert grid.proto.HasField("placeholder")
    assert grid.proto.placeholder == ""
    assert "localized" in grid.proto.columns
