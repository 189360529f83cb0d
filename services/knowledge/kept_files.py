"""Files and pictures that no document holds any more are deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from services.knowledge.pictures import Pictures
from services.store.database import Database
from services.store.tables import documents


@dataclass(frozen=True)
class KeptFiles:
    """The folder of files, as far as rows of `documents` hold them."""

    database: Database
    pictures: Pictures

    def forget_unheld(self, digests: Iterable[str]) -> None:
        """Delete those of these files, and their pictures, that no document holds; what was erased holds nothing."""
        digests = set(digests)
        holds = documents.c.digest.in_(digests) & documents.c.erased_at.is_(None)
        with self.database.read() as connection:
            digests -= set(connection.execute(select(documents.c.digest).where(holds)).scalars())
        for digest in digests:
            self.pictures.forget(digest)
            self.pictures.originals.forget(digest)
