"""From a file to a document that is ready to be published: read, split into passages, and embedded."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.errors import BadInput
from services.knowledge.document import Document, Page, Passage, Stage
from services.knowledge.knowledge_base import Splitting
from services.knowledge.originals import Originals
from services.knowledge.reading.reader import Reader, Reading
from services.knowledge.shipped_vectors import ShippedVectors
from services.knowledge.splitting import embedded_text, split
from services.knowledge.waiting import title_of
from services.models.embedding import Embedder, Encoded

ENCODED_AT_ONCE = 32
TOLD_SECONDS = 0.3
"""How often the screen's progress is written at most."""

Tell = Callable[[Document, Stage, int, int], None]
"""What is told of a document on its way: its stage, and how much of how much is done."""


@dataclass(frozen=True)
class Ready:
    """A document that is ready to be published; `encoded` is None where the model is missing."""

    document: Document
    pages: tuple[Page, ...]
    passages: tuple[Passage, ...]
    encoded: tuple[Encoded, ...] | None


@dataclass(frozen=True)
class Preparation:
    """Prepares documents of one knowledge base, whose shipped `vectors` it takes before it computes any.

    `go_on` is called between two steps and raises where the work must end.
    """

    originals: Originals
    reader: Reader
    embedder: Embedder
    vectors: ShippedVectors
    go_on: Callable[[], None]
    tell: Tell
    splitting: Splitting = Splitting.HEADING

    def prepare(self, document: Document) -> Ready:
        """Read, split and embed one document. Raises BadInput where it is refused, Unavailable where a part fails."""
        tell = _Teller(self.tell, document)
        reading = self.reader.read(self._original(document), document.media, tell.reading)
        document, split_passages = passages_of(document, reading, self.splitting)
        return Ready(document, reading.pages, split_passages, self._encoded(split_passages, tell))

    def _original(self, document: Document) -> Path:
        path = self.originals.path(document.digest)
        if not path.is_file():
            raise BadInput("The file itself is gone from the data folder.", "Add it again.")
        return path

    def _encoded(self, split_passages: Sequence[Passage], tell: _Teller) -> tuple[Encoded, ...] | None:
        """Take the vectors that shipped and compute the others; None where some are neither there nor to be had."""
        texts = [embedded_text(passage) for passage in split_passages]
        encoded = {place: self.vectors.find(self.embedder.name, text) for place, text in enumerate(texts)}
        lacking = [place for place, each in encoded.items() if each is None]
        if lacking and self.embedder.missing:
            return None
        for first in range(0, len(lacking), ENCODED_AT_ONCE):
            self.go_on()
            some = lacking[first : first + ENCODED_AT_ONCE]
            encoded.update(zip(some, self.embedder.encode_passages([texts[place] for place in some]), strict=True))
            tell.embedding(len(texts) - len(lacking) + first + len(some), len(texts))
        return tuple(each for each in encoded.values() if each is not None)


class _Teller:
    """Tells a document's progress, not too often: many documents are done before the first time."""

    def __init__(self, tell: Tell, document: Document) -> None:
        self._tell_it = tell
        self._document = document
        self._told = time.monotonic()

    def reading(self, done: int, total: int) -> None:
        self._tell(Stage.READING, done, total)

    def embedding(self, done: int, total: int) -> None:
        self._tell(Stage.EMBEDDING, done, total)

    def _tell(self, stage: Stage, done: int, total: int) -> None:
        if time.monotonic() - self._told >= TOLD_SECONDS:
            self._told = time.monotonic()
            self._tell_it(self._document, stage, done, total)


def passages_of(
    document: Document, reading: Reading, splitting: Splitting = Splitting.HEADING
) -> tuple[Document, tuple[Passage, ...]]:
    """Give the document with its title, and its passages.

    A title that somebody gave goes before the file's own; one that was made of the file's name after it.
    """
    if reading.title and document.title == title_of(document.name):
        document = replace(document, title=reading.title)
    return document, split(document, reading.pages, splitting)
