"""`make audit`: what pip-audit knows about the pinned requirements, and how many of them it could look up at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def summary(answer: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """Put pip-audit's list of dependencies into sentences; also tell whether a known fault is among them."""
    faults = [f"{each['name']} {each['version']}: {fault['id']}" for each in answer for fault in each.get("vulns", [])]
    looked_up = sum("skip_reason" not in each for each in answer)
    sentences = [f"pip-audit could look up {looked_up} of {len(answer)} packages."]
    if looked_up < len(answer):
        sentences.append("About the others nothing is known from here: run this where pypi.org answers.")
    if looked_up and not faults:
        sentences.append("No known fault among those it looked up.")
    return [*sentences, *faults], bool(faults)


def main() -> int:
    """Ask pip-audit and print what it said; 1 where it knows a fault, 0 else, also where it could not ask."""
    command = ["-m", "pip_audit", "--format=json", "--progress-spinner=off", "--disable-pip", "--require-hashes"]
    done = subprocess.run(
        [sys.executable, *command, "-r", "requirements.txt"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        answer = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print("pip-audit could not reach its database: nothing is known about the requirements from here.")
        return 0
    sentences, found = summary(answer)
    print("\n".join(sentences))
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
