from __future__ import annotations

import pytest

from services.notebooks.notebook import Notebook
from services.people.user import LineOfBusiness, Role, User
from services.store.database import Database, open_database
from services.store.tables import metadata
from tests.conftest import SettableClock
from tests.services.answers.library import Library, furnish, library

HOSTILE = (
    "</script><script>alert(1)</script> '''\"\"\" \\x'); import os; os.abort() # %%html ![x](https://evil.example/x)"
)
TABLE = (
    "region,day,units,paid,=2+2\n"
    "North,2026-01-31,10,yes,NA\n"
    'South,2026-02-28,30.5,no,"a ""b"", c"\n'
    f'"{HOSTILE.replace(chr(34), chr(34) * 2)}",2026-03-31,-5,yes,\n'
    ",,,,=1+1\n"
).encode()


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    """The rooms over a handbook for everybody and a board's memo for the Data Office."""
    rooms = library(database, clock)
    furnish(rooms)
    return rooms


@pytest.fixture
def notebook(rooms: Library, ana: User) -> Notebook:
    return notebook_of(rooms, ana)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The .ipynb of such a notebook, from another house."""
    database = open_database(tmp_path_factory.mktemp("left") / "accelerate.sqlite")
    with database.write() as connection:
        metadata.create_all(connection)
    rooms = library(database, SettableClock())
    furnish(rooms)
    ana = User("ana", "Ana", "business analyst", LineOfBusiness("claims", "Claims"), Role.CITIZEN)
    data = rooms.notebooks.leaving.ipynb(ana, notebook_of(rooms, ana).id)
    database.engine.dispose()
    return data


def notebook_of(rooms: Library, ana: User) -> Notebook:
    """Make a notebook with a cell of every kind, hostile words in each, one closed, some that give nothing."""
    notebooks, cells = rooms.notebooks, rooms.notebooks.cells
    rooms.publish("handbook", "bad.md", [f"# Bad\n\nThe hostile leave rule says {HOSTILE} to everybody who asks."])
    made = notebooks.running.start(ana, "How many weeks of paid parental leave am I entitled to?", ("handbook",))
    notebooks.running.ask(ana, made.id, f"What does the hostile leave rule say? {HOSTILE}")
    cells.add(ana, made.id, "input", {"label": "Region", "type": "text", "value": f"North {HOSTILE}"})
    digest = notebooks.running.keep_file(ana, TABLE)
    cells.add(ana, made.id, "data", {"file": {"name": "sales.csv", "digest": digest}})
    form = {"table": "{{sales}}", "type": "bar", "dimension": "region", "measure": "units", "how": "sum"}
    chart = cells.add(ana, made.id, "chart", form)
    only = {"step": "filter", "column": "region", "test": "is", "value": "{{Region}}"}
    cells.add(ana, made.id, "data", {"source": "{{sales}}", "steps": [only]})
    search = cells.add(ana, made.id, "search", {"question": "parental leave {{Region}}", "where": ["handbook"]})
    notebooks.running.run(ana, made.id, search.id)
    cells.add(ana, made.id, "ask")
    cells.add(ana, made.id, "data")
    note = f"# Found\n\n- *{{{{Chart 1}}}}*\n- {HOSTILE}\n\n{{{{sales}}}}\n\n> {{{{Question 1}}}}"
    cells.add(ana, made.id, "note", {"text": note})
    cells.fold(ana, made.id, chart.id, True)
    return notebooks.open(ana, made.id)
