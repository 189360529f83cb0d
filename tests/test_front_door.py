"""The front door: who gets in, where they land, and what protects every answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

import pytest
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse
from starlette.routing import Route, Router, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from components.door import COOKIE, SIGNED_IN_HEADER, Door, doorways, local_path, protections
from services.bootstrap import CONTENT
from services.errors import NotAllowed
from services.people.people import People, read_people
from services.people.user import Role
from streamlit_app import PLACES, Place, admit
from tests.servers import Server, running_app
from tests.visits import FrontDoor

HERE = ("127.0.0.1", 50000)
OWN = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}


# ---- the door itself, before a page that tells what reached it


@pytest.fixture
def people() -> People:
    return People(read_people(CONTENT / "people.toml"), b"a secret of the tests")


def house(people: People) -> Door:
    async def page(request: Asked) -> JSONResponse:
        return JSONResponse({"signed_in": request.headers.getlist(SIGNED_IN_HEADER)})

    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("here")
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.send_bytes(await websocket.receive_bytes())

    inside = Router(
        [
            *doorways(lambda: people),
            WebSocketRoute("/_stcore/stream", stream),
            Route("/{path:path}", page, methods=["GET", "POST"]),
        ]
    )
    return Door(inside, lambda: people)


@pytest.fixture
def stranger(people: People) -> TestClient:
    return TestClient(house(people), "http://localhost", client=HERE, follow_redirects=False)


@pytest.fixture
def ana_here(people: People, stranger: TestClient) -> TestClient:
    stranger.cookies.set(COOKIE, people.sign(people.user("ana")))
    return stranger


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST"])
def test_a_request_to_this_machine_by_name_or_address_is_answered(stranger: TestClient, host: str) -> None:
    assert stranger.get("/sign-in", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "ana@localhost", "localhost:http", "", "["]
)
def test_a_request_to_another_host_name_is_refused(stranger: TestClient, host: str) -> None:
    answer = stranger.get("/sign-in", headers={"host": host})
    assert (answer.status_code, answer.text) == (
        403,
        "Accelerate answers only to http://localhost or http://127.0.0.1 while sign-in is a card.",
    )


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.1", "8.8.8.8", "2001:db8::1", "not-an-address"])
def test_a_request_from_another_machine_is_refused(people: People, address: str) -> None:
    answer = TestClient(house(people), "http://localhost", client=(address, 1)).get("/sign-in")
    assert (answer.status_code, answer.text) == (
        403,
        "Accelerate answers only to this machine while sign-in is a card.",
    )


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"]
)
def test_a_request_that_came_through_a_proxy_is_refused_and_told_by_which_sign(
    ana_here: TestClient, header: str
) -> None:
    answer = ana_here.get("/", headers={header: "127.0.0.1"})
    assert answer.status_code == 403
    assert answer.text == f"Accelerate does not answer through a proxy ({header.lower()}) while sign-in is a card."


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/dataframe/x", "/_stcore/script-health-check"],
)
def test_what_nobody_needs_is_closed_also_to_who_has_signed_in(ana_here: TestClient, path: str) -> None:
    assert ana_here.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/sign-in", "/_stcore/metrics", "/media/x.png", "/static/x.js"])
def test_every_answer_carries_the_protections(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert protections().items() <= dict(answer.headers).items()


def test_the_policy_lets_nothing_in_from_elsewhere_and_no_other_site_frame_the_app() -> None:
    policy = dict(part.split(" ", 1) for part in protections()["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "http" not in " ".join(policy.values())
    assert "unsafe" not in policy["script-src"]


@pytest.mark.parametrize(
    ("asked", "link"),
    [
        ("/", "/sign-in"),
        ("/playground", "/sign-in?next=%2Fplayground"),
        ("/playground?notebook=n1&cell=2", "/sign-in?next=%2Fplayground%3Fnotebook%3Dn1%26cell%3D2"),
        ("/knowledge?q=caf%C3%A9%20a", "/sign-in?next=%2Fknowledge%3Fq%3Dcaf%25C3%25A9%2520a"),
    ],
)
def test_whoever_has_not_signed_in_is_sent_to_the_sign_in_page_with_the_way_back(
    stranger: TestClient, asked: str, link: str
) -> None:
    answer = stranger.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (303, link)


@pytest.mark.parametrize("path", ["/media/abc.png", "/_stcore/upload_file/s/f", "/component/x/index.html"])
def test_parts_of_pages_are_refused_to_whoever_has_not_signed_in(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 403


def test_a_websocket_opens_only_for_who_has_signed_in(stranger: TestClient, people: People) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        stranger.websocket_connect("/_stcore/stream", headers={"host": "localhost"}),
    ):
        pytest.fail("the websocket opened")
    stranger.cookies.set(COOKIE, people.sign(people.user("ana")))
    with stranger.websocket_connect("/_stcore/stream", headers={"host": "localhost"}) as websocket:
        assert websocket.receive_text() == "here"


def test_a_tab_whose_visit_has_ended_gets_its_page_for_the_gate_and_nothing_else_done(
    ana_here: TestClient, people: People
) -> None:
    click = BackMsg(rerun_script=ClientState(query_string="notebook=n1", page_script_hash="p1", fragment_id="f1"))
    click.rerun_script.widget_states.widgets.add(id="delete", trigger_value=True)
    alone = BackMsg(rerun_script=ClientState(query_string="notebook=n1", page_script_hash="p1"))
    with ana_here.websocket_connect("/_stcore/stream", headers={"host": "localhost"}) as websocket:
        websocket.receive_text()
        websocket.send_bytes(click.SerializeToString())
        assert BackMsg.FromString(websocket.receive_bytes()) == click
        people.sign_out(ana_here.cookies[COOKIE])
        websocket.send_bytes(click.SerializeToString())
        assert BackMsg.FromString(websocket.receive_bytes()) == alone
        websocket.send_bytes(b"\xff no message")
        assert BackMsg.FromString(websocket.receive_bytes()) == BackMsg(rerun_script=ClientState())


@pytest.mark.parametrize("path", ["/media/0a1b.json", "/_stcore/upload_file/session/file"])
def test_a_picture_a_download_and_an_upload_are_only_for_the_visit_that_was_handed_the_address(
    ana_here: TestClient, people: People, path: str
) -> None:
    download = ForwardMsg()
    if path.startswith("/media/"):
        download.delta.new_element.download_button.url = path
    else:
        download.file_urls_response.file_urls.add(upload_url=path)
    assert ana_here.get(path).status_code == 404
    with ana_here.websocket_connect("/_stcore/stream", headers={"host": "localhost"}) as websocket:
        websocket.receive_text()
        websocket.send_bytes(download.SerializeToString())  # this page sends back what it is told
        websocket.receive_bytes()
    own = ana_here.get(path)
    assert (own.status_code, own.headers["cache-control"]) == (200, "private, no-store")
    ana_here.cookies.set(COOKIE, people.sign(people.user("ben")))
    assert ana_here.get(path).status_code == 404


def test_a_websocket_asked_for_under_another_host_name_stays_closed(ana_here: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        ana_here.websocket_connect("/_stcore/stream", headers={"host": "evil.example"}),
    ):
        pytest.fail("the websocket opened")


def test_the_page_gets_the_cookie_as_it_was_signed_and_never_a_header_from_outside(
    ana_here: TestClient, people: People
) -> None:
    forged = people.sign(people.user("cleo"))
    answer = ana_here.get("/", headers={SIGNED_IN_HEADER: forged})
    assert answer.json() == {"signed_in": [ana_here.cookies[COOKIE]]}


def test_signing_in_sets_a_cookie_for_this_site_that_scripts_cannot_read(stranger: TestClient, people: People) -> None:
    answer = stranger.post("/sign-in", data={"person": "ben", "next": "/knowledge?kb=handbook"}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/knowledge?kb=handbook")
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= attributes
    assert people.read(answer.cookies[COOKIE]) == people.user("ben")


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://localhost"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_form_sent_from_another_site_changes_nothing(
    ana_here: TestClient, people: People, path: str, sent: dict[str, str]
) -> None:
    before = ana_here.cookies[COOKIE]
    answer = ana_here.post(path, data={"person": "cleo"}, headers=sent)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert people.read(before) == people.user("ana")


def test_signing_in_as_somebody_unknown_is_one_sentence(stranger: TestClient) -> None:
    answer = stranger.post("/sign-in", data={"person": "eve"}, headers=OWN)
    assert (answer.status_code, answer.text) == (400, "There is nobody here by that name. Choose one of the cards.")


def test_signing_out_ends_the_visit_in_every_tab(ana_here: TestClient, people: People) -> None:
    carried_by_another_tab = ana_here.cookies[COOKIE]
    answer = ana_here.post("/sign-out", headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert people.read(carried_by_another_tab) is None
    assert ana_here.get("/").headers["location"] == "/sign-in"


def test_switching_to_somebody_else_ends_the_visit_before(ana_here: TestClient, people: People) -> None:
    before = ana_here.cookies[COOKIE]
    answer = ana_here.post("/sign-in", data={"person": "ben"}, headers=OWN)
    assert people.read(before) is None
    assert people.read(answer.cookies[COOKIE]) == people.user("ben")


def test_the_sign_in_page_has_a_card_for_everybody_and_for_who_is_here_the_way_out(ana_here: TestClient) -> None:
    page = ana_here.get("/sign-in?next=/knowledge").text
    assert [f'value="{person}"' in page for person in ("ana", "ben", "sam", "cleo")] == [True] * 4
    assert "Sign out Ana" in page
    assert '<input type="hidden" name="next" value="/knowledge">' in page


def test_the_way_back_is_shown_as_text_whatever_it_holds(stranger: TestClient) -> None:
    page = stranger.get("/sign-in", params={"next": '/"><script>alert(1)</script>'}).text
    assert "<script>" not in page


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "",
        "playground",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/a\r\nset-cookie: x=y",
        "/a b",
        "/\tb",
        "/sign-in?next=/x",
        "/sign-out",
        "/caf\u00e9",
    ],
)
def test_what_is_not_a_page_of_the_app_leads_to_the_first_page(asked: str | None) -> None:
    assert local_path(asked) == "/"


# ---- the gate inside, where the door was passed


def test_nobody_sees_a_page_without_signing_in(app: FrontDoor) -> None:
    visit = app.visit(None)
    assert [each.value for each in visit.title] == ["You are signed out"]


@pytest.mark.parametrize(
    "page", ["pages/build/playground.py", "pages/know/knowledge.py", "pages/know/knowledge_base.py"]
)
def test_a_link_to_a_page_meets_the_gate(app: FrontDoor, page: str) -> None:
    visit = app.visit(None, page)
    assert [each.value for each in visit.title] == ["You are signed out"]


@pytest.mark.parametrize("forged", ["ana", True, 1, {"person": "ana"}])
def test_a_sign_in_that_is_not_a_signed_text_is_nobody(app: FrontDoor, forged: object) -> None:
    visit = app.visit(None)
    visit.user = {"signed_in": forged}
    assert [each.value for each in visit.run().title] == ["You are signed out"]


def test_whoever_signed_in_sees_who_they_are(app: FrontDoor) -> None:
    visit = app.visit("ben")
    (header,) = [each.proto.body for each in visit.get("html") if 'class="who"' in each.proto.body]
    assert "Ben <span>· People &amp; Culture</span>" in header


def test_a_visit_that_was_ended_elsewhere_meets_the_gate_at_the_next_click(app: FrontDoor) -> None:
    visit = app.visit("ana")
    app.services.people.sign_out(visit.user["signed_in"])
    assert [each.value for each in visit.run().title] == ["You are signed out"]


# ---- the app as it is served


@pytest.fixture(scope="module", params=["streamlit", "uvicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_app(tmp_path_factory.mktemp("data"), request.param) as running:
        yield running


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def ask(
    url: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None, jar: CookieJar | None = None
) -> Any:
    """Send one request and give the answer, whatever its status, without following it elsewhere."""
    opener = build_opener(_Stay, HTTPCookieProcessor(jar))
    try:
        return opener.open(Request(url, urlencode(form).encode() if form else None, headers or {}), timeout=30)
    except HTTPError as answer:
        return answer


@pytest.mark.parametrize("path", ["/", "/sign-in", "/_stcore/health", "/_stcore/metrics", "/static/nothing.js"])
def test_the_protections_are_the_same_however_the_app_is_served(server: Server, path: str) -> None:
    headers = {name.lower(): value for name, value in ask(server.url + path).headers.items()}
    assert protections().items() <= headers.items()


def test_the_metrics_are_closed_and_the_health_is_open(server: Server) -> None:
    assert ask(f"{server.url}/_stcore/metrics").status == 404
    assert ask(f"{server.url}/_stcore/health").read() == b"ok"


def test_another_host_name_and_a_proxy_are_refused(server: Server) -> None:
    assert ask(f"{server.url}/sign-in", headers={"Host": "evil.example"}).status == 403
    assert ask(f"{server.url}/sign-in", headers={"X-Forwarded-For": "127.0.0.1"}).status == 403


def test_a_link_leads_through_the_sign_in_page_to_where_it_pointed(server: Server) -> None:
    jar = CookieJar()
    asked = ask(f"{server.url}/knowledge?kb=handbook", jar=jar)
    assert asked.headers["location"] == "/sign-in?next=%2Fknowledge%3Fkb%3Dhandbook"
    form = {"person": "ana", "next": "/knowledge?kb=handbook"}
    signed_in = ask(f"{server.url}/sign-in", form, {"Origin": server.url}, jar)
    assert (signed_in.status, signed_in.headers["location"]) == (303, "/knowledge?kb=handbook")
    assert ask(f"{server.url}/knowledge?kb=handbook", jar=jar).status == 200


def test_a_wrong_setting_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as caught, running_app(tmp_path, more={"APP_BACKEND": "cloud"}):
        pytest.fail("the app started")
    assert "APP_BACKEND must be embedded, but it is 'cloud'. Set APP_BACKEND=embedded." in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_a_second_app_on_the_same_data_folder_says_where_the_first_runs(tmp_path: Path) -> None:
    with running_app(tmp_path) as first:
        with pytest.raises(AssertionError) as caught, running_app(tmp_path):
            pytest.fail("the second app started")
        assert f"Accelerate already runs on the data folder {tmp_path} at {first.url} (process" in str(caught.value)
        assert "Traceback" not in str(caught.value)


# ---- who may open what


OFFICE = Place("pages/home/home.py", "Office", "", "office", roles=frozenset({Role.CDO}))


def test_a_page_for_some_is_refused_to_the_others_whatever_the_menu_shows(people: People) -> None:
    admit(people.user("cleo"), OFFICE)
    with pytest.raises(NotAllowed, match=r"Office is not open to you\."):
        admit(people.user("ana"), OFFICE)


def test_every_page_is_open_to_everybody_but_oversight_which_is_for_stewards_and_the_cdo(people: People) -> None:
    opened = {place.section: {user.role for user in people.personas() if user.role in place.roles} for place in PLACES}

    assert opened.pop("Oversight") == {Role.STEWARD, Role.CDO}
    assert all(roles == set(Role) for roles in opened.values())
