"""Work that survives the end of the process: DBOS workflows on a file of their own, narrowed to what was proved."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from services.store.dialect import write_ahead
from services.store.faults import explained

Act = Callable[[list[str]], None]
"""What is done with a few ids. It must be idempotent: after a crash it is called again with the same ids."""

LINES = ("documents", "own files")
"""The queues. Each works on one thing at a time; a person's own file never waits behind a long collection."""

LAST_SECONDS = 10
"""How long `stop` waits for what is being acted on."""

POLLING_SECONDS = 0.5
"""How often each queue is looked at; ten times a second would cost 5 % of a core for ever."""

# With another executor or version, a killed workflow would never be taken up again (measured with dbos 3.4).
_EXECUTOR = "accelerate"
_VERSION = "1"
_UNFINISHED = ["ENQUEUED", "PENDING", "DELAYED"]

_log = logging.getLogger(__name__)


class DurableWork:
    """Queues of ids that are acted on, once more after a crash. One process a file: whoever builds this holds a lock.

    DBOS keeps one instance a process, so only one `DurableWork` can be started at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._dbos: Any = None
        self._workflow: Any = None

    def start(self, act: Act) -> None:
        """Take up what was unfinished, and from now on what is enqueued. Takes about a second: DBOS is imported."""
        from dbos import DBOS

        self._prepare_file()
        DBOS(
            config={
                "name": "accelerate",
                "system_database_url": f"sqlite:///{self._path}",
                "executor_id": _EXECUTOR,
                "application_version": _VERSION,
                "log_level": "ERROR",
                "enable_otlp": False,
            }
        )
        _log_with_the_app()

        @DBOS.step(name="act")
        def step(ids: list[str]) -> None:
            act(ids)

        @DBOS.workflow(name="work")
        def workflow(ids: list[str]) -> None:
            step(ids)

        self._workflow = workflow
        DBOS.launch()
        for line in LINES:
            DBOS.register_queue(line, worker_concurrency=1, polling_interval_sec=POLLING_SECONDS)
        self._dbos = DBOS

    def _prepare_file(self) -> None:
        """Have the database write ahead, which DBOS leaves as it finds it; set a damaged file aside and begin anew.

        What was under way then stands in the documents' own rows, and is submitted again.
        """
        with explained():
            if not write_ahead(self._path):
                self._path.replace(self._path.with_suffix(".damaged"))
                _log.warning("the file of unfinished work was damaged and is begun anew")
                write_ahead(self._path)

    def enqueue(self, line: str, ids: Sequence[str]) -> None:
        """Have `ids` acted on, in one go, after what is in `line` already. Once this returns it is not forgotten."""
        self._dbos.enqueue_workflow(line, self._workflow, list(ids))

    def under_way(self) -> frozenset[str]:
        """Give all ids that wait or are being acted on."""
        workflows = self._dbos.list_workflows(status=_UNFINISHED, load_input=True)
        return frozenset(each for workflow in workflows for each in workflow.input["args"][0])

    def stop(self) -> None:
        """Let go of the file; what is unfinished is taken up at the next start."""
        if self._dbos is not None:
            # Who is acting ends between two passages; DBOS must be there to note it.
            self._dbos.destroy(destroy_registry=True, workflow_completion_timeout_sec=LAST_SECONDS)
            self._dbos = None


def _log_with_the_app() -> None:
    # DBOS brings a handler of its own that writes to the terminal.
    logger = logging.getLogger("dbos")
    logger.handlers.clear()
    logger.propagate = True
