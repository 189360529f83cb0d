"""What does a page cost? CPU of the server per rerun of each page, through a real session; and how soon it is there."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from components.door import COOKIE
from services.bootstrap import KNOWLEDGE_BASES, Services, build
from services.errors import NotAllowed, NotFound
from services.knowledge.passport import read_passports
from services.ledger.receipt import Outcome
from services.people.user import User
from services.settings import Settings
from tests.bench.report import BUILD, Row, report
from tests.servers import ROOT, Server, running_app

NAME = "pages"
RERUNS = 200
QUESTION = "How many weeks of paid parental leave am I entitled to?"
CELLS = 50
READING_SECONDS = 900
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
EMPTY = """import streamlit as st
st.set_page_config(page_title="Empty", layout="wide")
st.navigation([st.Page(lambda: st.title("Empty"), title="Empty", url_path="empty"),
    st.Page(lambda: None, title="Other", url_path="other")], position="top").run()
"""
NOTES = (
    "CPU milliseconds of the whole server process per rerun, one session, one rerun after the other; cpu_ms/first:",
    "of a new session that opens the page; cpu_ms/cell: of a rerun of the answer alone, as a click on it makes. Bare:",
    "a page with one title, under the same settings.",
    "start_s: from the command to the end of the first page's run, in a data folder that has been read before.",
    "first_answer_s: from an empty data folder to the first answer of the handbook, to within 2 s; all_ready_s: until",
    "all that ships is read. Both of the rooms in this process: starting Python and the server is not in them.",
)


@dataclass(frozen=True)
class Place:
    """A page as a link names it."""

    name: str
    url_path: str
    query: dict[str, str]


def main() -> None:
    """Read what ships, fill two notebooks, run each page again and again, and report; a benchmark asserts nothing."""
    data = BUILD / NAME
    # Before anything else has loaded the models into this process.
    first = first_start(BUILD / f"{NAME}-first")
    places = furnish(data)
    empty = bare(BUILD / f"{NAME}-bare")
    with running_app(data) as server:
        cookie = sign_in(server)
        with session(server, cookie) as opened:
            run(opened, places[0])
            started = time.monotonic() - (server_began(server))
        rows = [Row("server", "start_s", started, "s", 1, aim="≤ 3"), *first]
        for place in places:
            aim = "≤ 10" if place.name == "playground" else ""
            rows.append(
                Row(place.name, "cpu_ms/rerun", rerun_ms(server, cookie, place), "ms", RERUNS, baseline=empty, aim=aim)
            )
            rows.append(Row(place.name, "cpu_ms/first", first_ms(server, cookie, place), "ms", 20))
            if str(CELLS) in place.name:
                one = rerun_ms(server, cookie, place, one_cell=True)
                rows.append(Row(place.name, "cpu_ms/cell", one, "ms", RERUNS, baseline=empty, aim="≤ 15"))
    report(NAME, rows, NOTES)


def furnish(data: Path) -> tuple[Place, ...]:
    """Have everything read, and Ana ask: one answer with five sources, and a notebook of `CELLS` cells."""
    shutil.rmtree(data, ignore_errors=True)
    services = build(Settings(data=data, backend="embedded"))
    try:
        services.start()
        ana = services.people.user("ana")
        wait_until_read(services, ana)
        one = services.notebooks.running.start(ana, QUESTION)
        many = services.notebooks.running.start(ana, QUESTION)
        for number in range(CELLS - 1):
            services.notebooks.cells.add(ana, many.id, "note", {"text": f"Note {number}"})
        receipt_id = one.cells[0].receipt_id
        sources = len(services.answers.asked(ana, str(receipt_id)).answer.citations)
        print(f"The answer on the playground has {sources} sources.")
    finally:
        services.close()
    handbook = {"id": "employee-handbook"}
    return (
        Place("home", "home", {}),
        Place("playground", "playground", {"notebook": one.id}),
        Place("playground, source open", "playground", {"notebook": one.id, "cell": one.cells[0].id, "source": "1"}),
        Place(f"playground, {CELLS} cells", "playground", {"notebook": many.id}),
        Place("playground, first screen", "playground", {}),
        Place("knowledge", "knowledge", {}),
        Place("knowledge base", "knowledge_base", handbook),
        Place("documents", "knowledge_base", {**handbook, "tab": "Documents"}),
    )


def first_start(data: Path) -> list[Row]:
    """Start the rooms in an empty data folder, ask the handbook until it answers, then wait for the rest."""
    shutil.rmtree(data, ignore_errors=True)
    began = time.monotonic()
    services = build(Settings(data=data, backend="embedded"))
    try:
        services.start()
        ana = services.people.user("ana")
        answered = until_answered(services, ana) - began
        wait_until_read(services, ana)
        ready = time.monotonic() - began
    finally:
        services.close()
    return [Row("server", "first_answer_s", answered, "s", 1), Row("server", "all_ready_s", ready, "s", 1)]


def until_answered(services: Services, user: User) -> float:
    """Ask the handbook every two seconds, as its limit of runs a minute lets; give when the first answer came."""
    until = time.monotonic() + READING_SECONDS
    while time.monotonic() < until:
        with suppress(NotFound, NotAllowed):  # the handbook is not there yet
            if services.answers.ask(user, QUESTION, ("employee-handbook",)).outcome is Outcome.ANSWERED:
                return time.monotonic()
        time.sleep(2)
    raise TimeoutError(f"no answer within {READING_SECONDS} s")


def wait_until_read(services: Services, user: User) -> None:
    """Return once every shipped knowledge base is ready."""
    until = time.monotonic() + READING_SECONDS
    names = [passport.knowledge_base.id for passport in read_passports(KNOWLEDGE_BASES)]
    while not all(services.knowledge.progress(user, each).ready for each in names):
        if time.monotonic() > until:
            raise TimeoutError(f"reading took more than {READING_SECONDS} s")
        time.sleep(0.2)


def bare(folder: Path) -> float:
    """Give the CPU milliseconds per rerun of a page with one title, under this app's own settings."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / ".streamlit").mkdir(parents=True)
    shutil.copy(ROOT / ".streamlit" / "config.toml", folder / ".streamlit")
    (folder / "streamlit_app.py").write_text(EMPTY, encoding="utf-8")
    with running_app(folder / "data", folder=folder) as server:
        return rerun_ms(server, "", Place("empty", "empty", {}))


