"""The Ask cell: a question and where to look; running it gives an answer with its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from services.answers.answers import Answers, Asked, Beside
from services.answers.question import clean
from services.answers.written import Writing
from services.errors import BadInput
from services.ledger.receipt import Receipt
from services.notebooks.kinds.kind import Asking, Form, Kind, Place, check_fields
from services.notebooks.markup import in_markdown
from services.notebooks.output import Gives, Output, words
from services.notebooks.references import reference_to
from services.people.user import User

MOST_PLACES = 100
WORDS = MappingProxyType({"question": "the question", "where": "where to look", "as_of": "the day that is asked"})
OPTIONS = MappingProxyType(
    {
        "model": "who writes the answer",
        "style": "the form of the answer",
        "remember": "whether it goes on from the questions above",
    }
)
LONGEST_ID = 60
REMEMBERED = 3
"""Questions above that are remembered, the nearest ones: what was asked long before is of something else."""


def question_of(form: Form) -> str:
    """Give the question."""
    return str(form.get("question", ""))


def where_of(form: Form) -> tuple[str, ...]:
    """Give the ids of the knowledge bases to look in; empty is everything the asker may read."""
    where = form.get("where", ())
    return tuple(str(each) for each in where) if isinstance(where, list | tuple) else ()


def as_of_in(form: Form) -> date | None:
    """Give the day whose versions are asked; None asks those of the present."""
    day = form.get("as_of")
    return date.fromisoformat(str(day)) if day else None


def model_of(form: Form) -> str:
    """Give the id of the model that writes the answer; "" has it quoted word for word."""
    return str(form.get("model") or "")


def style_of(form: Form) -> str:
    """Give the style of the answer; "" is the one that it has by itself."""
    return str(form.get("style") or "")


def remembers(form: Form) -> bool:
    """Say whether it is asked together with the questions above it."""
    return form.get("remember") is True


def with_earlier(earlier: Sequence[str], question: str) -> str:
    """Put the questions above before a question: "How long is parental leave? And for fathers?"."""
    return " ".join([*earlier[-REMEMBERED:], question])


def check(form: Form) -> dict[str, object]:
    """Give a question, where to look and the day in their tidy shape. Raises BadInput where one can't be used."""
    check_fields(form, frozenset(WORDS))
    question = clean(question_of(form))
    if not question:
        raise BadInput("There is no question.", "Type what you want to know, in your own words.")
    where = where_of(form)
    if len(where) > MOST_PLACES:
        raise BadInput(f"At most {MOST_PLACES} places to look in can be chosen.", "Choose none to look everywhere.")
    tidy: dict[str, object] = {"question": question, "where": list(dict.fromkeys(where))}
    try:
        day = as_of_in(form)
    except ValueError:
        raise BadInput("That is no day.", "Choose a day from the calendar.") from None
    return tidy if day is None else tidy | {"as_of": day.isoformat()}


def looked_in(form: Form, names: Mapping[str, str]) -> str:
    """Say in Markdown where a cell looks, and as of which day: "**Employee handbook** as of 3 May 2026"."""
    places = [names.get(each, "a place that is not yours to read") for each in where_of(form)]
    looked = " and ".join(f"**{in_markdown(place)}**" for place in places) or "everything I may read"
    day = as_of_in(form)
    return f"{looked} as of {day.day} {day:%B %Y}" if day else looked


def _check(form: Form) -> dict[str, object]:
    chosen: dict[str, object] = {"model": model_of(form), "style": style_of(form), "remember": remembers(form)}
    if any(len(each) > LONGEST_ID for each in chosen.values() if isinstance(each, str)):
        raise BadInput("There is no such model or style of answer.", "Choose one of those that are offered.")
    tidy = check({name: value for name, value in form.items() if name not in OPTIONS})
    return tidy | {name: value for name, value in chosen.items() if value}


def _sentence(form: Form, names: Mapping[str, str]) -> str:
    return f"Ask {looked_in(form, names)}: *{in_markdown(question_of(form))}*"


def _run(answers: Answers, user: User, form: Form, place: Place, beside: Beside) -> Receipt:
    model = model_of(form)
    return answers.ask(
        user,
        with_earlier(place.earlier, question_of(form)),
        where_of(form),
        cause=place.cause,
        notebook_id=place.notebook_id,
        notebook_revision=place.notebook_revision,
        cell_id=place.cell_id,
        beside=beside,
        as_of=as_of_in(form),
        writing=Writing(model, place.show, place.stopped) if model else None,
        style=style_of(form),
    )


def _read(asked: Asked) -> Output:
    said = " ".join(claim.text for claim in asked.answer.claims if claim.text)
    return words(Gives.ANSWER, said or asked.answer.strength.value, asked)


def _follows(name: str, gives: Gives) -> Form | None:
    if gives in (Gives.ANSWER, Gives.SOURCES, Gives.TEXT):
        return None
    return {"question": f"What do our documents say about {reference_to(name)}?", "where": []}


KIND = Kind(
    name="ask",
    noun="Question",
    adds="Ask documents",
    place=10,
    gives=Gives.ANSWER,
    words=MappingProxyType({**WORDS, **OPTIONS}),
    check=_check,
    text=question_of,
    sentence=_sentence,
    asks=Asking(_run, _read, models=lambda form: tuple(filter(None, [model_of(form)])), remembers=remembers),
    refers=frozenset({"question"}),
    blank=MappingProxyType({"question": "", "where": []}),
    chip="Ask about it",
    chip_place=2,
    follows=_follows,
)
