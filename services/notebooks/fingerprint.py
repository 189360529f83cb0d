"""What a cell's run was made of, and in words what has changed since: the member that differs is the reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from services.notebooks.graph import by_name, sources_of
from services.notebooks.kinds import kind_named
from services.notebooks.notebook import Cell
from services.notebooks.output import digest_of
from services.notebooks.references import REFERENCE, key_of

MadeOf = Mapping[str, object]


@dataclass(frozen=True)
class Names:
    """The words for what a fingerprint names by id: cells, and knowledge bases with the day their version began."""

    cells: Mapping[str, str]
    knowledge_bases: Mapping[str, str]
    began: Mapping[str, str]


def made_of(
    cell: Cell,
    upstream: Mapping[str, tuple[str, str]],
    documents: Mapping[str, int],
    settings: Mapping[str, str],
    earlier: Sequence[str] = (),
) -> dict[str, object]:
    """Give what a run of `cell` is made of now, as plain JSON that holds no word of anybody's.

    `upstream` gives id and output digest of the cells that it refers to, by `key_of` their names; `documents` the
    version of each knowledge base it looks in, `settings` digests of how answers are made (model,
    template, parameters, policy). `earlier` are the questions above that it remembers.
    """
    ids = tuple((name, cell_id) for name, (cell_id, _) in upstream.items())
    return {
        "kind": cell.kind,
        "form": dict(_digests(cell.kind, json.dumps(cell.form, sort_keys=True), ids)),
        "upstream": dict(upstream.values()),
        "documents": dict(documents),
        "settings": dict(settings),
        **({"earlier": digest_of(list(earlier))} if earlier else {}),
    }


@lru_cache(maxsize=4096)
def _digests(kind: str, form: str, ids: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Give the digest of each field of a form, which is JSON here; a page asks for all of them at each rerun."""
    # A reference is kept by the id of its cell, so that renaming that cell changes nothing.
    places = {name: f"{{{{{cell_id}}}}}" for name, cell_id in ids}
    kept = kind_named(kind).changed(
        json.loads(form), lambda text: REFERENCE.sub(lambda found: places.get(key_of(found[1]), found[0]), text)
    )
    return tuple((field, digest_of(value)) for field, value in kept.items())


def under_new_ids(cells: Sequence[Cell], new: Mapping[str, str]) -> Iterator[Cell]:
    """Give cells under `new` ids, and what their runs were made of under those: none is out of date by that alone."""
    named = by_name(cells)
    for cell in cells:
        moved = replace(cell, id=new[cell.id])
        if cell.made_of is None:
            yield moved
            continue
        ids = {key_of(each.name): each.id for each in sources_of(cell, named)}
        before, after = (_form_digests(cell, each) for each in (ids, {name: new[old] for name, old in ids.items()}))
        # A field that is as it was when it ran is so under the new ids; any other differs still.
        form = {
            field: after[field] if before.get(field) == was else was
            for field, was in _member(cell.made_of, "form").items()
        }
        upstream = {new.get(old, old): digest for old, digest in _member(cell.made_of, "upstream").items()}
        yield replace(moved, made_of={**cell.made_of, "form": form, "upstream": upstream})


def _form_digests(cell: Cell, ids: Mapping[str, str]) -> Mapping[str, str]:
    return dict(_digests(cell.kind, json.dumps(cell.form, sort_keys=True), tuple(ids.items())))


def fingerprint(made: MadeOf) -> str:
    """Give the SHA-256 over the canonical JSON (RFC 8785) of what a run is made of."""
    return digest_of(made)


def reasons(before: MadeOf, now: MadeOf, names: Names) -> tuple[str, ...]:
    """Say in words what differs, each as what follows "out of date, because"."""
    if fingerprint(before) == fingerprint(now):
        return ()
    words = kind_named(str(now["kind"])).words
    found = [f"{words.get(each, each)} changed" for each in _differing(before, now, "form")]
    # A reference that was added or taken out changed the form, which is said already.
    both = _member(before, "upstream").keys() & _member(now, "upstream").keys()
    changed = [each for each in _differing(before, now, "upstream") if each in both]
    found += [f"“{names.cells.get(each, 'a step')}” changed" for each in changed]
    # Who said that they be remembered, or not any more, has changed the form, which is said already.
    if before.get("earlier") != now.get("earlier") and "remember" not in _differing(before, now, "form"):
        found.append("a question above changed")
    found += [_of_documents(each, before, now, names) for each in _differing(before, now, "documents")]
    # Who chose another model has changed the form, which is said already.
    chose_another = "model" in _differing(before, now, "form")
    settings = [each for each in _differing(before, now, "settings") if not (each == "model" and chose_another)]
    found += [_SETTINGS.get(each, "how answers are made changed") for each in settings]
    return tuple(dict.fromkeys(found)) or ("it was made in another way",)


_SETTINGS = {
    "model": "the model was withdrawn or approved anew",
    "policy": "a policy changed",
    "embedder": "the way sources are found changed",
}


def _of_documents(knowledge_base_id: str, before: MadeOf, now: MadeOf, names: Names) -> str:
    name = names.knowledge_bases.get(knowledge_base_id, "a knowledge base")
    if knowledge_base_id not in _member(now, "documents"):
        return f"{name} was withdrawn or is no longer yours to read"
    if knowledge_base_id not in _member(before, "documents"):
        return f"{name} came to what you may read"
    began = names.began.get(knowledge_base_id)
    return f"{name} has a new version of {began}" if began else f"{name} has another version"


def _differing(before: MadeOf, now: MadeOf, member: str) -> Iterable[str]:
    old, new = _member(before, member), _member(now, member)
    return [each for each in {**new, **old} if old.get(each) != new.get(each)]


def _member(made: MadeOf, name: str) -> Mapping[str, object]:
    return cast(Mapping[str, object], made.get(name) or {})
