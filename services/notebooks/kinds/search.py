"""The Search cell: the sources that a question would be answered from, in the order in which Ask reads them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.answers.answers import Answers, Asked, Beside
from services.ledger.receipt import Receipt
from services.notebooks.copied import place_of, words_of
from services.notebooks.kinds.ask import WORDS, as_of_in, check, looked_in, question_of, where_of
from services.notebooks.kinds.kind import Asking, Form, Kind, Place
from services.notebooks.markup import in_markdown
from services.notebooks.output import Gives, Output, words
from services.people.user import User


def _sentence(form: Form, names: Mapping[str, str]) -> str:
    return f"Search {looked_in(form, names)} for *{in_markdown(question_of(form))}*"


def _run(answers: Answers, user: User, form: Form, place: Place, beside: Beside) -> Receipt:
    return answers.search(
        user,
        question_of(form),
        where_of(form),
        cause=place.cause,
        notebook_id=place.notebook_id,
        notebook_revision=place.notebook_revision,
        cell_id=place.cell_id,
        beside=beside,
        as_of=as_of_in(form),
    )


def _read(asked: Asked) -> Output:
    lines = [f"{words_of(each)} ({place_of(each)})" for each in asked.answer.citations]
    return words(Gives.SOURCES, "\n".join(lines) or "No source", asked)


KIND = Kind(
    name="search",
    noun="Search",
    adds="Search",
    place=60,
    more=True,
    gives=Gives.SOURCES,
    words=WORDS,
    check=check,
    text=question_of,
    sentence=_sentence,
    asks=Asking(_run, _read),
    refers=frozenset({"question"}),
    blank=MappingProxyType({"question": "", "where": []}),
)
