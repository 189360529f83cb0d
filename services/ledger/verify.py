"""Checks the ledger of the data folder: `python -m services.ledger.verify [number:digest]`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from services.errors import AppError, BadInput
from services.ledger.chain import parse_head
from services.ledger.ledger import Ledger
from services.ledger.verification import Verification
from services.settings import read_settings
from services.store.database import open_database


def verify(data: Path, head: str = "") -> Verification:
    """Walk the chain in the data folder, changing nothing; `head` is a newest link that was kept elsewhere."""
    if not (data / "accelerate.sqlite").exists():
        raise BadInput(f"There is no ledger in {data}.", "Set APP_DATA to the folder that the app uses.")
    return Ledger(open_database(data / "accelerate.sqlite")).verify(parse_head(head) if head else None)


def told(verification: Verification) -> list[str]:
    """Say what was found, one sentence a line."""
    counted = f"{verification.receipts:,} receipts and {verification.audit_entries:,} audit entries"
    if verification.is_whole:
        lines = [f"The ledger is whole: {counted}, each following on the one before."]
    else:
        lines = [verification.fault, f"Up to there it is whole: {counted}."]
    for number, names in _by_receipt(verification).items():
        lines.append(f"Erased from entry {number}: {', '.join(names)}.")
    explained = Counter(text.explained_by for text in verification.erased)
    lines += [f"Entry {number} says why ({count} in all)." for number, count in sorted(explained.items())]
    return [*lines, f"Newest entry: {verification.head}"]


def _by_receipt(verification: Verification) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for text in verification.erased:
        grouped.setdefault(text.number, []).append(text.name)
    return grouped


def main(arguments: list[str] | None = None) -> int:
    """Print what was found; 1 when something was changed, cut or lost."""
    parser = argparse.ArgumentParser(prog="python -m services.ledger.verify", description=__doc__)
    parser.add_argument("head", nargs="?", default="", help="number:digest of an entry, kept elsewhere")
    given = parser.parse_args(arguments)
    try:
        verification = verify(read_settings().data, given.head)
    except AppError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 1
    print("\n".join(told(verification)))
    return 0 if verification.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
