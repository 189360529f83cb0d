"""What the notebook asks of every kind of cell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from services.answers.answers import Answers, Asked, Beside
from services.errors import BadInput
from services.ledger.receipt import Cause, Receipt
from services.notebooks.files import Files
from services.notebooks.output import Gives, Output
from services.notebooks.references import names_in, with_texts
from services.people.user import User

Form = Mapping[str, object]
"""What was typed and chosen in a cell, by field; JSON as it stands in the database."""


@dataclass(frozen=True)
class Place:
    """Where a run happens: the cell, in the notebook as it was at that revision; and who or what set it off.

    `show` is given what a model has written so far, `stopped` ends that. `earlier` are the questions above it, as they
    were asked, for a cell that remembers them.
    """

    notebook_id: str
    notebook_revision: int
    cell_id: str
    cause: Cause = Cause.PERSON
    show: Callable[[str], None] = lambda text: None
    stopped: threading.Event = field(default_factory=threading.Event)
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class Making:
    """What a cell that runs by itself is made from.

    `form` is as it was typed, `inputs` hold what the cells that it refers to gave, by their name; `files` are those
    that the notebook's owner brought.
    """

    form: Form
    inputs: Mapping[str, Output]
    files: Files


@dataclass(frozen=True)
class Asking:
    """Whether and how a kind is asked: it runs when somebody wants it to, through the gate, and leaves a receipt.

    `run` has its last argument called in the transaction that writes the receipt; `read` gives what an answer is to the
    cells that refer to it. `models` are the ids of the models that a form has write, `remembers` says whether it is
    asked together with the questions above it.
    """

    run: Callable[[Answers, User, Form, Place, Beside], Receipt]
    read: Callable[[Asked], Output]
    models: Callable[[Form], tuple[str, ...]] = lambda form: ()
    remembers: Callable[[Form], bool] = lambda form: False


@dataclass(frozen=True)
class Kind:
    """One kind of cell.

    `name` is how it is stored and `noun` what its cells are called ("Question 1"). `adds` is what the + menu says,
    `place` its place there, `more` puts it under *More*. `gives` is what its output is. `words` says each field as
    part of a sentence ("the question changed"). `refers` are the fields that may refer to other cells; what stands in
    the others is never taken for a reference. `blank` is the form of a new cell, which need not pass `check`. `check`
    gives a form in its tidy shape or raises BadInput. `text` gives what a person typed. `sentence` is how the cell
    reads when it is closed, in Markdown; it gets the names of knowledge bases by id. A kind has either `make`, which
    runs by itself whenever what it is made from changes, or `asks`. `called` is what a cell would be called by what is
    in it ("Region"), "" where nothing in it is a name. `chip` is what its button under another cell's output says,
    `chip_place` its place there, and `follows` the form of the cell it would make of that output's name, None where it
    makes nothing of what that gives.
    """

    name: str
    noun: str
    adds: str
    place: int
    gives: Gives
    words: Mapping[str, str]
    check: Callable[[Form], dict[str, object]]
    text: Callable[[Form], str]
    sentence: Callable[[Form, Mapping[str, str]], str]
    make: Callable[[Making], Output] | None = None
    asks: Asking | None = None
    refers: frozenset[str] = frozenset()
    blank: Form = field(default_factory=lambda: MappingProxyType({}))
    more: bool = False
    chip: str = ""
    chip_place: int = 0
    follows: Callable[[str, Gives], Form | None] = lambda name, gives: None
    called: Callable[[Form], str] = lambda form: ""

    def is_blank(self, form: Form) -> bool:
        """Say whether nobody has filled in a form yet."""
        return dict(form) == dict(self.blank)

    def references(self, form: Form) -> tuple[str, ...]:
        """Give the names that a form refers to, each once."""
        return names_in(self._referring(form))

    def changed(self, form: Form, change: Callable[[str], str]) -> dict[str, object]:
        """Give a form with every text changed that may hold a reference."""
        return {**form, **with_texts(self._referring(form), change)}

    def _referring(self, form: Form) -> Form:
        return {field: value for field, value in form.items() if field in self.refers}


def check_fields(form: Form, allowed: frozenset[str]) -> None:
    """Raise BadInput for a field that this kind does not have."""
    unknown = sorted(form.keys() - allowed)
    if unknown:
        raise BadInput(f"This kind of cell has no field “{unknown[0]}”.", f"It has: {', '.join(sorted(allowed))}.")
