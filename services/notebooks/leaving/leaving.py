"""Notebooks that leave the app as files, without what their owner may no longer read, and come back."""

from __future__ import annotations

from dataclasses import dataclass

from services.answers.answers import Answers
from services.errors import BadInput
from services.knowledge.knowledge import Knowledge
from services.notebooks.copied import CopiedAnswer, copied
from services.notebooks.keeping import Keeping
from services.notebooks.kinds import KINDS
from services.notebooks.leaving.markdown import to_markdown
from services.notebooks.leaving.recorded import Recorded, record
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

    def _recorded(self, user: User, notebook_id: str) -> Recorded:
        notebook = self.keeping.open(user, notebook_id)
        names = {each.id: each.name for each in self.knowledge.knowledge_bases(user)}
        view = self.running.view(user, notebook)
        return record(
            notebook, view, names, lambda numbers: self.knowledge.versions.named(user, numbers), self.keeping.now()
        )
