"""A notebook as somebody sees it: what each step gives now, what is out of date and why, and what a run would cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import takewhile

from services.answers.answers import Asked
from services.answers.checking import Support
from services.errors import AppError, BadInput
from services.ledger.receipt import Money
from services.notebooks.evaluation import Evaluation
from services.notebooks.fingerprint import Names, made_of, reasons
from services.notebooks.kinds import kind_named
from services.notebooks.kinds.kind import Form
from services.notebooks.notebook import Cell
from services.notebooks.output import Gives, Output
from services.notebooks.references import filled, key_of


@dataclass(frozen=True)
class View:
    """A notebook as somebody sees it at the moment; what it does not have to know it does not find out.

    `owners` is its owner's, where somebody else reads it: what it would be made of now depends on what its owner may
    read, and it is told in words that hold no name of what the reader may not.
    """

    evaluation: Evaluation
    documents: Callable[[Form], Mapping[str, int]]
    names: Callable[[], Names]
    made_by: Callable[[Sequence[str]], Mapping[str, str]]
    price: Callable[[str], Money]
    owners: View | None = None
    _because: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)

    def output(self, cell: Cell) -> Output:
        """Give what a cell gives now. Raises an AppError that says why it gives nothing."""
        return self.evaluation.output(cell)

    def asked(self, cell: Cell) -> Asked:
        """Give the answer of a cell's last run, as far as its reader may read it. BadInput where there is none."""
        if cell.receipt_id is None:
            raise BadInput(f"“{cell.name}” has not run yet.", "Run it first.")
        return self.evaluation.asked(cell.receipt_id)

    def output_or_none(self, cell: Cell) -> Output | None:
        """Give what a cell gives now, None where it gives nothing."""
        try:
            return self.output(cell)
        except AppError:
            return None

    def gives(self, cell: Cell) -> Gives | None:
        """Say what a cell gives now, None where it gives nothing; what was asked is not read for that."""
        kind = kind_named(cell.kind)
        if kind.asks is not None:
            return None if cell.receipt_id is None else kind.gives
        output = self.output_or_none(cell)
        return None if output is None else output.gives

    def because(self, cell: Cell) -> tuple[str, ...]:
        """Say what has changed since a cell ran, each as what follows "out of date, because"."""
        if cell.id not in self._because:
            self._because[cell.id] = self._found_because(cell)
        return self._because[cell.id]

    def _found_because(self, cell: Cell) -> tuple[str, ...]:
        if kind_named(cell.kind).asks is None:
            return tuple(f"“{each.name}” is out of date" for each in self._made_from(cell, set()) if self.because(each))
        if cell.receipt_id is None or not cell.made_of:
            return ()
        try:
            now = (self.owners or self).made_of(cell)
        except AppError as error:
            why = f": {error.message.rstrip('.')}" if self.owners is None else ""
            return (f"what it is made from gives nothing{why}",)
        return reasons(cell.made_of, now, self.names()) if now != cell.made_of else ()

    def written_in(self, cell: Cell) -> tuple[str, ...]:
        """Say which words of a cell that runs by itself a model wrote, and how many of its sentences are supported."""
        said = []
        for each in self._made_from(cell, set()):
            with suppress(AppError):  # what gives nothing has no words in it
                answer = self.asked(each).answer
                if answer.written_by and answer.claims:
                    held = sum(claim.support == Support.SUPPORTED.value for claim in answer.claims)
                    share = f"{held} of {len(answer.claims)} sentences supported by its sources"
                    said.append(f"“{each.name}” is AI-generated, written by {answer.written_by}: {share}.")
        return tuple(said)

    def _made_from(self, cell: Cell, passed: set[str]) -> Iterator[Cell]:
        """Give what was asked that a cell which runs by itself is made from, also through others that do."""
        for each in self.evaluation.sources(cell):
            if each.id not in passed:
                passed.add(each.id)
                yield from [each] if kind_named(each.kind).asks is not None else self._made_from(each, passed)

    def only_documents_changed(self, cell: Cell) -> bool:
        """Say whether what a cell looks in has another version, and nothing else that it was made of has changed."""
        now, before = self.made_of(cell), cell.made_of or {}
        return now != before and {**now, "documents": None} == {**before, "documents": None}

    def made_of(self, cell: Cell) -> dict[str, object]:
        """Give what a run of a cell would be made of now."""
        return made_of(
            cell,
            self.evaluation.upstream(cell),
            self.documents(cell.form),
            self.made_by(models_of(cell)),
            self.earlier(cell),
        )

    def asked_of(self, cell: Cell) -> Form:
        """Give the form of a cell with the values of what it refers to in it. Raises AppError where one has none."""
        kind = kind_named(cell.kind)
        values = {key_of(name): output.text for name, output in self.evaluation.inputs(cell).items()}
        return kind.check(kind.changed(cell.form, lambda text: filled(text, values)))

    def earlier(self, cell: Cell) -> tuple[str, ...]:
        """Give the questions above a cell that remembers them, as they would be asked now; none for any other."""
        asks = kind_named(cell.kind).asks
        if asks is None or not asks.remembers(cell.form):
            return ()
        above = list(takewhile(lambda each: each.id != cell.id, self.evaluation.notebook.cells))
        found = []
        for each in above:
            with suppress(AppError):  # one that can't be asked says nothing about this one
                if each.kind == cell.kind:
                    found.append(kind_named(each.kind).text(self.asked_of(each)))
        return tuple(found)

    def at_most(self, cells: Iterable[Cell]) -> tuple[Money, ...]:
        """Give what a run of these cells costs at most, an amount for each currency; none where it costs nothing."""
        sums: dict[str, Decimal] = {}
        for each in cells:
            for price in map(self.price, models_of(each)):
                sums[price.currency] = sums.get(price.currency, Decimal(0)) + price.amount
        return tuple(Money(amount, currency) for currency, amount in sums.items() if amount)


def models_of(cell: Cell) -> tuple[str, ...]:
    """Give the ids of the models that a cell has write; none where it is asked without, or runs by itself."""
    asks = kind_named(cell.kind).asks
    return () if asks is None else asks.models(cell.form)
