"""Nothing leaves the machine: the way from a first start to an answer works with the network taken away."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.networkless import GUARD, NAMESPACE, way, without_network
from tests.servers import ROOT, environment


def run(*arguments: str, by: str, data: Path) -> subprocess.CompletedProcess[str]:
    command = without_network(*arguments, by=by)
    return subprocess.run(command, cwd=ROOT, env=environment(data), capture_output=True, text=True, check=False)


def test_a_question_is_answered_with_its_source_open_without_a_network(tmp_path: Path) -> None:
    by = way()
    print(f"The network was taken away by {by}.")
    done = run("-m", "tests.ask_journey", str(tmp_path), by=by, data=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["outside"] not in ("reached", "on its way")
    assert told["strength"] in ("Well supported", "Partly supported")
    assert told["opened"] == told["quotes"][0]


@pytest.mark.parametrize("by", [NAMESPACE, GUARD])
def test_without_a_network_another_machine_is_out_of_reach(tmp_path: Path, by: str) -> None:
    if by == NAMESPACE and way() != NAMESPACE:
        pytest.skip("needs a machine that allows network namespaces: sysctl kernel.unprivileged_userns_clone=1")
    done = run("-m", "tests.reach_outside", by=by, data=tmp_path)
    assert "reached" not in done.stdout
    assert done.stdout.startswith("refused")
    assert "loopback answers" in done.stdout
