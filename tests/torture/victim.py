"""The process that is killed: opens the room on a data folder, says what it does, and ends when all is read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from services.knowledge.progress import UNFINISHED
from services.models.embedding import Encoded
from tests.services.knowledge.room import WordsEmbedder, open_room, wait_until

PAUSE = 0.02
"""Seconds a passage: slow enough that a kill meets every stage."""


class TellingEmbedder(WordsEmbedder):
    """Writes a line for every passage, so that whoever kills can choose the moment by what was done."""

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        encoded = []
        for text in texts:
            encoded += super().encode_passages([text])
            print("encoded", flush=True)
        return encoded


def main(data: Path, content: Path) -> None:
    """Bring in what ships and read it."""
    room = open_room(data, content, embedder=TellingEmbedder(pause=PAUSE))
    room.shipped.bring_in()
    room.publishing.start(lambda: print("working", flush=True))
    wait_until(lambda: not any(each.stage in UNFINISHED for each in room.documents()))
    room.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
