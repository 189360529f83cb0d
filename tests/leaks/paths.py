"""Every way in: each public verb of a service and each route, with how somebody else tries it, or why it reads nothing.

Add a verb or a route, and a test fails until it stands here.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from services.knowledge.glossary import Entry
from services.knowledge.knowledge_base import Splitting
from services.knowledge.passport_entries import PassportEntries
from services.knowledge.setting import Filters
from services.ledger.receipt import Kind
from services.people.user import User
from tests.leaks.canary import Private

INNER = frozenset({"access", "keeping", "own_files", "passage_search", "pictures", "publishing"})
"""What a room is made of and no screen reaches; every other part of it is a desk, whose verbs are ways in."""

Attempt = Callable[[Private, User], object]


@dataclass(frozen=True)
class Way:
    """One verb. `attempt` uses it on an owner's things as the person given. The owner is shown the canary if `shows`.

    `readers`: whoever may read the owner's knowledge base is shown it as well, not only its owner.
    """

    attempt: Attempt
    shows: bool = True
    readers: bool = False


def _unpacked(word: bytes) -> str:
    """Give what a Word document says."""
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        return package.read("word/document.xml").decode()


def _read_back(has: Private, who: User) -> str:
    """Bring in a file that names the owner's receipt, as somebody might write it who has heard of that; and look."""
    form = {"question": "What is the code word?", "where": [has.knowledge_base_id]}
    step = {"id": has.cell_id, "kind": "ask", "name": "Q", "form": form, "folded": False}
    own = {"version": 1, "title": "Mine", "cells": [step | {"receipt": has.receipt_id, "made_of": None}], "files": []}
    forged = json.dumps({"metadata": {"accelerate": own}}).encode()
    leaving = has.services.notebooks.leaving
    return leaving.markdown(who, leaving.read_back(who, "mine.ipynb", forged).id)


BEGAN = datetime(2020, 1, 1, tzinfo=UTC)

ENTRY = Entry("robin", ())

