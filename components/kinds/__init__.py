"""How each kind of cell looks: one module a kind, named as the kind, which names it `SCREEN`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType

from components.kinds.screen import Screen
from services.notebooks.kinds import KINDS


def _screens() -> Mapping[str, Screen]:
    return MappingProxyType({name: importlib.import_module(f"{__name__}.{name}").SCREEN for name in KINDS})


SCREENS: Mapping[str, Screen] = _screens()
"""By the name of the kind."""
