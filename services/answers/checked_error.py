"""How often the check of written answers errs, as `make bench-claims` measured it last; the screen says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MEASURED = Path(__file__).parents[1] / "content" / "measured" / "claims.json"


@dataclass(frozen=True)
class MeasuredError:
    """How often the check was right on marked examples: shares of 0 to 1, and of how many examples.

    `supported` of true sentences were found supported, `found` of changed or unrelated ones were not; `by_kind` has the
    share found of each kind of change with its number of examples. Those are made by rule and easier than what a model
    writes: of so many `written` freely, `written_right` were judged rightly, and of so many `by_hand`, which a real
    model wrote and a reader marked, `by_hand_supported` of the supported ones and `by_hand_found` of the others.
    """

    balanced_accuracy: float
    supported: float
    found: float
    examples: int
    written_right: int
    written: int
    by_hand: int
    by_hand_supported: float
    by_hand_found: float
    by_kind: Mapping[str, tuple[float, int]]

    @property
    def sentence(self) -> str:
        """Say it in one sentence, as the screen does."""
        return (
            f"The check can err: of {self.by_hand} sentences of a real model, marked by hand, it told "
            f"{self.by_hand_supported:.0%} of the supported and {self.by_hand_found:.0%} of the others rightly; of "
            f"{self.examples:,} simpler ones {self.supported:.0%} and {self.found:.0%}."
        )


@cache
def measured_error(path: Path = MEASURED) -> MeasuredError | None:
    """Give what `make bench-claims` measured last and was kept, None where nothing was."""
    if not path.is_file():
        return None
    held = json.loads(path.read_text(encoding="utf-8"))
    by_kind = {kind: (float(share), int(number)) for kind, (share, number) in held["by_kind"].items()}
    return MeasuredError(
        held["balanced_accuracy"],
        held["supported"],
        held["found"],
        held["examples"],
        held["written_right"],
        held["written"],
        held["by_hand"],
        held["by_hand_supported"],
        held["by_hand_found"],
        by_kind,
    )
