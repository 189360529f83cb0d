"""`make sizes`: the longest pages, modules and functions, for somebody to look at; nothing is enforced."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOWN = 10


def modules(*folders: str) -> list[tuple[int, str]]:
    """Give (lines, path) of each Python file under `folders`, longest first."""
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return sorted(((len(_lines(file)), str(file.relative_to(ROOT))) for file in files), reverse=True)


def functions(*folders: str) -> list[tuple[int, str]]:
    """Give (lines, path:line name) of each function under `folders`, longest first."""
    return sorted(
        (
            (node.end_lineno - node.lineno + 1, f"{file.relative_to(ROOT)}:{node.lineno} {node.name}")
            for folder in folders
            for file in (ROOT / folder).rglob("*.py")
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
        ),
        reverse=True,
    )


def main() -> None:
    """Print three lists and, of the functions, the median."""
    code = ("pages", "components", "services")
    of_all = functions(*code)
    for name, longest in (
        ("pages", modules("pages")),
        ("components and services", modules("components", "services")),
        ("functions", of_all),
    ):
        print(f"\nLongest {name}")
        for lines, what in longest[:SHOWN]:
            print(f"{lines:6}  {what}")
    print(f"\nHalf of the {len(of_all)} functions fit in {of_all[len(of_all) // 2][0]} lines.")


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    main()
