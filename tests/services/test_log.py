"""The log names the place of a fault, and never what somebody asked."""

from __future__ import annotations

import logging
from pathlib import Path

from services.log import close_log, open_log


def _fail(question: str) -> None:
    raise ValueError(f"could not answer {question!r}")


def test_a_fault_is_written_with_its_reference_and_place_but_without_its_words(
    tmp_path: Path, logged_errors: list[logging.LogRecord]
) -> None:
    handler = open_log(tmp_path / "log")
    try:
        _fail("how many days of parental leave?")
    except ValueError as error:
        logging.getLogger("accelerate").error("reference %s", "1a2b3c4d", exc_info=error)
    close_log(handler)
    logged_errors.clear()

    written = (tmp_path / "log" / "accelerate.log").read_text()
    assert "reference 1a2b3c4d" in written
    assert "test_log.py" in written
    assert "_fail" in written
    assert "builtins.ValueError" in written
    assert "parental" not in written


def test_the_log_begins_a_new_file_before_it_grows_large(tmp_path: Path) -> None:
    handler = open_log(tmp_path)
    for _ in range(30):
        logging.getLogger("accelerate").warning("x" * 100_000)
    close_log(handler)
    sizes = [file.stat().st_size for file in tmp_path.iterdir()]
    assert len(sizes) == 4
    assert max(sizes) <= 1_000_000


def test_a_closed_log_writes_nothing_more(tmp_path: Path) -> None:
    close_log(open_log(tmp_path))
    logging.getLogger("accelerate").warning("after")
    assert "after" not in (tmp_path / "accelerate.log").read_text()
