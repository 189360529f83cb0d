"""Runs of question sets as rows of the database, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from services.answers.measured import Figures, Judged, QualityRun
from services.store.tables import quality_runs


def read_runs(connection: Connection, knowledge_base_id: str, most: int) -> list[QualityRun]:
    """Give the last runs without what came of each question, the newest first."""
    columns = [column for column in quality_runs.c if column.name != "outcomes"]
    of_it = select(*columns).where(quality_runs.c.knowledge_base_id == knowledge_base_id)
    newest = of_it.order_by(quality_runs.c.at.desc(), quality_runs.c.id.desc()).limit(most)
    return [_run_in(row) for row in connection.execute(newest)]


def _run_in(row: Row[Any]) -> QualityRun:
    return QualityRun(
        id=row.id,
        knowledge_base_id=row.knowledge_base_id,
        at=row.at,
        person=row.person,
        snapshot=row.snapshot,
        model=row.model,
        splitting=row.splitting,
        figures=Figures(**row.figures),
    )


def read_judged(connection: Connection, knowledge_base_id: str) -> tuple[Judged, ...]:
    """Give what came of each question in the last run; none where there was none."""
    of_it = select(quality_runs.c.outcomes).where(quality_runs.c.knowledge_base_id == knowledge_base_id)
    newest = of_it.order_by(quality_runs.c.at.desc(), quality_runs.c.id.desc()).limit(1)
    held = connection.execute(newest).scalar_one_or_none() or []
    return tuple(
        Judged(
            **each
            | {"came": tuple((document, page) for document, page in each["came"]), "unknown": tuple(each["unknown"])}
        )
        for each in held
    )
