"""The house: which way imports go, and where what protects people may stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.leaks.paths import INNER
from tests.servers import ROOT

ROOMS = ("people", "ledger", "governance", "models", "prompts", "knowledge", "answers", "notebooks", "insight")
"""In the order of DESIGN §3: each may use those before it, and `store`."""

FOR_EVERYBODY = ("errors", "store")
FRONT_DOOR = Path("streamlit_app.py")


@dataclass(frozen=True)
class Module:
    """A Python file of the app: its path from the root, and what it says."""

    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room of a service, such as "knowledge"; the first folder of anything else."""
        return self.path.parts[1].removesuffix(".py") if self.path.parts[0] == "services" else self.path.parts[0]

    def is_command(self) -> bool:
        """Tell whether `python -m` runs it, so that it may ask the settings itself."""
        return any(isinstance(node, ast.If) and "__main__" in ast.unparse(node.test) for node in self.tree.body)

    def imports(self) -> Iterator[str]:
        """Every module named by an import, also inside functions."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (each.name for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""
                yield from (f"{node.module}.{each.name}" for each in node.names)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return tuple(Module(file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))) for file in files)


def front_door() -> Module:
    return Module(FRONT_DOOR, ast.parse((ROOT / FRONT_DOOR).read_text(encoding="utf-8")))


def app_modules() -> tuple[Module, ...]:
    return (front_door(), *modules("pages", "components", "services"))


def imports_of(found: tuple[Module, ...], *names: str) -> list[str]:
    """Give "file imports module" for each import of `names` or of something inside them."""
    return sorted(
        {
            f"{module.path} imports {name}"
            for module in found
            for imported in module.imports()
            for name in names
            if imported == name or imported.startswith(f"{name}.")
        }
    )


def test_services_know_nothing_of_screens() -> None:
    assert imports_of(modules("services"), "streamlit", "components", "pages", "streamlit_app") == []


def test_components_know_nothing_of_pages() -> None:
    assert imports_of(modules("components"), "pages", "streamlit_app") == []


def test_nothing_of_the_app_imports_its_tests() -> None:
    assert imports_of(app_modules(), "tests", "pytest", "playwright") == []


def test_a_room_uses_only_rooms_before_it() -> None:
    wrong = []
    for module in modules(*(f"services/{room}" for room in ROOMS)):
        allowed = (*FOR_EVERYBODY, *ROOMS[: ROOMS.index(module.room) + 1], "content")
        if module.is_command():
            allowed = (*allowed, "settings")
        for imported in module.imports():
            parts = imported.split(".")
            if parts[0] == "services" and len(parts) > 1 and parts[1] not in allowed:
                wrong.append(f"{module.path} imports {imported}")
    assert wrong == []


def test_every_room_has_its_place_in_the_order() -> None:
    folders = {path.name for path in (ROOT / "services").iterdir() if (path / "__init__.py").exists()}
    assert folders - {"store", "backends", "content"} <= set(ROOMS)


def test_the_store_knows_no_room_but_the_nouns_it_is_asked_for() -> None:
    rooms = [f"services.{room}" for room in ROOMS]
    assert imports_of(modules("services/store"), *rooms) == []


def test_only_bootstrap_imports_backends() -> None:
    others = tuple(
        module
        for module in app_modules()
        if module.path != Path("services/bootstrap.py") and module.path.parts[:2] != ("services", "backends")
    )
    assert imports_of(others, "services.backends") == []


def test_only_components_app_builds_the_services() -> None:
    others = tuple(module for module in app_modules() if module.path != Path("components/app.py"))
    assert imports_of(others, "services.bootstrap.build") == []


def test_the_environment_is_read_only_by_settings() -> None:
    readers = [
        f"{module.path}:{node.lineno}"
        for module in app_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in ("environ", "getenv", "environb")
    ]
    assert [each for each in readers if not each.startswith("services/settings.py:")] == []


def test_session_state_stands_only_in_its_room() -> None:
    users = [
        str(module.path)
        for module in app_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "session_state"
    ]
    assert set(users) <= {"components/state.py"}


def _reached_through_services(module: Module) -> Iterator[str]:
    """Give each longest chain that begins with `services()`, such as "knowledge.search"."""
    inner = {node.value for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node not in inner:
            root, _, chain = ast.unparse(node).partition("services().")
            if not root and chain:
                yield chain


def _verbs_in(module: Module, name: str) -> Iterator[ast.FunctionDef]:
    """Give each public function of the class `name` in `module`."""
    for kind in module.tree.body:
        if isinstance(kind, ast.ClassDef) and kind.name == name:
            yield from (each for each in kind.body if isinstance(each, ast.FunctionDef) and each.name[0] != "_")


def _verbs_of_rooms() -> set[str]:
    """Give "room.verb" for each public function in the class of a room, which stands in the module of its name."""
    return {
        f"{room}.{verb.name}"
        for room in ROOMS
        for module in modules(f"services/{room}")
        if module.path.name == f"{room}.py"
        for verb in _verbs_in(module, room.capitalize())
    }


def _verbs_of_desks() -> set[str]:
    """Give "room.desk.verb" for each function that begins with `user` in a desk, which has the name of its module."""
    return {
        f"{room}.{module.path.stem}.{verb.name}"
        for room in ROOMS
        for module in modules(f"services/{room}")
        for verb in _verbs_in(module, module.path.stem.title().replace("_", ""))
        if [each.arg for each in verb.args.args[:2]] == ["self", "user"]
    }


def test_screens_use_a_rooms_verbs_and_never_what_the_room_is_made_of() -> None:
    building = {"start", "close", "announce"}  # the life of the server
    verbs = _verbs_of_rooms() | _verbs_of_desks()
    # A room or a desk under a short name: the second half looks at what is done with it.
    allowed = {*verbs, *ROOMS, *(verb.rpartition(".")[0] for verb in verbs)}
    screens = (front_door(), *modules("pages", "components"))
    reached = [
        f"{module.path} reaches {chain}"
        for module in screens
        for chain in _reached_through_services(module)
        if chain not in allowed and not (module.path == Path("components/serving.py") and chain in building)
    ]
    taken_apart = [
        f"{module.path}:{node.lineno} names {node.attr}"
        for module in screens
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {*INNER, "database"}
    ]
    assert reached + taken_apart == []


def test_pages_stand_in_sections_and_never_directly_in_pages() -> None:
    # Directly in pages/, Streamlit would serve a page without streamlit_app.py, so without the sign-in.
    assert [file.name for file in (ROOT / "pages").glob("*.py")] == []


def _places() -> list[dict[str, object]]:
    """Read the literal arguments of each `Place(…)` in the front door."""
    names = ("path", "title", "section", "url_path")
    return [
        dict(zip(names, (ast.literal_eval(argument) for argument in node.args), strict=False))
        for node in ast.walk(front_door().tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Place"
    ]


def test_every_page_is_registered_once_with_an_address_of_its_own() -> None:
    places = _places()
    files = {str(module.path) for module in modules("pages")}
    assert {place["path"] for place in places} == files
    for each in ("path", "title", "url_path"):
        assert len({place[each] for place in places}) == len(places) > 0
    assert all(place["url_path"] for place in places)


@pytest.mark.parametrize("folder", ["pages", "components"])
def test_raw_html_is_never_let_through_unsafely(folder: str) -> None:
    # st.html sanitises what it is given; these two switch that off. look.py names our own script, and nothing else.
    unsafe = [
        f"{module.path}:{node.value.lineno}"
        for module in modules(folder)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.keyword) and node.arg in ("unsafe_allow_html", "unsafe_allow_javascript")
        if module.path != Path("components/look.py")
    ]
    assert unsafe == []


def test_the_entries_of_a_list_are_given_as_they_are() -> None:
    """Streamlit reads labels, pills and radio buttons as Markdown, but shows the entries of these lists raw."""
    for module in modules("pages", "components"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.selectbox", "st.multiselect"):
                shown = [ast.unparse(each.value) for each in node.keywords if each.arg == "format_func"]
                assert not any("plain" in each for each in shown), f"{module.path}:{node.lineno}"


def test_pages_hold_no_loop_that_computes_no_try_and_no_vendor() -> None:
    tries = [
        f"{module.path}" for module in modules("pages") for node in ast.walk(module.tree) if isinstance(node, ast.Try)
    ]
    assert tries == []
    assert imports_of(modules("pages"), "sqlalchemy", "numpy", "pandas", "onnxruntime") == []


def test_no_test_patches_what_it_tests() -> None:
    patched = [
        f"{module.path}:{node.lineno}"
        for module in modules("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom | ast.Import) and "unittest.mock" in ast.unparse(node)
    ]
    assert patched == []


def test_every_module_says_in_one_sentence_what_it_is_for() -> None:
    silent = []
    for module in app_modules():
        first = (ast.get_docstring(module.tree) or "").split("\n\n")[0].strip()
        if module.tree.body and not first.endswith("."):
            silent.append(str(module.path))
    assert silent == []
