"""*Tell me when this changes*: a question that is asked again after each new version of what it looks in."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from services.errors import AppError, BadInput
from services.governance.governance import Governance
from services.ledger.receipt import Cause
from services.notebooks import rows
from services.notebooks.history import History
from services.notebooks.keeping import Keeping, cell_in
from services.notebooks.kinds import kind_named
from services.notebooks.notebook import Cell
from services.notebooks.running import Running
from services.people.user import User

CHANGED = "answer changed"
"""The kind of the news; its object is the notebook, its facts name the cell and the two receipts."""

_log = logging.getLogger("accelerate")


@dataclass(frozen=True)
class Watching:
    """Asks again what people want to be told about, and tells them in their Inbox where the answer has changed."""

    keeping: Keeping
    running: Running
    history: History
    governance: Governance

    def watch(self, user: User, notebook_id: str, cell_id: str, watched: bool) -> Cell:
        """Be told when the answer of a cell changes, or no longer. BadInput for one that has given none yet."""
        with self.keeping.changing(user, notebook_id) as (connection, _):
            cell = cell_in(connection, notebook_id, cell_id)
            if watched and (kind_named(cell.kind).asks is None or cell.receipt_id is None):
                raise BadInput("There is no answer yet that could change.", "Run it first.")
            rows.change_cell(connection, cell, watched=watched)
            return cell_in(connection, notebook_id, cell_id)

    def ask_again(self) -> int:
        """Ask everything again that is watched and whose documents have a new version; give how many changed.

        What its owner has changed since, or may no longer read, is left as it is: that is theirs to see.
        """
        with self.keeping.database.read() as connection:
            watched = rows.watched_cells(connection)
        changed = 0
        for owner, notebook_id, cell_id in watched:
            try:
                changed += self._again(self.running.answers.people.user(owner), notebook_id, cell_id)
            except AppError as error:
                _log.info("a watched question was not asked again: %s", error.message)
        return changed

    def _again(self, user: User, notebook_id: str, cell_id: str) -> bool:
        notebook, cell = self.keeping.cell(user, notebook_id, cell_id)
        before, view = cell.receipt_id, self.running.view(user, notebook)
        if before is None or not view.only_documents_changed(cell):
            return False
        ran = self.running.run(user, notebook_id, cell_id, cause=Cause.SCHEDULE)
        if ran.receipt_id is None or self.history.compare(user, before, ran.receipt_id).is_same:
            return False
        facts = {"cell": cell_id, "name": cell.name, "before": before, "after": ran.receipt_id}
        with self.keeping.database.write() as connection:
            self.governance.requests.tell(connection, user.id, CHANGED, notebook_id, facts)
        return True
