"""What the cells of one notebook give at the moment: each is made once, after those that it is made from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from services.answers.answers import Asked
from services.errors import AppError, BadInput
from services.notebooks.files import Files
from services.notebooks.graph import by_name, sources_of
from services.notebooks.kinds import kind_named
from services.notebooks.kinds.kind import Making
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.output import Output, digest_of
from services.notebooks.references import key_of


@dataclass
class Made:
    """Outputs that were made a while ago, by what they were made of: a table is not read again at every rerun."""

    most: int = 64
    _kept: OrderedDict[str, Output] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def get(self, key: str) -> Output | None:
        """Give what was kept, None where it was not or is forgotten."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: str, output: Output) -> None:
        """Keep an output, and forget the one that was longest not asked for where there are too many."""
        with self._lock:
            self._kept[key] = output
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)


@dataclass
class Evaluation:
    """A notebook at one moment; `asked` reads the answer on a receipt. Not for several threads at once."""

    notebook: Notebook
    asked: Callable[[str], Asked]
    files: Files
    made: Made
    _named: dict[str, Cell] = field(init=False, repr=False)
    _outputs: dict[str, Output | AppError] = field(default_factory=dict, init=False, repr=False)
    _open: list[Cell] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        self._named = by_name(self.notebook.cells)

    def output(self, cell: Cell) -> Output:
        """Give what a cell gives now. Raises an AppError that says why it gives nothing."""
        if cell.id not in self._outputs:
            self._outputs[cell.id] = self._tried(cell)
        found = self._outputs[cell.id]
        if isinstance(found, AppError):
            raise found
        return found

    def sources(self, cell: Cell) -> tuple[Cell, ...]:
        """Give the cells that `cell` refers to, as far as they are there."""
        return sources_of(cell, self._named)

    def inputs(self, cell: Cell) -> Mapping[str, Output]:
        """Give the outputs of the cells that `cell` refers to, by the names it uses."""
        return {name: self.output(self._referred(cell, name)) for name in kind_named(cell.kind).references(cell.form)}

    def upstream(self, cell: Cell) -> dict[str, tuple[str, str]]:
        """Give id and digest of what `cell` refers to, by `key_of` the name."""
        return {
            key_of(name): (self._named[key_of(name)].id, output.digest) for name, output in self.inputs(cell).items()
        }

    def _referred(self, cell: Cell, name: str) -> Cell:
        if key_of(name) not in self._named:
            raise BadInput(
                f"“{cell.name}” refers to “{name}”, which is not in this notebook.",
                "Choose another step in its place, or take the reference out.",
            )
        return self._named[key_of(name)]

    def _tried(self, cell: Cell) -> Output | AppError:
        if cell in self._open:
            path = " → ".join(each.name for each in [*self._open[self._open.index(cell) :], cell])
            return BadInput(f"These steps wait for each other: {path}.", "Take one of the references out.")
        self._open.append(cell)
        try:
            return self._made(cell)
        except AppError as error:
            return error
        finally:
            self._open.pop()

    def _made(self, cell: Cell) -> Output:
        kind = kind_named(cell.kind)
        if kind.asks is not None:
            if cell.receipt_id is None:
                raise BadInput(f"“{cell.name}” has not run yet.", "Run it first.")
            return kind.asks.read(self.asked(cell.receipt_id))
        assert kind.make is not None  # noqa: S101  (a kind has the one or the other)
        inputs = self.inputs(cell)
        key = digest_of(self.files.owner, cell.kind, cell.form, {name: each.digest for name, each in inputs.items()})
        output = self.made.get(key)
        if output is None:
            output = kind.make(Making(cell.form, inputs, self.files))
            self.made.keep(key, output)
        return output
