"""The process that is killed: opens the room on a data folder, says once it works, and ends when all is read."""

from __future__ import annotations

import sys
from pathlib import Path

from services.knowledge.progress import UNFINISHED
from tests.services.knowledge.room import WordsEmbedder, open_room, wait_until

PAUSE = 0.02
"""Seconds a passage: slow enough that a kill meets every stage."""


def main(data: Path, content: Path) -> None:
    """Bring in what ships and read it."""
    room = open_room(data, content, embedder=WordsEmbedder(pause=PAUSE))
    room.shipped.bring_in()
    room.publishing.start(lambda: print("working", flush=True))
    wait_until(lambda: not any(each.stage in UNFINISHED for each in room.documents()))
    room.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
