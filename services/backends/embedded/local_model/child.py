"""The child process that runs the local model, so that a crash ends it and nobody else; never started by hand.

It takes its order as one line of JSON on its input, listens on a socket that only the person who runs the app may open
(no port at all), and says on its output in another line that it is ready, or why not. It ends when its input does:
whatever becomes of the app, nothing of it stays behind.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

BATCH = 128
"""Tokens that are read at a time. A reply that nobody waits for any more is left only between two batches."""


class Hindrance(StrEnum):
    """Why there is no model."""

    LIBRARY = "library"
    LOADING = "loading"


@dataclass(frozen=True)
class Order:
    """What the child is told. `context` is how many tokens a question, its sources and the reply may have together."""

    weights: str
    socket: str
    key: str
    threads: int
    context: int

    def line(self) -> bytes:
        """Give it as the one line that goes in."""
        return json.dumps(asdict(self)).encode() + b"\n"


Begin = Callable[[Order], object]
"""Begins to listen, and gives what must be held meanwhile. Raises ImportError without its library."""


def begin(order: Order) -> object:
    """Load the model and listen. Raises RuntimeError where that fails."""
    from xllamacpp import CommonParams, Server  # type: ignore[import-untyped]

    told = CommonParams()
    told.model.path = order.weights
    told.hostnames = [order.socket]  # A name that ends in .sock is a socket of this machine, and no port is opened.
    told.api_keys = [order.key]
    told.ui = told.endpoint_slots = told.endpoint_props = told.endpoint_metrics = False
    told.offline = True
    told.n_ctx, told.n_parallel = order.context, 1
    told.n_batch = told.n_ubatch = BATCH
    told.cpuparams.n_threads = told.cpuparams_batch.n_threads = order.threads
    told.cache_ram_mib = 0  # Nothing is kept but the last question, whose beginning the next one shares.
    told.verbosity = 0
    return Server(told)


def main(begin: Begin = begin) -> None:
    """Take the order, listen, and end with the input."""
    order = Order(**json.loads(sys.stdin.buffer.readline()))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # What the library prints is no answer.
    watch = threading.Thread(target=_end_with_the_input, args=(Path(order.socket).parent,))
    watch.start()
    held, hindrance = None, ""
    try:
        held = begin(order)
    except (ImportError, OSError):
        hindrance = Hindrance.LIBRARY.value
    except (RuntimeError, MemoryError):
        hindrance = Hindrance.LOADING.value
    out.write(json.dumps({"ready": not hindrance, "hindrance": hindrance}).encode() + b"\n")
    out.flush()
    watch.join()
    del held


def _end_with_the_input(folder: Path) -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
