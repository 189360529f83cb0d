"""What most tests start from: a real database, a clock that can be set, and the four people of the shipped personas."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from services.people.user import LineOfBusiness, Role, User
from services.store.database import Database, open_database
from services.store.dialect import protect
from services.store.tables import metadata

if TYPE_CHECKING:
    from tests.visits import FrontDoor

ALLOWED_SKIPS = ("needs a machine that allows network namespaces", "needs the file of the local model")
"""How the reason of a skipped test may begin on CI (CI=true); any other skip fails there, so that none goes unseen."""


@dataclass
class SettableClock:
    """A clock that stands still until it is told to go on; hand it to a service as its `now`."""

    moment: datetime = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def go_on(self, **by: float) -> None:
        """Go on by `days`, `hours`, `minutes`, `seconds`, … as timedelta names them."""
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    # What the migrations build, in a tenth of the time: tests/services/store/test_schema.py compares the two.
    opened = open_database(tmp_path / "accelerate.sqlite")
    with opened.write() as connection:
        metadata.create_all(connection)
        protect(connection)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def ana() -> User:
    return User("ana", "Ana", "business analyst", LineOfBusiness("claims", "Claims"), Role.CITIZEN)


@pytest.fixture
def ben() -> User:
    return User("ben", "Ben", "HR advisor", LineOfBusiness("people", "People & Culture"), Role.CITIZEN)


@pytest.fixture
def sam() -> User:
    return User("sam", "Sam", "steward", LineOfBusiness("people", "People & Culture"), Role.STEWARD)


@pytest.fixture
def cleo() -> User:
    return User("cleo", "Cleo", "Chief Data Officer's office", LineOfBusiness("office", "Data Office"), Role.CDO)


@dataclass
class _ErrorLog(logging.Handler):
    """Keeps what was logged as an error."""

    records: list[logging.LogRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    __hash__ = logging.Handler.__hash__


@pytest.fixture(autouse=True)
def logged_errors() -> Iterator[list[logging.LogRecord]]:
    """Fail the test when an error was logged that it did not take out of this list (`logged_errors.clear()`)."""
    log = _ErrorLog()
    logging.getLogger().addHandler(log)
    yield log.records
    logging.getLogger().removeHandler(log)
    assert [record.getMessage() for record in log.records] == [], "unexpected errors were logged"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontDoor]:
    """The app behind its front door, on a data folder of its own: `app.visit("ana", "pages/know/knowledge.py")`."""
    import streamlit

    from components.app import services
    from tests.visits import FrontDoor

    monkeypatch.setenv("APP_DATA", str(tmp_path / "data"))
    streamlit.cache_resource.clear()
    yield FrontDoor(services())
    services().close()
    streamlit.cache_resource.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: Playwright keeps an event loop in the main thread, which others can't work in."""
    items.sort(key=lambda item: "e2e" in item.path.parts)


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _seen((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _seen((yield))


def _seen(report: Report) -> Report:
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith(ALLOWED_SKIPS):
            report.outcome = "failed"
            report.longrepr = f"a test was skipped on CI: {reason}"
    return report
