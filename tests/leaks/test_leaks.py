"""Nobody is shown what belongs to somebody else, by whichever way they come."""

from __future__ import annotations

import dataclasses
import inspect
import json
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import bootstrap
from services.errors import AppError
from tests.leaks.canary import CANARIES, READERS, Private, private_things
from tests.leaks.paths import INNER, ROUTES, VERBS, Way
from tests.servers import ROOT, environment

WAYS = {name: way for name, way in VERBS.items() if isinstance(way, Way)}
PEOPLE = ("ana", "ben", "sam", "cleo")
STRANGERS = [(owner, person) for owner in CANARIES for person in PEOPLE if person != owner]


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Private]]:
    with private_things(tmp_path_factory.mktemp("data")) as things:
        yield things


def public_verbs() -> set[str]:
    """Every public method of every room that `bootstrap.Services` holds, and of the desks in each."""
    hints = typing.get_type_hints(bootstrap.Services)
    rooms = {name: kind for name, kind in hints.items() if dataclasses.is_dataclass(kind) and name != "settings"}
    verbs = {f"{name}.{verb}" for name, room in rooms.items() for verb in methods(room)}
    for name, room in rooms.items():
        for part, kind in typing.get_type_hints(room).items():
            if dataclasses.is_dataclass(kind) and part not in rooms.keys() | INNER:
                verbs |= {f"{name}.{part}.{verb}" for verb, what in methods(kind).items() if begins_with_user(what)}
    return verbs


def methods(kind: type) -> dict[str, object]:
    declared = {each.name for each in dataclasses.fields(kind)}  # such as `now`, whose default is a function
    return {
        verb: what
        for verb, what in vars(kind).items()
        if not verb.startswith("_") and verb not in declared
        if inspect.isfunction(what) or isinstance(what, classmethod | property)
    }


def begins_with_user(what: object) -> bool:
    return inspect.isfunction(what) and list(inspect.signature(what).parameters)[:2] == ["self", "user"]


def shown(private: Private, way: Way, person: str) -> str:
    """Give all that `person` is shown that way, the words of a refusal included."""
    try:
        return repr(way.attempt(private, private.person(person)))
    except AppError as refusal:
        return f"{refusal.message} {refusal.hint}"


def things_of(private: Private) -> str:
    """Give all that the owner has, to see whether somebody changed it."""
    owner, services = private.person(private.owner), private.services
    return repr(
        (
            services.notebooks.open(owner, private.notebook_id),
            services.notebooks.feedback(owner, private.receipt_id),
            services.knowledge.knowledge_base(owner, private.knowledge_base_id),
            services.knowledge.documents(owner, private.knowledge_base_id),
            services.ledger.receipt(owner, private.receipt_id),
        )
    )


def test_every_public_verb_of_a_service_is_listed() -> None:
    assert public_verbs() == set(VERBS)


def test_what_reads_nothing_says_why() -> None:
    reasons = [why for why in VERBS.values() if isinstance(why, str)]
    assert [why for why in reasons if not why.startswith("reads nothing, because ")] == []


@pytest.mark.parametrize("verb", WAYS)
@pytest.mark.parametrize(("owner", "person"), STRANGERS)
def test_a_stranger_is_shown_nothing_and_changes_nothing(
    things: dict[str, Private], verb: str, owner: str, person: str
) -> None:
    private, way = things[owner], WAYS[verb]
    before = things_of(private)
    may_see = way.readers and person in READERS[owner]

    assert may_see or private.canary not in shown(private, way, person)
    assert things_of(private) == before


@pytest.mark.parametrize("verb", [verb for verb, way in WAYS.items() if way.shows])
@pytest.mark.parametrize("owner", CANARIES)
def test_the_owner_is_shown_it_so_that_the_test_above_means_something(
    things: dict[str, Private], verb: str, owner: str
) -> None:
    assert things[owner].canary in shown(things[owner], WAYS[verb], owner)


def test_every_route_is_listed() -> None:
    # In a process of its own: a server's routes need Streamlit's runtime, of which a process has one.
    program = (
        "import json, streamlit_app; "
        "print(json.dumps([each.path for each in streamlit_app.app._build_starlette_app().routes]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(Path("unused")),
        capture_output=True,
        text=True,
        check=True,
    )
    routes = json.loads(told.stdout)
    unlisted = [each for each in routes if each and not any(each.startswith(known) for known in ROUTES if known != "/")]
    assert unlisted == []
    assert len(routes) > len(ROUTES) // 2
