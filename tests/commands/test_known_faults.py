"""`make audit` says what it could look up, and fails on a known fault."""

from __future__ import annotations

from tests.commands.known_faults import summary

FINE = {"name": "numpy", "version": "2.4.6", "vulns": []}
UNKNOWN = {"name": "dbos", "skip_reason": "not found"}
FAULTY = {"name": "old", "version": "1.0", "vulns": [{"id": "CVE-2026-1"}]}


def test_packages_that_could_not_be_looked_up_are_counted_and_not_called_fine() -> None:
    sentences, found = summary([UNKNOWN, UNKNOWN])
    assert sentences[0] == "pip-audit could look up 0 of 2 packages."
    assert "No known fault" not in " ".join(sentences)
    assert not found


def test_packages_without_a_known_fault_are_said_to_have_none() -> None:
    assert summary([FINE]) == (
        ["pip-audit could look up 1 of 1 packages.", "No known fault among those it looked up."],
        False,
    )


def test_a_known_fault_is_named_and_fails() -> None:
    sentences, found = summary([FINE, FAULTY, UNKNOWN])
    assert sentences[-1] == "old 1.0: CVE-2026-1"
    assert found
