"""What is erased with a question: the copy that was sent to an owner, and what was made of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from services.answers.same_question import spelled
from services.ledger.body import digests_in
from services.store.tables import approved_answers, ledger, news, open_questions

ERASED = "a question that was erased"
"""How news names a question whose text is gone."""

_ENDED = {"in review": "declined", "approved": "withdrawn", "review due": "withdrawn"}
_NEWS = (
    "question sent",
    "question answered",
    "question closed",
    "answer due",
    "answer withdrawn",
    "answer approved",
    "answer declined",
)
"""Kinds of news that name the question; their object is the knowledge base, or the answer in it."""


def erase_sent(connection: Connection, digests: Collection[str], at: datetime) -> None:
    """Erase the copies of the questions that have these digests in the ledger, in the transaction that erases them.

    The sending is closed without its text and its note. Where nobody else sent the same question, its answers end and
    the news about it lose its text; where somebody did, they are kept in that person's spelling.
    """
    sent = select(open_questions, ledger.c.body).join(ledger, ledger.c.id == open_questions.c.receipt_id)
    for row in connection.execute(sent.where(open_questions.c.question != "")).all():
        if digests_in(json.loads(row.body)).question in digests:
            emptied = {"question": "", "note": "", "state": "closed"}
            connection.execute(update(open_questions).where(open_questions.c.id == row.id).values(emptied))
            others = _sent_by_others(connection, row)
            _erase_from_answers(connection, row, others)
            _erase_from_news(connection, row, others, at)


def _sent_by_others(connection: Connection, sent: Row[Any]) -> list[Row[Any]]:
    here = open_questions.c.knowledge_base_id == sent.knowledge_base_id
    rows = connection.execute(select(open_questions).where(here, open_questions.c.question != ""))
    return [row for row in rows if spelled(row.question) == spelled(sent.question)]


def _erase_from_answers(connection: Connection, sent: Row[Any], others: Sequence[Row[Any]]) -> None:
    here = approved_answers.c.knowledge_base_id == sent.knowledge_base_id
    for row in connection.execute(select(approved_answers).where(here)).all():
        if spelled(row.question) == spelled(sent.question):
            if others:
                values = {"question": others[0].question, "open_question_id": others[0].id}
            else:
                values = {"question": "", "sentence": "", "state": _ENDED.get(row.state, row.state)}
            connection.execute(update(approved_answers).where(approved_answers.c.id == row.id).values(values))


def _erase_from_news(connection: Connection, sent: Row[Any], others: Sequence[Row[Any]], at: datetime) -> None:
    of_others = {row.question for row in others}
    for row in connection.execute(select(news).where(news.c.kind.in_(_NEWS))).all():
        if row.object.partition(":")[0] != sent.knowledge_base_id:
            continue
        named = str(row.facts.get("name", ""))
        theirs = sent.person in (row.person, row.facts.get("by"))
        if spelled(named) == spelled(sent.question) and (theirs or named not in of_others):
            emptied = {"facts": row.facts | {"name": ERASED}, "seen_at": func.coalesce(news.c.seen_at, at)}
            connection.execute(update(news).where(news.c.id == row.id).values(emptied))
