"""Compute the vectors that ship beside the content (`make vectors`); those that are still right are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from services.backends.embedded.embedder import MiniLMEmbedder
from services.bootstrap import CONTENT
from services.knowledge.document import Passage
from services.knowledge.passport import Passport, read_passports
from services.knowledge.preparation import passages_of
from services.knowledge.reading.reader import Reader
from services.knowledge.shipped import described
from services.knowledge.shipped_vectors import FILE, read_vectors, write_vectors
from services.knowledge.splitting import embedded_text
from services.models.embedding import Embedder

FOLDER = CONTENT / "knowledge_bases"
AT_ONCE = 64


def shipped_passages(passport: Passport, reader: Reader) -> Iterator[Passage]:
    """Give all passages of a shipped knowledge base as publishing would make them."""
    for path in passport.documents:
        document = described(passport, path, path.read_bytes())
        yield from passages_of(document, reader.read(path, document.media))[1]


def write_missing(file: Path, texts: list[str], embedder: Embedder) -> int:
    """Bring `file` up to date with `texts` and give how many had to be computed."""
    shipped = read_vectors(file)
    encoded = {text: shipped.find(embedder.name, text) for text in texts}
    lacking = [text for text, each in encoded.items() if each is None]
    for first in range(0, len(lacking), AT_ONCE):
        some = lacking[first : first + AT_ONCE]
        encoded.update(zip(some, embedder.encode_passages(some), strict=True))
        print(f"  {first + len(some)} of {len(lacking)} computed", flush=True)
    write_vectors(file, embedder.name, {text: each for text, each in encoded.items() if each is not None})
    return len(lacking)


def main() -> None:
    """Go through all shipped knowledge bases."""
    embedder, reader = MiniLMEmbedder(), Reader()
    for passport in read_passports(FOLDER):
        print(passport.knowledge_base.name, flush=True)
        texts = [embedded_text(passage) for passage in shipped_passages(passport, reader)]
        computed = write_missing(passport.folder / FILE, texts, embedder)
        size = (passport.folder / FILE).stat().st_size
        print(f"  {len(texts)} passages, {computed} computed, {size / 1e6:.1f} MB")
    reader.close()


if __name__ == "__main__":
    main()
