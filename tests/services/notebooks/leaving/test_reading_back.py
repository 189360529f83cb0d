"""A notebook comes back from its own .ipynb exactly, and a file that is none makes nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.errors import AppError, BadInput
from services.notebooks.kinds import KINDS
from services.notebooks.leaving import own_form, reading_back
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.references import key_of
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.services.answers.library import Library, library
from tests.services.notebooks.leaving.conftest import TABLE


@pytest.fixture
def bare(database: Database, clock: SettableClock) -> Library:
    """The rooms with nothing in the library."""
    return library(database, clock)


def come_back(rooms: Library, user: User, data: bytes, name: str = "notebook.ipynb") -> Notebook:
    return rooms.notebooks.leaving.read_back(user, name, data)


def held(cell: Cell) -> tuple[object, ...]:
    return cell.kind, cell.name, cell.form, cell.folded


def written(cells: list[Any], **more: Any) -> bytes:
    own = {"version": 1, "title": "T", "cells": cells, "files": [], **more}
    return json.dumps({"cells": [], "metadata": {"accelerate": own}, "nbformat": 4, "nbformat_minor": 5}).encode()


def step(kind: str = "note", name: str = "N", form: object = None, **more: Any) -> dict[str, Any]:
    kept = {"text": "x"} if form is None else form
    plain = {
        "id": f"id-{key_of(name).encode('utf-8', 'replace').hex()[:40]}",
        "kind": kind,
        "name": name,
        "form": kept,
        "folded": False,
    }
    return {**plain, "receipt": None, "made_of": None, **more}


def test_it_comes_back_exactly_with_new_ids_and_its_own_answers(rooms: Library, ana: User, notebook: Notebook) -> None:
    back = come_back(rooms, ana, rooms.notebooks.leaving.ipynb(ana, notebook.id))
    assert back.title == notebook.title
    assert [held(each) for each in back.cells] == [held(each) for each in notebook.cells]
    assert [each.receipt_id for each in back.cells] == [each.receipt_id for each in notebook.cells]
    assert not {each.id for each in back.cells} & {each.id for each in notebook.cells}
    assert back.id != notebook.id
    before = rooms.notebooks.running.view(ana, notebook)
    after = rooms.notebooks.running.view(ana, back)
    for one, other in zip(notebook.cells, back.cells, strict=True):
        first, second = before.output_or_none(one), after.output_or_none(other)
        assert first == second
        assert after.because(other) == before.because(one) == ()


def test_twice_out_and_in_says_the_same(rooms: Library, ana: User, notebook: Notebook) -> None:
    once = come_back(rooms, ana, rooms.notebooks.leaving.ipynb(ana, notebook.id))
    twice = come_back(rooms, ana, rooms.notebooks.leaving.ipynb(ana, once.id))
    assert [held(each) for each in twice.cells] == [held(each) for each in notebook.cells]
    assert rooms.notebooks.leaving.markdown(ana, notebook.id) == rooms.notebooks.leaving.markdown(ana, twice.id)


def test_what_was_out_of_date_is_so_still_and_for_the_same_reason(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    region = notebook.cells[2]
    rooms.notebooks.cells.edit(ana, notebook.id, region.id, {**region.form, "value": "South"}, region.revision)
    first = notebook.cells[0]
    rooms.notebooks.cells.edit(ana, notebook.id, first.id, {**first.form, "question": "Who pays?"}, first.revision)
    now = rooms.notebooks.open(ana, notebook.id)
    back = come_back(rooms, ana, rooms.notebooks.leaving.ipynb(ana, notebook.id))
    said = [rooms.notebooks.running.view(ana, each).because for each in (now, back)]
    reasons = [[because(cell) for cell in each.cells] for because, each in zip(said, (now, back), strict=True)]
    assert reasons[0] == reasons[1]
    assert reasons[1][0] == ("the question changed",)
    assert reasons[1][6] == ("“Region” changed",)


def test_somebody_else_gets_the_steps_and_files_and_none_of_the_answers(
    rooms: Library, ana: User, ben: User, notebook: Notebook
) -> None:
    back = come_back(rooms, ben, rooms.notebooks.leaving.ipynb(ana, notebook.id))
    assert [held(each) for each in back.cells] == [held(each) for each in notebook.cells]
    assert {each.receipt_id for each in back.cells} == {None}
    assert {json.dumps(each.made_of) for each in back.cells} == {"null"}
    sales = rooms.notebooks.running.view(ben, back).output(back.cells[3])
    assert sales == rooms.notebooks.running.view(ana, notebook).output(notebook.cells[3])


def test_a_receipt_of_anothers_or_of_another_kind_is_left_out(
    rooms: Library, ana: User, ben: User, notebook: Notebook
) -> None:
    his = rooms.notebooks.running.start(ben, "How many weeks of paid parental leave?").cells[0].receipt_id
    form = {"question": "q", "where": []}
    asked, searched = notebook.cells[0].receipt_id, notebook.cells[6].receipt_id
    receipts = (his, asked, searched, "no-such-receipt", None)
    cells = [step("ask", f"A{number}", form, receipt=each) for number, each in enumerate(receipts)]
    back = come_back(rooms, ana, written(cells))
    assert [each.receipt_id for each in back.cells] == [None, asked, None, None, None]


def test_an_old_byte_mark_and_what_jupyter_does_as_it_runs_and_saves_change_nothing(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    file = json.loads(rooms.notebooks.leaving.ipynb(ana, notebook.id))
    for each in file["cells"]:
        each["source"] = "".join(each["source"]).rstrip()
        if each["cell_type"] == "code":
            each |= {"execution_count": 7, "outputs": []}
    back = come_back(rooms, ana, b"\xef\xbb\xbf" + json.dumps(file).encode())
    assert [held(each) for each in back.cells] == [held(each) for each in notebook.cells]


@pytest.mark.parametrize("change", ["edit", "drop", "add", "empty"])
def test_what_was_written_into_its_cells_by_hand_is_refused_and_not_lost_without_a_word(
    rooms: Library, ana: User, notebook: Notebook, change: str
) -> None:
    file = json.loads(rooms.notebooks.leaving.ipynb(ana, notebook.id))
    if change == "edit":
        file["cells"][1]["source"] = ["What I think now."]
    elif change == "drop":
        del file["cells"][-1]
    elif change == "add":
        file["cells"].append({"cell_type": "markdown", "source": "Mine."})
    else:
        file["cells"] = None
    with pytest.raises(BadInput, match="was changed since it left: what its cells say"):
        come_back(rooms, ana, json.dumps(file).encode())
    assert len(rooms.notebooks.mine(ana)) == 1


def test_a_question_that_remembers_comes_back_not_out_of_date(rooms: Library, ana: User) -> None:
    made = rooms.notebooks.running.start(ana, "How many weeks of paid parental leave am I entitled to?")
    form = {"question": "And who keeps health insurance?", "where": [], "remember": True}
    after = rooms.notebooks.cells.add(ana, made.id, "ask", form)
    rooms.notebooks.running.run(ana, made.id, after.id)
    back = come_back(rooms, ana, rooms.notebooks.leaving.ipynb(ana, made.id))
    view = rooms.notebooks.running.view(ana, back)
    assert back.cells[1].receipt_id is not None
    assert [view.because(each) for each in back.cells] == [(), ()]


def test_a_file_there_is_no_room_for_is_left_out_and_named(
    rooms: Library, ana: User, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_form, "MOST_FILE_BYTES", len(TABLE) - 1)
    data = rooms.notebooks.leaving.ipynb(ana, notebook.id)
    file = json.loads(data)
    assert file["metadata"]["accelerate"]["files"] == []
    assert "The file “sales.csv” is not in here" in "".join(file["cells"][0]["source"])
    assert come_back(rooms, ana, data).cells[3].form == notebook.cells[3].form


def cut(file: bytes) -> bytes:
    return file[: len(file) // 2]


def changed(change: Callable[[Any], object]) -> Callable[[bytes], bytes]:
    def make(file: bytes) -> bytes:
        read = json.loads(file)
        change(read["metadata"]["accelerate"])
        return json.dumps(read).encode()

    return make


def other_bytes(own: Any) -> None:
    own["files"][0]["bytes"] = base64.b64encode(b"a,b\n1,2\n").decode()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (cut, "only a part of one"),
        (lambda file: b"", "no notebook's file"),
        (lambda file: b"\xff\xfe\x00", "no notebook's file"),
        (lambda file: b"%PDF-1.7", "no notebook's file"),
        (lambda file: b"[" * 100_000, "no notebook's file"),
        (lambda file: b'{"metadata": {"accelerate": {"version": NaN}}}', "no notebook's file"),
        (lambda file: b'{"cells": [], "metadata": {}, "nbformat": 4}', "not a notebook that left from here"),
        (lambda file: b'["accelerate"]', "not a notebook that left from here"),
        (lambda file: b'{"metadata": {"accelerate": [1]}}', "not a notebook that left from here"),
        (changed(lambda own: own.update(version=2)), "another version than 1"),
        (changed(lambda own: own.update(version=True)), "another version than 1"),
        (changed(lambda own: own.pop("cells")), "its steps are missing"),
        (changed(lambda own: own.pop("title")), "its title is missing"),
        (changed(lambda own: own.update(title="")), "needs a title"),
        (changed(lambda own: own.update(title="x" * 200)), "A title has at most"),
        (changed(lambda own: own.pop("files")), "its list of files is missing"),
        (changed(lambda own: own["cells"][1].pop("form")), "step 2 is not complete"),
        (changed(lambda own: own["cells"].__setitem__(1, 7)), "step 2 is not complete"),
        (changed(lambda own: own["cells"][1].update(folded="no")), "step 2 is not complete"),
        (changed(lambda own: own["cells"][1].update(kind="python")), "no kind of step “python”"),
        (changed(lambda own: own["cells"][1].update(kind="../ask")), "no kind of step"),
        (changed(lambda own: own["cells"][1].update(name="{{x}}")), "can't hold the signs"),
        (changed(lambda own: own["cells"][1].update(name=" ")), "needs a name"),
        (changed(lambda own: own["cells"][1].update(name="x" * 41)), "at most 40 characters"),
        (changed(lambda own: own["cells"][1].update(name="QUESTION  1")), "two of its steps are called"),
        (changed(lambda own: own["cells"][1].update(id=own["cells"][0]["id"])), "two of its steps are the same"),
        (changed(lambda own: own["cells"][1]["form"].update(code="import os")), "has no field “code”"),
        (changed(lambda own: own["cells"][9]["form"].update(text="\ud800x" * 50_001)), "at most 50,000"),
        (changed(lambda own: own["cells"][0]["made_of"].update(form=[])), "what its run was made of"),
        (changed(lambda own: own["cells"][0]["made_of"].update(kind="note")), "what its run was made of"),
        (changed(lambda own: own["cells"][0]["made_of"]["documents"].update(x=1.5)), "what its run was made of"),
        (changed(lambda own: own["cells"][0]["made_of"]["documents"].update(x=10**30)), "what its run was made of"),
        (changed(lambda own: own["cells"][0]["made_of"]["form"].update(x="\ud800")), "what its run was made of"),
        (changed(lambda own: own["cells"][0]["made_of"]["form"].update({"\0": "0" * 64})), "what its run was made of"),
        (changed(lambda own: own["cells"][0].update(receipt="\ud800")), "step 1 is named as no step is"),
        (changed(lambda own: own["cells"][0].update(receipt="../../x")), "step 1 is named as no step is"),
        (changed(lambda own: own["cells"][0].update(id="\0")), "step 1 is named as no step is"),
        (changed(lambda own: own["cells"][3]["form"].update(source="{{Table 1}}", file=None)), "wait for each other"),
        (changed(lambda own: own["cells"][3]["form"]["file"].update(name="../../etc/passwd")), "names a file as no"),
        (changed(lambda own: own["cells"][3]["form"]["file"].update(name="<script>.csv")), "names a file as no"),
        (changed(lambda own: own["cells"][3]["form"]["file"].update(digest="../../x")), "names a file as no"),
        (changed(other_bytes), "a file in it is not what it was"),
        (changed(lambda own: own["files"][0].update(bytes="no base64")), "a file in it is not what it was"),
        (changed(lambda own: own["files"][0].update(digest="0" * 64)), "a file that no step names"),
        (changed(lambda own: own["files"].append("x")), "a file that no step names"),
        (changed(lambda own: own["cells"].extend([own["cells"][0]] * 600)), "a notebook holds at most 500"),
    ],
)
def test_a_file_that_can_not_come_back_is_one_sentence_and_makes_nothing(
    bare: Library, ben: User, left: bytes, make: Callable[[bytes], bytes], says: str
) -> None:
    rooms, data = bare, make(left)
    with pytest.raises(BadInput, match=says) as met:
        come_back(rooms, ben, data)
    assert met.value.hint
    assert "\n" not in met.value.message
    assert rooms.notebooks.mine(ben) == ()
    assert not list(files_of(rooms, ben).rglob("*"))


def files_of(rooms: Library, user: User) -> Path:
    return rooms.notebooks.folder / user.id.encode().hex()


def test_a_huge_file_is_refused_by_its_length(rooms: Library, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_back, "MOST_BYTES", 1024**2)
    with pytest.raises(BadInput, match="has 2 MB; a notebook's file may have 1 MB"):
        come_back(rooms, ana, b" " * (2 * 1024**2))


def test_more_files_than_leave_do_not_come_in(rooms: Library, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = rooms.notebooks.new(ana)
    digest = rooms.notebooks.running.keep_file(ana, TABLE)
    rooms.notebooks.cells.add(ana, notebook.id, "data", {"file": {"name": "sales.csv", "digest": digest}})
    data = rooms.notebooks.leaving.ipynb(ana, notebook.id)
    monkeypatch.setattr(reading_back, "MOST_FILE_BYTES", 10)
    with pytest.raises(BadInput, match="MB of files"):
        come_back(rooms, ana, data)


def test_words_are_words_also_in_names(rooms: Library, ana: User) -> None:
    name = "<script>alert(1)</script> ../../x"
    odd = f"{name}\ud800\u202e\0"
    back = come_back(rooms, ana, written([step(name=odd)], title=odd), f"../{odd}.ipynb")
    assert (back.title, back.cells[0].name) == (name, name)


@pytest.mark.parametrize("name", KINDS)
def test_a_step_that_was_never_filled_in_comes_back_as_it_is(rooms: Library, ana: User, name: str) -> None:
    notebook = rooms.notebooks.new(ana)
    cell = rooms.notebooks.cells.add(ana, notebook.id, name)
    back = come_back(rooms, ana, rooms.notebooks.leaving.ipynb(ana, notebook.id))
    assert replace(back.cells[0], id=cell.id) == cell


FIELDS = sorted({field for kind in KINDS.values() for field in kind.words})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["{{N}}", "group"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["step", "by", "column", "name", "digest", *FIELDS]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(list(KINDS)), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
@example("data", {"steps": [{"step": ["group"]}], "shipped": "x"})
@example("input", {"label": "x", "type": [], "value": 1})
@example("input", {"label": "x", "type": "choice", "choices": ["a", "b"], "value": ["a"]})
@example("input", {"label": "x", "type": "number", "value": 1e999})
def test_whatever_a_form_was_edited_to_ends_in_a_step_or_a_sentence(
    bare: Library, ana: User, kind: str, form: dict[str, object]
) -> None:
    rooms = bare
    try:
        back = come_back(rooms, ana, written([step(kind, "N", form)]))
    except BadInput:
        return
    view = rooms.notebooks.running.view(ana, back)
    try:
        view.output(back.cells[0])
    except AppError:
        return
    KINDS[kind].sentence(back.cells[0].form, {})
