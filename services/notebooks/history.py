"""The runs of a cell: its receipts, and what differs between two of them and because of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.answers.answer import Answer, Strength
from services.answers.answers import Answers, Asked
from services.errors import NotFound
from services.knowledge.knowledge import Knowledge
from services.ledger.receipt import Outcome, Receipt
from services.notebooks.keeping import Keeping
from services.people.user import User

MOST_RUNS = 50


@dataclass(frozen=True)
class PastRun:
    """One run of a cell: its receipt, when it was, and in a word how it ended ("Well supported", "It was refused")."""

    receipt_id: str
    at: datetime
    said: str


@dataclass(frozen=True)
class Comparison:
    """Two runs of a cell. `is_same`: the same sentences from the same sources in the same order.

    `causes` say what was different before they ran, each as what follows "because"; `lost` and `gained` are sentences
    that only the older or only the newer answer has. `asked` are both questions.
    """

    is_same: bool
    causes: tuple[str, ...]
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    asked: tuple[str, str]

    @property
    def sentence(self) -> str:
        """Say it in one sentence: SAME or CHANGED, and the cause."""
        causes = " and ".join(self.causes)
        if self.is_same:
            return f"Same as before, although {causes}." if causes else "Same as before."
        return f"Changed, because {causes}." if causes else "Changed, and nothing that it was made of did."


@dataclass(frozen=True)
class History:
    """What the cells of one's own notebooks have given so far. Deleting a cell or its notebook deletes none of it."""

    keeping: Keeping
    answers: Answers
    knowledge: Knowledge

    def list(self, user: User, notebook_id: str, cell_id: str) -> tuple[PastRun, ...]:
        """Give the runs of a cell, the newest first. NotFound where the notebook is not `user`'s."""
        self.keeping.cell(user, notebook_id, cell_id)
        receipts = self.answers.ledger.of_cell(user, notebook_id, cell_id, limit=MOST_RUNS)
        return tuple(PastRun(each.id, each.at, _ending(each)) for each in receipts)

    def compare(self, user: User, older_id: str, newer_id: str) -> Comparison:
        """Compare two of `user`'s own answers. NotFound where one is not theirs, or holds no answer."""
        older, newer = self.answers.asked(user, older_id), self.answers.asked(user, newer_id)
        before, after = _sentences(older.answer), _sentences(newer.answer)
        return Comparison(
            is_same=before == after and _sources(older) == _sources(newer),
            causes=tuple(self._causes(user, older.receipt, newer.receipt)),
            lost=tuple(each for each in before if each not in after),
            gained=tuple(each for each in after if each not in before),
            asked=(older.question, newer.question),
        )

    def before(self, user: User, notebook_id: str, cell_id: str, receipt_id: str) -> str:
        """Give the receipt of the answer that a cell gave before this one. NotFound where there is none."""
        runs = [each.receipt_id for each in self._answered(user, notebook_id, cell_id)]
        place = runs.index(receipt_id) if receipt_id in runs else len(runs)
        if place + 1 >= len(runs):
            raise NotFound("This is the first answer here.", "Run it again to have two to compare.")
        return runs[place + 1]

    def _answered(self, user: User, notebook_id: str, cell_id: str) -> Iterable[PastRun]:
        receipts = self.answers.ledger.of_cell(user, notebook_id, cell_id, limit=MOST_RUNS)
        return [PastRun(each.id, each.at, "") for each in receipts if each.answer]

    def _causes(self, user: User, older: Receipt, newer: Receipt) -> Iterable[str]:
        if older.question != newer.question:
            yield "the question changed"
        if older.inputs.get("where") != newer.inputs.get("where"):
            yield "where to look changed"
        if older.inputs.get("as_of") != newer.inputs.get("as_of"):
            yield "the day that is asked changed"
        yield from self._versions(user, older.snapshots, newer.snapshots)
        if older.parameters.get("style") != newer.parameters.get("style"):
            yield "the style of the answer changed"
        if older.model != newer.model:
            yield "another model answered"
        if (older.template, older.template_version) != (newer.template, newer.template_version):
            yield "the instruction of answers changed"
        elif _settings(older) != _settings(newer):
            yield "how answers are made changed"

    def _versions(self, user: User, older: Mapping[str, int], newer: Mapping[str, int]) -> Iterable[str]:
        names = {each.id: each.name for each in self.knowledge.knowledge_bases(user)}
        began = self.knowledge.versions.named(user, newer)
        for each in {**older, **newer}:
            name = names.get(each, "a knowledge base that is not yours to read any more")
            if each not in newer:
                yield f"{name} was no longer searched"
            elif each not in older:
                yield f"{name} was searched too"
            elif older[each] != newer[each]:
                day = f" of {began[each].day} {began[each]:%B}" if each in began else ""
                yield f"{name} had a new version{day}" if newer[each] > older[each] else f"{name} had an older version"


def _ending(receipt: Receipt) -> str:
    if receipt.outcome is Outcome.REFUSED:
        return "It was refused"
    if receipt.outcome is Outcome.FAILED:
        return "It failed"
    held = receipt.parameters.get("strength")
    return str(held) if held else "It ran"


_OF_THE_RUN = frozenset({"strength", "evidence", "ending", "first_piece_ms", "estimated", "style", "sentences"})
"""What parameters say of the run itself, or is said in words of its own."""


def _settings(receipt: Receipt) -> dict[str, object]:
    return {name: value for name, value in receipt.parameters.items() if name not in _OF_THE_RUN}


def _sentences(answer: Answer) -> tuple[str, ...]:
    if answer.strength is Strength.NOT_IN_THESE_DOCUMENTS:
        return (answer.strength.value,)  # what came nearest was not said
    return tuple(claim.text for claim in answer.claims) or tuple(each.quote for each in answer.citations)


def _sources(asked: Asked) -> list[tuple[str, str]]:
    return [(each.passage_id, each.digest) for each in asked.receipt.sources]
