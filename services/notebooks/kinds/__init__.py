"""What each kind of cell holds, says and does: one module a kind, listed in `KINDS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.notebooks.kinds.ask import ASK
from services.notebooks.kinds.kind import Kind
from services.notebooks.kinds.note import NOTE
from services.notebooks.notebook import CellKind

KINDS: Mapping[CellKind, Kind] = MappingProxyType({CellKind.ASK: ASK, CellKind.NOTE: NOTE})