def rerun_ms(server: Server, cookie: str, place: Place, *, one_cell: bool = False) -> float:
    """Give the CPU milliseconds of the server per rerun of a page that a session has open, or of one cell on it."""
    with session(server, cookie) as open_session:
        for _ in range(5):
            fragments = run(open_session, place)
        fragment = fragments[0] if one_cell else ""
        before = cpu_ms(server)
        for _ in range(RERUNS):
            run(open_session, place, fragment)
        return (cpu_ms(server) - before) / RERUNS


def first_ms(server: Server, cookie: str, place: Place, sessions: int = 20) -> float:
    """Give the CPU milliseconds of the server for a new session that opens the page."""
    before = cpu_ms(server)
    for _ in range(sessions):
        with session(server, cookie) as new_session:
            run(new_session, place)
    return (cpu_ms(server) - before) / sessions


def cpu_ms(server: Server) -> float:
    """Give the CPU time that the server process has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def server_began(server: Server) -> float:
    """Give when the server process was started, on the monotonic clock."""
    ticks = int(Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()[19])
    return ticks / os.sysconf("SC_CLK_TCK") - (time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic())


def sign_in(server: Server) -> str:
    """Press Ana's card; give the cookie."""
    address = urlsplit(server.url)
    connection = HTTPConnection(str(address.hostname), address.port)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.url}
    connection.request("POST", "/sign-in", urlencode({"person": "ana"}), {**headers, "Sec-Fetch-Site": "same-origin"})
    cookie = str(connection.getresponse().getheader("Set-Cookie"))
    connection.close()
    return cookie.partition(";")[0].removeprefix(f"{COOKIE}=")


@contextmanager
def session(server: Server, cookie: str) -> Iterator[ClientConnection]:
    """Open a session as a browser does."""
    with connect(
        server.url.replace("http", "ws", 1) + "/_stcore/stream",
        additional_headers={"Cookie": f"{COOKIE}={cookie}", "Origin": server.url},
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=None,
    ) as opened:
        yield opened


def run(opened: ClientConnection, place: Place, fragment: str = "") -> list[str]:
    """Have the page run once, or one fragment of it, and wait for its end; give the fragments it has, in order."""
    state = ClientState(page_name=place.url_path, query_string=urlencode(place.query), fragment_id=fragment)
    opened.send(BackMsg(rerun_script=state).SerializeToString())
    fragments: dict[str, None] = {}
    while True:
        message = opened.recv()
        told = ForwardMsg.FromString(message) if isinstance(message, bytes) else ForwardMsg()
        if told.delta.fragment_id:
            fragments[told.delta.fragment_id] = None
        if told.WhichOneof("type") == "script_finished":
            return list(fragments)


if __name__ == "__main__":
    main()
