"""What the notebook asks of every kind of cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.answers.answers import Answers, Beside
from services.errors import BadInput
from services.ledger.receipt import Receipt
from services.people.user import User

Form = Mapping[str, object]
"""What was typed and chosen in a cell, by field; JSON as it stands in the database."""


@dataclass(frozen=True)
class Place:
    """Where a run happens: the cell, in the notebook as it was at that revision."""

    notebook_id: str
    notebook_revision: int
    cell_id: str


@dataclass(frozen=True)
class Kind:
    """One kind of cell.

    `check` gives a form in its tidy shape or raises BadInput. `text` gives what a person typed. `sentence` is how the
    cell reads when it is closed, in Markdown; it gets the names of knowledge bases by id. `run`, None where there is
    nothing to run, gives the receipt and has its last argument called in the transaction that writes it.
    """

    check: Callable[[Form], dict[str, object]]
    text: Callable[[Form], str]
    sentence: Callable[[Form, Mapping[str, str]], str]
    run: Callable[[Answers, User, Form, Place, Beside], Receipt] | None = None


def check_fields(form: Form, allowed: frozenset[str]) -> None:
    """Raise BadInput for a field that this kind does not have."""
    unknown = sorted(form.keys() - allowed)
    if unknown:
        raise BadInput(f"This kind of cell has no field “{unknown[0]}”.", f"It has: {', '.join(sorted(allowed))}.")