VERBS: dict[str, Way | str] = {
    # people
    "people.personas": "reads nothing, because everybody's name and line stand on the sign-in page",
    "people.user": "reads nothing, because everybody's name and line stand on the sign-in page",
    "people.name_of": "reads nothing, because names stand on the sign-in page",
    "people.sign": "reads nothing, because it makes a cookie; only the door calls it, after a card was chosen",
    "people.read": "reads nothing, because it gives back who a signed cookie was made for",
    "people.sign_out": "reads nothing, because it ends the visit of the cookie that it is given",
    # ledger
    "ledger.record": "reads nothing, because it writes",
    "ledger.record_audit": "reads nothing, because it writes",
    "ledger.receipt": Way(lambda has, who: has.services.ledger.receipt(who, has.receipt_id)),
    "ledger.document": Way(lambda has, who: has.services.ledger.document(who, has.receipt_id)),
    "ledger.mine": Way(lambda has, who: has.services.ledger.mine(who), readers=True),
    "ledger.of_cell": Way(lambda has, who: has.services.ledger.of_cell(who, has.notebook_id, has.cell_id)),
    "ledger.has_run": Way(lambda has, who: has.services.ledger.has_run(who, Kind.ASK), shows=False),
    "ledger.count_since": Way(lambda has, who: has.services.ledger.count_since(who, Kind.ASK, BEGAN), shows=False),
    "ledger.counts_by_line_and_week": Way(
        lambda has, who: has.services.ledger.counts_by_line_and_week(who), shows=False
    ),
    "ledger.listed_in_all": Way(lambda has, who: has.services.ledger.listed_in_all(who, "questions"), shows=False),
    "ledger.listed": Way(
        lambda has, who: has.services.ledger.listed(who, "2026-W47", "claims", "questions"), shows=False
    ),
    "ledger.open_with_reason": Way(lambda has, who: has.opened_by(who, "I want to know."), shows=False),
    "ledger.audited_acts": Way(lambda has, who: has.services.ledger.audited_acts(who), shows=False),
    "ledger.audit": Way(lambda has, who: has.services.ledger.audit(who), shows=False),
    "ledger.erase_quotes": "reads nothing, because rooms alone call it, in a transaction of theirs",
    "ledger.notebooks_that_asked": "reads nothing, because rooms alone call it, in a transaction of theirs",
    "ledger.spent_since": "reads nothing, because rooms alone call it, in a transaction of theirs",
    "ledger.head": Way(lambda has, who: has.services.ledger.head(), shows=False),
    "ledger.verify": Way(lambda has, who: has.services.ledger.verify(), shows=False),
    "ledger.erase": Way(
        lambda has, who: has.services.ledger.erase(who, who, has.receipt_id, "I want it gone."), shows=False
    ),
    "ledger.erase_expired": Way(lambda has, who: has.services.ledger.erase_expired(), shows=False),
    # governance
    "governance.admit": "reads nothing, because it judges the run that it is given, for the person who runs it",
    "governance.policy_version": "reads nothing, because it is a number in a file that ships",
    "governance.budgets.set": Way(
        lambda has, who: has.services.governance.budgets.set(who, who.line.id, None, None), shows=False
    ),
    "governance.budgets.left": Way(
        lambda has, who: has.services.governance.budgets.left(who, who.line.id), shows=False
    ),
    "governance.budgets.all": Way(lambda has, who: has.services.governance.budgets.all(who), shows=False),
    "governance.requests.decide": Way(
        lambda has, who: has.services.governance.requests.decide(who, has.receipt_id, True), shows=False
    ),
    "governance.requests.take_back": Way(
        lambda has, who: has.services.governance.requests.take_back(who, has.receipt_id), shows=False
    ),
    "governance.requests.request": Way(
        lambda has, who: has.services.governance.requests.request(who, has.receipt_id), shows=False
    ),
    "governance.requests.waiting_for": Way(
        lambda has, who: has.services.governance.requests.waiting_for(who), shows=False
    ),
    "governance.requests.mine": Way(lambda has, who: has.services.governance.requests.mine(who), shows=False),
    "governance.requests.news": Way(lambda has, who: has.services.governance.requests.news(who), shows=False),
    "governance.requests.seen": Way(
        lambda has, who: has.services.governance.requests.seen(who, has.receipt_id), shows=False
    ),
    "governance.requests.count": Way(lambda has, who: has.services.governance.requests.count(who), shows=False),
    # prompts
    "prompts.read": "reads nothing, because templates ship with the app and everybody may read them",
    "prompts.template": "reads nothing, because templates ship with the app and everybody may read them",
    # knowledge
    "knowledge.knowledge_bases": Way(lambda has, who: has.services.knowledge.knowledge_bases(who), readers=True),
    "knowledge.knowledge_base": Way(
        lambda has, who: has.services.knowledge.knowledge_base(who, has.knowledge_base_id), readers=True
    ),
    "knowledge.documents": Way(
        lambda has, who: has.services.knowledge.documents(who, has.knowledge_base_id), readers=True
    ),
    "knowledge.progress": Way(
        lambda has, who: has.services.knowledge.progress(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.page": Way(lambda has, who: has.services.knowledge.page(who, has.document_id, 1), readers=True),
    "knowledge.passage": Way(lambda has, who: has.services.knowledge.passage(who, has.passage_id), readers=True),
    "knowledge.named": Way(lambda has, who: has.services.knowledge.named(who, [has.passage_id]), shows=False),
    "knowledge.search": Way(
        lambda has, who: [each.passage for each in has.services.knowledge.search(who, "the plan's code word").found],
        readers=True,
    ),
    "knowledge.closeness": Way(
        lambda has, who: has.services.knowledge.closeness(who, has.found_by_owner(), 3), shows=False
    ),
    "knowledge.can_read": Way(
        lambda has, who: has.services.knowledge.can_read(who, (has.knowledge_base_id,)), shows=False
    ),
    "knowledge.open_source": Way(
        lambda has, who: has.services.knowledge.open_source(who, has.document_id, 1, 14, 60), readers=True
    ),
    "knowledge.open_page": Way(
        lambda has, who: has.services.knowledge.open_page(who, has.document_id, 1), readers=True
    ),
    "knowledge.picture": Way(
        lambda has, who: has.services.knowledge.picture(who, has.document_id, 1, 14, 60), shows=False
    ),
    "knowledge.ask_own_file": Way(
        lambda has, who: has.services.knowledge.ask_own_file(who, "mine.md", has.file), shows=False
    ),
    "knowledge.delete_own_file": Way(
        lambda has, who: has.services.knowledge.delete_own_file(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.remove_expired": Way(lambda has, who: has.services.knowledge.remove_expired(), shows=False),
    "knowledge.uploads.add": Way(
        lambda has, who: has.services.knowledge.uploads.add(who, has.knowledge_base_id, [("mine.md", has.file)]),
        shows=False,
        readers=True,
    ),
    "knowledge.uploads.stop": Way(
        lambda has, who: has.services.knowledge.uploads.stop(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.uploads.resume": Way(
        lambda has, who: has.services.knowledge.uploads.resume(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.uploads.retry": Way(
        lambda has, who: has.services.knowledge.uploads.retry(who, f"{has.document_id}0"), shows=False
    ),
    "knowledge.uploads.unlock": Way(
        lambda has, who: has.services.knowledge.uploads.unlock(who, has.document_id, "guess"), shows=False
    ),
    "knowledge.uploads.delete": Way(
        lambda has, who: has.services.knowledge.uploads.delete(who, f"{has.document_id}0"), shows=False
    ),
    "knowledge.trials.search": Way(
        lambda has, who: [
            each.passage
            for each in has.services.knowledge.trials.search(who, has.knowledge_base_id, "the plan's code word").found
        ],
        readers=True,
    ),
    "knowledge.trials.documents": Way(
        lambda has, who: has.services.knowledge.trials.documents(who, has.knowledge_base_id), readers=True
    ),
    "knowledge.trials.narrowed": Way(
        lambda has, who: has.services.knowledge.trials.narrowed(who, has.knowledge_base_id, Filters(kinds=("PDF",))),
        shows=False,
    ),
    "knowledge.versions.list": Way(
        lambda has, who: has.services.knowledge.versions.list(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.versions.changes": Way(
        lambda has, who: has.services.knowledge.versions.changes(who, has.knowledge_base_id, 0, 1), readers=True
    ),
    "knowledge.versions.difference": Way(
        lambda has, who: has.services.knowledge.versions.difference(who, has.document_id, has.document_id),
        shows=False,
    ),
    "knowledge.versions.as_of": Way(
        lambda has, who: has.services.knowledge.versions.as_of(who, (has.knowledge_base_id,), date(2100, 1, 1)),
        shows=False,
    ),
    "knowledge.versions.named": Way(
        lambda has, who: has.services.knowledge.versions.named(who, {has.knowledge_base_id: 1}), shows=False
    ),
    "knowledge.walker.why": Way(
        lambda has, who: has.services.knowledge.walker.why(who, has.expected, lambda findings: True), readers=True
    ),
    "knowledge.walker.expectable": Way(
        lambda has, who: has.services.knowledge.walker.expectable(who, (has.knowledge_base_id,)), readers=True
    ),
    "knowledge.erasure.ask": Way(
        lambda has, who: has.services.knowledge.erasure.ask(who, has.document_id, " "), shows=False
    ),
    "knowledge.resplitting.preview": Way(
        lambda has, who: has.services.knowledge.resplitting.preview(who, has.document_id), readers=True
    ),
    "knowledge.resplitting.use": Way(
        lambda has, who: has.services.knowledge.resplitting.use(who, has.knowledge_base_id, Splitting.HEADING),
        shows=False,
    ),
    "knowledge.last_changed": Way(
        lambda has, who: has.services.knowledge.last_changed(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.approval.create": "reads nothing, because it makes a draft of the person's own",
    "knowledge.approval.change": Way(
        lambda has, who: has.services.knowledge.approval.change(
            who, has.knowledge_base_id, PassportEntries("Mine", "Mine now."), 0
        ),
        shows=False,
    ),
    "knowledge.approval.submit": Way(
        lambda has, who: has.services.knowledge.approval.submit(who, has.knowledge_base_id, "It is mine."),
        shows=False,
    ),
    "knowledge.approval.withdraw": Way(
        lambda has, who: has.services.knowledge.approval.withdraw(who, has.knowledge_base_id, " "), shows=False
    ),
    "knowledge.approval.waiting": Way(
        lambda has, who: has.services.knowledge.approval.waiting(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.sharing.listed": Way(lambda has, who: has.services.knowledge.sharing.listed(who), shows=False),
    "knowledge.sharing.ask": Way(
        lambda has, who: has.services.knowledge.sharing.ask(who, has.knowledge_base_id, "Please.", date(2100, 1, 1)),
        shows=False,
    ),
    "knowledge.sharing.reading": Way(
        lambda has, who: has.services.knowledge.sharing.reading(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.sharing.grants": Way(
        lambda has, who: has.services.knowledge.sharing.grants(who, has.knowledge_base_id), shows=False
    ),
    "knowledge.sharing.end": Way(
        lambda has, who: has.services.knowledge.sharing.end(who, has.knowledge_base_id, "over"), shows=False
    ),
    "knowledge.glossary.rows": Way(
        lambda has, who: has.services.knowledge.glossary.rows(who, has.knowledge_base_id), readers=True
    ),
    "knowledge.glossary.sheet": Way(
        lambda has, who: has.services.knowledge.glossary.sheet(who, has.knowledge_base_id), readers=True
    ),
    "knowledge.glossary.add": Way(
        lambda has, who: has.services.knowledge.glossary.add(who, has.knowledge_base_id, ENTRY), shows=False
    ),
    "knowledge.glossary.change": Way(
        lambda has, who: has.services.knowledge.glossary.change(who, has.knowledge_base_id, "row", ENTRY), shows=False
    ),
    "knowledge.glossary.end": Way(
        lambda has, who: has.services.knowledge.glossary.end(who, has.knowledge_base_id, "row"), shows=False
    ),
    "knowledge.glossary.propose": Way(
        lambda has, who: has.services.knowledge.glossary.propose(who, has.knowledge_base_id, ENTRY, ""), shows=False
    ),
    "knowledge.glossary.bring": Way(
        lambda has, who: has.services.knowledge.glossary.bring(who, has.knowledge_base_id, b"term,also"), shows=False
    ),
    # answers
    "answers.ask": Way(
        lambda has, who: has.services.answers.ask(who, "What is the code word of the plan?"), readers=True
    ),
    "answers.search": Way(
        lambda has, who: has.services.answers.search(who, "What is the code word of the plan?"), readers=True
    ),
    "answers.made_by": "reads nothing, because it says how answers are made",
    "answers.styles": "reads nothing, because the styles of answers ship with the app",
    "answers.again": Way(lambda has, who: has.services.answers.again(who, has.receipt_id)),
    "answers.why": Way(lambda has, who: has.services.answers.why(who, has.expected), readers=True),
    "answers.asked": Way(lambda has, who: has.services.answers.asked(who, has.receipt_id)),
    "answers.as_readable": "reads nothing, because it takes away from a receipt that it is given",
    "answers.document": Way(lambda has, who: has.services.answers.document(who, has.receipt_id)),
    "answers.follow_ups": Way(lambda has, who: has.services.answers.follow_ups(who, has.receipt_id), shows=False),
    "answers.quality.questions": Way(
        lambda has, who: has.services.answers.quality.questions(who, has.knowledge_base_id), readers=True
    ),
    "answers.quality.sheet": Way(
        lambda has, who: has.services.answers.quality.sheet(who, has.knowledge_base_id), readers=True
    ),
    "answers.quality.check": Way(
        lambda has, who: has.services.answers.quality.check(who, has.knowledge_base_id, has.question_set), readers=True
    ),
    "answers.quality.attach": Way(
        lambda has, who: has.services.answers.quality.attach(who, has.knowledge_base_id, has.question_set), shows=False
    ),
    "answers.quality.run": Way(
        lambda has, who: has.services.answers.quality.run(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.start": Way(
        lambda has, who: has.services.answers.quality.start(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.running": Way(
        lambda has, who: has.services.answers.quality.running(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.stop": Way(
        lambda has, who: has.services.answers.quality.stop(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.runs": Way(
        lambda has, who: has.services.answers.quality.runs(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.last": Way(
        lambda has, who: has.services.answers.quality.last(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.judged": Way(
        lambda has, who: has.services.answers.quality.judged(who, has.knowledge_base_id), readers=True
    ),
    "answers.quality.titles": Way(
        lambda has, who: has.services.answers.quality.titles(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.calibration": Way(
        lambda has, who: has.services.answers.quality.calibration(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.calibrate": Way(
        lambda has, who: has.services.answers.quality.calibrate(who, has.knowledge_base_id), shows=False
    ),
    "answers.quality.use_shipped": Way(
        lambda has, who: has.services.answers.quality.use_shipped(who, has.knowledge_base_id), shows=False
    ),
    "answers.questions.addressees": Way(
        lambda has, who: has.services.answers.questions.addressees(who, has.receipt_id), shows=False
    ),
    "answers.questions.sent": Way(
        lambda has, who: has.services.answers.questions.sent(who, has.receipt_id), shows=False
    ),
    "answers.questions.send": Way(
        lambda has, who: has.services.answers.questions.send(who, has.receipt_id, has.knowledge_base_id), shows=False
    ),
    "answers.questions.waiting": Way(
        lambda has, who: has.services.answers.questions.waiting(who, has.knowledge_base_id), readers=True
    ),
    "answers.questions.to_answer": Way(lambda has, who: has.services.answers.questions.to_answer(who), readers=True),
    "answers.questions.counts": Way(lambda has, who: has.services.answers.questions.counts(who), shows=False),
    "answers.questions.find": Way(
        lambda has, who: has.services.answers.questions.find(who, has.knowledge_base_id, "the code word"),
        readers=True,
    ),
    "answers.questions.answer": Way(
        lambda has, who: has.services.answers.questions.answer(who, has.question_id, has.document_id, 1, "robin"),
        shows=False,
    ),
    "answers.questions.proposed": Way(
        lambda has, who: has.services.answers.questions.proposed(who, has.receipt_id), shows=False
    ),
    "answers.questions.close": Way(
        lambda has, who: has.services.answers.questions.close(who, has.question_id, ""), shows=False
    ),
    "answers.questions.given": Way(
        lambda has, who: has.services.answers.questions.given(who, has.knowledge_base_id), readers=True
    ),
    "answers.questions.withdraw": Way(
        lambda has, who: has.services.answers.questions.withdraw(who, f"answer-{has.knowledge_base_id}", ""),
        shows=False,
    ),
    "answers.questions.approved": Way(
        lambda has, who: has.services.answers.questions.approved(
            who, f"What is {has.canary} for?", (has.knowledge_base_id,)
        ),
        readers=True,
    ),
    # models
    "models.all": Way(lambda has, who: has.services.models.all(who), shows=False),
    "models.choices": Way(lambda has, who: has.services.models.choices(who), shows=False),
    "models.is_within_reach": "reads nothing, because it says whether this app was told an address, or has a file",
    "models.model_files.about": Way(lambda has, who: has.services.models.model_files.about(who, "local"), shows=False),
    "models.model_files.fetch": Way(
        lambda has, who: has.services.models.model_files.fetch(who, "nova-lite"), shows=False
    ),
    "models.model_files.fetch_from": Way(
        lambda has, who: has.services.models.model_files.fetch_from(who, "nova-lite", "/etc/hostname"), shows=False
    ),
    "models.model_files.stop": Way(lambda has, who: has.services.models.model_files.stop(who, "local"), shows=False),
    "models.state": "reads nothing, because the state of a model is there for everybody",
    "models.choose": Way(lambda has, who: has.services.models.choose(who, "nova-lite", {}), shows=False),
    "models.waited": "reads nothing, because it keeps a time that it is given",
    "models.first_words": Way(lambda has, who: has.services.models.first_words(who), shows=False),
    "models.at_most": Way(lambda has, who: has.services.models.at_most(who, "nova-lite"), shows=False),
    "models.submit": Way(
        lambda has, who: has.services.models.submit(who, "nova-lite", "It is good.", BEGAN.date()), shows=False
    ),
    "models.withdraw": Way(lambda has, who: has.services.models.withdraw(who, "nova-lite", ""), shows=False),
    # notebooks
    "notebooks.mine": Way(lambda has, who: has.services.notebooks.mine(who)),
    "notebooks.bin": Way(lambda has, who: has.services.notebooks.bin(who), shows=False),
    "notebooks.open": Way(lambda has, who: has.services.notebooks.open(who, has.notebook_id)),
    "notebooks.new": Way(lambda has, who: has.services.notebooks.new(who), shows=False),
    "notebooks.running.start": Way(
        lambda has, who: has.services.notebooks.running.start(who, "What is it?", (has.knowledge_base_id,)), shows=False
    ),
    "notebooks.rename": Way(
        lambda has, who: has.services.notebooks.rename(who, has.notebook_id, has.canary, has.revision), shows=True
    ),
    "notebooks.delete": Way(lambda has, who: has.services.notebooks.delete(who, has.notebook_id), shows=False),
    "notebooks.restore": Way(lambda has, who: has.services.notebooks.restore(who, has.notebook_id)),
    "notebooks.running.ask": Way(
        lambda has, who: has.services.notebooks.running.ask(who, has.notebook_id, f"And {has.canary}?")
    ),
    "notebooks.running.run": Way(
        lambda has, who: has.services.notebooks.running.run(who, has.notebook_id, has.cell_id)
    ),
    "notebooks.running.shipped_tables": Way(
        lambda has, who: has.services.notebooks.running.shipped_tables(who), shows=False
    ),
    "notebooks.running.keep_file": Way(
        lambda has, who: has.services.notebooks.running.keep_file(who, has.file), shows=False
    ),
    "notebooks.running.view": Way(
        lambda has, who: has.services.notebooks.running.view(who, has.services.notebooks.open(who, has.notebook_id))
    ),
    "notebooks.cells.add": Way(
        lambda has, who: has.services.notebooks.cells.add(who, has.notebook_id, "note", {"text": has.canary})
    ),
    "notebooks.cells.edit": Way(
        lambda has, who: has.services.notebooks.cells.edit(who, has.notebook_id, has.note_id, {"text": has.canary}, 1),
    ),
    "notebooks.cells.rename": Way(
        lambda has, who: has.services.notebooks.cells.rename(who, has.notebook_id, has.note_id, has.canary)
    ),
    "notebooks.cells.duplicate": Way(
        lambda has, who: has.services.notebooks.cells.duplicate(who, has.notebook_id, has.note_id)
    ),
    "notebooks.cells.move": Way(
        lambda has, who: has.services.notebooks.cells.move(who, has.notebook_id, has.note_id, -1)
    ),
    "notebooks.cells.fold": Way(
        lambda has, who: has.services.notebooks.cells.fold(who, has.notebook_id, has.note_id, True), shows=False
    ),
    "notebooks.cells.delete": Way(
        lambda has, who: has.services.notebooks.cells.delete(who, has.notebook_id, has.note_id), shows=False
    ),
    "notebooks.cells.deleted": Way(
        lambda has, who: (
            has.services.notebooks.cells.delete(who, has.notebook_id, has.note_id),
            has.services.notebooks.cells.deleted(who, has.notebook_id),
        )
    ),
    "notebooks.cells.restore": Way(
        lambda has, who: has.services.notebooks.cells.restore(who, has.notebook_id, has.note_id)
    ),
    "notebooks.history.list": Way(
        lambda has, who: has.services.notebooks.history.list(who, has.notebook_id, has.cell_id), shows=False
    ),
    "notebooks.history.compare": Way(
        lambda has, who: has.services.notebooks.history.compare(who, has.receipt_id, has.receipt_id), shows=False
    ),
    "notebooks.history.before": Way(
        lambda has, who: has.services.notebooks.history.before(who, has.notebook_id, has.cell_id, has.receipt_id),
        shows=False,
    ),
    "notebooks.runs.out_of_date": Way(
        lambda has, who: has.services.notebooks.runs.out_of_date(who, has.notebook_id), shows=False
    ),
    "notebooks.runs.start": Way(
        lambda has, who: has.services.notebooks.runs.start(who, has.notebook_id, [has.cell_id]), shows=False
    ),
    "notebooks.runs.start_all": Way(
        lambda has, who: has.services.notebooks.runs.start_all(who, has.notebook_id), shows=False
    ),
    "notebooks.runs.start_out_of_date": Way(
        lambda has, who: has.services.notebooks.runs.start_out_of_date(who, has.notebook_id), shows=False
    ),
    "notebooks.runs.progress": Way(
        lambda has, who: has.services.notebooks.runs.progress(who, has.notebook_id), shows=False
    ),
    "notebooks.runs.stop": Way(lambda has, who: has.services.notebooks.runs.stop(who, has.notebook_id), shows=False),
    "notebooks.sharing.possible_readers": Way(
        lambda has, who: has.services.notebooks.sharing.possible_readers(who), shows=False
    ),
    "notebooks.sharing.readers": Way(
        lambda has, who: has.services.notebooks.sharing.readers(who, has.notebook_id), shows=False
    ),
    "notebooks.sharing.share": Way(
        lambda has, who: has.services.notebooks.sharing.share(who, has.notebook_id, f"person:{who.id}"), shows=False
    ),
    "notebooks.sharing.take_back": Way(
        lambda has, who: has.services.notebooks.sharing.take_back(who, has.notebook_id, "person:sam"), shows=False
    ),
    "notebooks.sharing.shared_with": Way(lambda has, who: has.services.notebooks.sharing.shared_with(who), shows=False),
    "notebooks.sharing.open": Way(lambda has, who: has.services.notebooks.sharing.open(who, has.notebook_id)),
    "notebooks.sharing.owner_of": Way(
        lambda has, who: has.services.notebooks.sharing.owner_of(who, has.notebook_id), shows=False
    ),
    "notebooks.sharing.fork": Way(lambda has, who: has.services.notebooks.sharing.fork(who, has.notebook_id)),
    "notebooks.sharing.lineage": Way(
        lambda has, who: has.services.notebooks.sharing.lineage(who, has.notebook_id), shows=False
    ),
    "notebooks.starters.list": Way(lambda has, who: has.services.notebooks.starters.list(who), shows=False),
    "notebooks.starters.start": Way(
        lambda has, who: has.services.notebooks.starters.start(who, "sales-summary"), shows=False
    ),
    "notebooks.versions.keep": Way(
        lambda has, who: has.services.notebooks.versions.keep(who, has.notebook_id, has.canary)
    ),
    "notebooks.versions.list": Way(
        lambda has, who: has.services.notebooks.versions.list(who, has.notebook_id), shows=False
    ),
    "notebooks.versions.differences": Way(
        lambda has, who: has.services.notebooks.versions.differences(who, has.notebook_id, has.version_id), shows=False
    ),
    "notebooks.versions.restore": Way(
        lambda has, who: has.services.notebooks.versions.restore(who, has.notebook_id, has.version_id)
    ),
    "notebooks.watching.watch": Way(
        lambda has, who: has.services.notebooks.watching.watch(who, has.notebook_id, has.cell_id, True)
    ),
    "notebooks.give_feedback": Way(
        lambda has, who: has.services.notebooks.give_feedback(who, has.receipt_id, "wrong", has.canary)
    ),
    "notebooks.feedback": Way(lambda has, who: has.services.notebooks.feedback(who, has.receipt_id)),
    "notebooks.leaving.with_sources": Way(
        lambda has, who: has.services.notebooks.leaving.with_sources(who, has.notebook_id, has.cell_id)
    ),
    "notebooks.leaving.markdown": Way(lambda has, who: has.services.notebooks.leaving.markdown(who, has.notebook_id)),
    "notebooks.leaving.html": Way(lambda has, who: has.services.notebooks.leaving.html(who, has.notebook_id)),
    "notebooks.leaving.ipynb": Way(lambda has, who: has.services.notebooks.leaving.ipynb(who, has.notebook_id)),
    "notebooks.leaving.word": Way(
        lambda has, who: _unpacked(has.services.notebooks.leaving.word(who, has.notebook_id))
    ),
    "notebooks.leaving.read_back": Way(lambda has, who: _read_back(has, who)),
    "notebooks.hit_by": Way(lambda has, who: has.services.notebooks.hit_by(who, has.knowledge_base_id), readers=True),
    "notebooks.getting_started": Way(lambda has, who: has.services.notebooks.getting_started(who), shows=False),
    # insight
    "insight.overview": Way(lambda has, who: has.services.insight.overview(who), shows=False),
    "insight.receipts": Way(
        lambda has, who: has.services.insight.receipts(who, "2026-W47", "claims", "questions"), shows=False
    ),
    "insight.all_receipts": Way(lambda has, who: has.services.insight.all_receipts(who, "questions"), shows=False),
    "insight.names": Way(lambda has, who: has.services.insight.names(who), shows=False),
    "insight.open_receipt": Way(
        lambda has, who: has.services.insight.open_receipt(who, has.receipt_id, "I want to know."), shows=False
    ),
    "insight.access_check": Way(lambda has, who: has.services.insight.access_check(who, has.owner), shows=False),
}

_NO_CONTENT = "reads nothing, because it holds nothing that anybody wrote"
_HANDED_OUT = "opens only for the visit that was handed the address: tests/e2e/test_private_addresses.py tries it"

ROUTES: dict[str, str] = {
    "/sign-in": "reads nothing, because it shows the cards that everybody sees",
    "/sign-out": "reads nothing, because it ends the visit of the cookie that comes with it",
    "/_stcore/stream": "is the screen itself: it opens only with a signed cookie, and the services check every read",
    "/_stcore/health": _NO_CONTENT,
    "/_stcore/host-config": _NO_CONTENT,
    "/_stcore/metrics": "is closed",
    "/_stcore/agent": "is closed",
    "/_stcore/upload_file": _HANDED_OUT,
    "/_stcore/bidi-components": _NO_CONTENT,
    "/_stcore/dataframe": "is closed",
    "/media": _HANDED_OUT,
    "/component": _NO_CONTENT,
    "/look": _NO_CONTENT,
    "/auth": "is Streamlit's own sign-in, which is not configured and answers with an error",
    "/oauth2callback": "is Streamlit's own sign-in, which is not configured and answers with an error",
    "/": "serves Streamlit's own files",
}
"""By prefix."""
