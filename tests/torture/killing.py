"""Killing the victim at random moments, looking at what is left each time, and letting it finish at last."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from services.knowledge.document import Stage
from tests.services.knowledge.room import PATIENCE, open_room
from tests.torture.corpus import ship
from tests.torture.invariants import faults, losses

MOST_PASSAGES = 90
LONGEST = 0.3

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Round:
    """One kill: after how many passages, how many documents were published then, and what was wrong."""

    after: int
    published: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """All rounds, and what was missing or wrong after the last start was left to finish."""

    rounds: tuple[Round, ...]
    published: int
    losses: tuple[str, ...]


def torture(folder: Path, *, seed: int, kills: int, documents: int) -> Outcome:
    """Kill a victim `kills` times with SIGKILL, each a moment after it encoded a random number of passages."""
    data, content = folder / "data", folder / "content"
    ship(content, data, seed, documents)
    dice = random.Random(seed)
    rounds = tuple(
        _kill_once(data, content, dice.randrange(MOST_PASSAGES), dice.uniform(0, LONGEST)) for _ in range(kills)
    )
    last = _started(data, content)
    last.communicate(timeout=10 * PATIENCE)
    finished = last.returncode
    published, found = _looked_at(data, content, at_the_end=True)
    return Outcome(rounds, published, (*found, *((f"the last start ended with {finished}",) if finished else ())))


def _kill_once(data: Path, content: Path, after: int, moment: float) -> Round:
    victim = _started(data, content)
    for _ in range(after):
        if not victim.stdout or not victim.stdout.readline():
            break  # It has finished before.
    # A moment more: else every kill would meet the embedder.
    time.sleep(moment)
    victim.kill()
    victim.communicate()
    return Round(after, *_looked_at(data, content))


def _started(data: Path, content: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.torture.victim", str(data), str(content)]
    victim = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if victim.stdout is None or not victim.stdout.readline():
        raise RuntimeError("the victim did not start")
    return victim


def _looked_at(data: Path, content: Path, *, at_the_end: bool = False) -> tuple[int, tuple[str, ...]]:
    room = open_room(data, content)
    published = len(room.documents(stage=Stage.PUBLISHED))
    found = (*faults(room), *(losses(room) if at_the_end else ()))
    room.close()
    return published, found
