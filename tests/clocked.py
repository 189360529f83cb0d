"""The app on a clock that a test moves on, served as `tests.clocked:app`: a file says how many days are added."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.store import moment
from tests.servers import CLOCK_DAYS


def now() -> datetime:
    """Tell the time of the test."""
    file = Path(os.environ[CLOCK_DAYS])
    days = float(file.read_text() or 0) if file.exists() else 0.0
    return datetime.now(UTC) + timedelta(days=days)


# Before anything else is imported: every room takes its clock from here as it is loaded.
moment.utc_now = now

from streamlit_app import app  # noqa: E402

__all__ = ["app"]
