"""On CI nothing is left out unseen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.servers import ROOT, environment


def test_a_skipped_test_fails_on_ci_unless_its_reason_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "test_skips.py"
    file.write_text(
        "import pytest\n"
        "def test_allowed(): pytest.skip('needs a machine that allows network namespaces')\n"
        "def test_other(): pytest.skip('no time')\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-q",
        "--rootdir",
        str(tmp_path),
    ]
    said = {
        ci: subprocess.run(
            [*command, str(file)],
            cwd=ROOT,
            env=environment(tmp_path, {"CI": ci}),
            capture_output=True,
            text=True,
            check=False,
        )
        for ci in ("true", "")
    }
    assert (said["true"].returncode, said[""].returncode) == (1, 0)
    assert "a test was skipped on CI: Skipped: no time" in said["true"].stdout
    assert "1 failed, 1 skipped" in said["true"].stdout
    assert "2 skipped" in said[""].stdout
