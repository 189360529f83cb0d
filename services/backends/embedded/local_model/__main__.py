"""`make model`: fetches the file of the local model into the data folder, also while the app runs."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.backends.embedded.local_model.published import Published, read_published
from services.backends.embedded.local_model.weights import FolderWeights
from services.errors import AppError
from services.models.weights import Progress, Stopped
from services.settings import read_settings
from services.store.folder import make_private

CONTENT = Path(__file__).parents[3] / "content" / "local-model"
MEGABYTE = 1_000_000


def main(arguments: list[str] | None = None, published: Published | None = None) -> int:
    """Fetch what is missing; 1 and one sentence when it can't be had, 130 when it was stopped by Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m services.backends.embedded.local_model", description=__doc__)
    parser.add_argument("file", nargs="?", default="", help="a copy of the file, in the place of any network")
    given = parser.parse_args(arguments)
    try:
        published = published or read_published(CONTENT / "qwen2.5-coder-1.5b.toml")
        data = read_settings().data
        make_private(data)
        weights = FolderWeights("the local model", data / "models", published)
        with _stopped_by_ctrl_c() as stopped:
            weights.fetch(given.file, stopped, _shown(sys.stderr.isatty()))
    except AppError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 1
    except Stopped:
        print("Stopped. What has come is kept: make model goes on from there.", file=sys.stderr)
        return 130
    print(f"The local model is in {weights.path}, verified. Its licence: {published.licence}.")
    return 0


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[threading.Event]:
    """Give what Ctrl-C sets; `make` has it ignored, so that nothing else may answer it."""
    stopped = threading.Event()
    before = signal.signal(signal.SIGINT, lambda number, frame: stopped.set())
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _shown(is_terminal: bool) -> Progress:
    """Show how far it has come: on a terminal in one line, elsewhere in a line for every tenth."""
    last = -1

    def show(done: int, total: int) -> None:
        nonlocal last
        steps = total // MEGABYTE if is_terminal else 10
        step = done * steps // total if steps else 0
        if step != last:
            last = step
            end = "\n" if done == total or not is_terminal else "\r"
            print(f"{done // MEGABYTE:,} of {total // MEGABYTE:,} MB", end=end, file=sys.stderr, flush=True)

    return show


if __name__ == "__main__":
    sys.exit(main())
