"""What each kind of cell holds, says and does: one module a kind, which names it `KIND`; a new file is a new kind."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from services.errors import BadInput
from services.notebooks.kinds.kind import Kind


def _kinds() -> Mapping[str, Kind]:
    modules = [importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]
    found = [module.KIND for module in modules if hasattr(module, "KIND")]
    return MappingProxyType({each.name: each for each in sorted(found, key=lambda each: (each.more, each.place))})


KINDS: Mapping[str, Kind] = _kinds()
"""Every kind by its name, in the order of the + menu."""


def kind_named(name: str) -> Kind:
    """Give a kind. BadInput where there is none of that name, as in a file that another version wrote."""
    if name not in KINDS:
        raise BadInput(f"There is no kind of step “{name}”.", f"There are: {', '.join(KINDS)}.")
    return KINDS[name]
