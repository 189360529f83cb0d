"""Notebooks that leave the app as files, without what their owner may no longer read, and come back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.answers.answers import Answers
from services.errors import BadInput, NotFound
from services.knowledge.knowledge import Knowledge
from services.notebooks import rows
from services.notebooks.copied import CopiedAnswer, copied
from services.notebooks.keeping import Keeping
from services.notebooks.kinds import KINDS
from services.notebooks.leaving.html_page import to_html
from services.notebooks.leaving.ipynb import to_ipynb
from services.notebooks.leaving.markdown import to_markdown
from services.notebooks.leaving.own_form import own_form
from services.notebooks.leaving.reading_back import read_back
from services.notebooks.leaving.recorded import Recorded, Words, record
from services.notebooks.leaving.word import to_word
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.running import Running
from services.people.user import User


@dataclass(frozen=True)
class Leaving:
    """One's own notebooks as files, each with its sources, how it was made, and that an AI made what it made.

    NotFound where the notebook is not `user`'s.
    """

    keeping: Keeping
    running: Running
    answers: Answers
    knowledge: Knowledge

    def with_sources(self, user: User, notebook_id: str, cell_id: str) -> CopiedAnswer:
        """Give a cell's answer with its sources, to paste elsewhere. BadInput where there is no answer yet."""
        _, cell = self.keeping.cell(user, notebook_id, cell_id)
        if cell.receipt_id is None:
            raise BadInput("There is no answer to copy yet.", "Run the cell first.")
        asked = self.answers.asked(user, cell.receipt_id)
        return copied(asked, asked.question or KINDS[cell.kind].text(cell.form))

    def markdown(self, user: User, notebook_id: str) -> str:
        """Give a notebook as a Markdown file."""
        return to_markdown(self._recorded(user, notebook_id))

    def html(self, user: User, notebook_id: str) -> str:
        """Give a notebook as one HTML file, which fetches nothing."""
        return to_html(self._recorded(user, notebook_id))

    def word(self, user: User, notebook_id: str) -> bytes:
        """Give a notebook as a Word document."""
        return to_word(self._recorded(user, notebook_id))

    def ipynb(self, user: User, notebook_id: str) -> bytes:
        """Give a notebook as .ipynb, which any Jupyter runs and `read_back` takes in. BadInput where it is too long."""
        recorded = self._recorded(user, notebook_id)
        return to_ipynb(recorded, own_form(recorded.notebook, self.running.files_of(user.id)))

    def read_back(self, user: User, name: str, data: bytes) -> Notebook:
        """Make a notebook of `user`'s own of an .ipynb that left from here, with the files in it; `name` is the file's.

        It has the answers of its last runs where they are `user`'s own; otherwise its questions have not been asked.
        BadInput, in one sentence and with nothing made, for any file that can't be.
        """
        read = read_back(name, data)
        now = self.keeping.now()
        made = Notebook(rows.new_id(), user.id, read.title, now, now, None, revision=1)
        cells = [self._with_own_run(user, each) for each in read.cells]
        for each in read.files:
            self.running.keep_file(user, each)
        with self.keeping.database.write() as connection:
            rows.insert_notebook(connection, made)
            for cell in cells:
                rows.append_cell(connection, made.id, cell)
        return self.keeping.open(user, made.id)

    def _with_own_run(self, user: User, cell: Cell) -> Cell:
        """Give a cell with its last run where that is in the ledger as `user`'s own and of this kind, else without."""
        if cell.receipt_id is not None:
            try:
                if self.answers.asked(user, cell.receipt_id).receipt.kind.value == cell.kind:
                    return cell
            except NotFound:
                pass  # another's, or of another house
        return replace(cell, receipt_id=None, made_of=None)

    def _recorded(self, user: User, notebook_id: str) -> Recorded:
        notebook = self.keeping.open(user, notebook_id)
        words = Words(
            names={each.id: each.name for each in self.knowledge.knowledge_bases(user)},
            began=lambda numbers: self.knowledge.versions.named(user, numbers),
            styles={each.name: each.label for each in self.answers.styles(user)},
        )
        return record(notebook, self.running.view(user, notebook), words, self.keeping.now())
