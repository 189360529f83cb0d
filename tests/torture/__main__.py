"""`make torture`: a hundred kills in rounds of ten, over fresh data each; SEED= and KILLS= choose others."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.torture.killing import torture

KILLS_A_ROUND = 10
DOCUMENTS = 40


def main() -> int:
    """Print every kill and what was found; 1 where anything was lost, doubled or half there."""
    kills, seed = int(os.environ.get("KILLS", "100")), int(os.environ.get("SEED", "1"))
    wrong = done = 0
    while done < kills:
        count = min(KILLS_A_ROUND, kills - done)
        with tempfile.TemporaryDirectory() as folder:
            outcome = torture(Path(folder), seed=seed + done, kills=count, documents=DOCUMENTS)
        for each in outcome.rounds:
            done += 1
            print(
                f"kill {done:3}: after {each.after:2} passages, {each.published} of {DOCUMENTS} published", flush=True
            )
            wrong += _print_faults(each.faults)
        print(f"left to finish: {outcome.published} of {DOCUMENTS} published", flush=True)
        wrong += _print_faults(outcome.losses)
    print(f"{done} kills, {wrong} faults")
    return 1 if wrong else 0


def _print_faults(faults: tuple[str, ...]) -> int:
    for fault in faults:
        print(f"  WRONG: {fault}", flush=True)
    return len(faults)


if __name__ == "__main__":
    sys.exit(main())
