"""The one way a benchmark reports: a table on the screen and build/bench/NAME.json."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "bench"


@dataclass(frozen=True)
class Row:
    """One figure under the names of CONVENTIONS. `n` is how many measurements or questions stand behind it.

    `baseline` is the same work done barely (the raw scan, the empty page), in the same unit; `low` and `high` a 95 %
    interval; `aim` what the figure should meet, as text. These are printed and not written.
    """

    set: str
    metric: str
    value: float
    unit: str
    n: int
    baseline: float | None = None
    low: float | None = None
    high: float | None = None
    aim: str = ""

    def as_json(self) -> dict[str, str | float | int]:
        """Give the five members that CONVENTIONS names; the others are for the printed table."""
        return {"set": self.set, "metric": self.metric, "value": self.value, "unit": self.unit, "n": self.n}


def report(name: str, rows: Sequence[Row], notes: Iterable[str] = (), folder: Path = BUILD) -> Path:
    """Print `rows` as a table, then `notes` (what the figures mean), and write `folder`/NAME.json; give its path."""
    print(f"\nbench-{name} at {commit()} on {machine()}")
    for line in table(rows):
        print(line)
    for note in notes:
        print(note)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    body = {"commit": commit(), "machine": machine(), "rows": [row.as_json() for row in rows]}
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def table(rows: Sequence[Row]) -> list[str]:
    """Lay `rows` out in columns; a column that no row fills is left out."""
    heads = ("set", "metric", "value", "unit", "n", "95 %", "bare", "ratio", "aim")
    lines = [heads, *(_cells(row) for row in rows)]
    kept = [i for i in range(len(heads)) if i < 5 or any(line[i] for line in lines[1:])]
    widths = {i: max(len(line[i]) for line in lines) for i in kept}
    return ["  ".join(_padded(line[i], widths[i], i) for i in kept).rstrip() for line in lines]


def commit() -> str:
    """Name the commit that is measured, with a + where files differ from it; "unknown" outside a repository."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return f"{head}+" if _git("status", "--porcelain", "--untracked-files=no") else head
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine() -> str:
    """Describe the machine: processor, cores, operating system, Python."""
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def quantile(values: Sequence[float], share: float) -> float:
    """Give the value that `share` (0–1) of `values` do not exceed, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def milliseconds(work: Callable[[], object]) -> float:
    """Time one call of `work`."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def resident_mb() -> float:
    """Tell how much memory this process holds, on Linux."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cells(row: Row) -> tuple[str, ...]:
    interval = "" if row.low is None or row.high is None else f"{_number(row.low)}–{_number(row.high)}"
    bare = "" if row.baseline is None else _number(row.baseline)
    ratio = "" if not row.baseline else f"{row.value / row.baseline:.2f}x"
    return (row.set, row.metric, _number(row.value), row.unit, str(row.n), interval, bare, ratio, row.aim)


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"


def _padded(text: str, width: int, column: int) -> str:
    return text.rjust(width) if column in (2, 4, 6, 7) else text.ljust(width)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
