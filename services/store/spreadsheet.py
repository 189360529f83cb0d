"""What becomes of words in a file that a spreadsheet opens: none of them is run there."""

from __future__ import annotations

import re

# Also in the wide signs that some spreadsheets read as the narrow ones.
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
_NEGATIVE = re.compile(r"-\d[\d.,]*%?", re.ASCII)


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet would take a text for a formula; a negative number is none."""
    return _FORMULA.match(text) is not None and _NEGATIVE.fullmatch(text) is None


def defused(text: str) -> str:
    """Give a text with a ' before it where it would be taken for a formula (OWASP, CSV injection)."""
    return f"'{text}" if is_formula(text) else text
