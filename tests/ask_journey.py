"""From a first start to an answer with its source open, without a screen: `python -m tests.ask_journey FOLDER`.

Prints what happened as JSON, and first of all whether the outside could be reached.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path

from services.bootstrap import build
from services.settings import Settings

QUESTION = "How many weeks of paid parental leave am I entitled to?"
OUTSIDE = ("192.0.2.1", 9)  # TEST-NET-1 (RFC 5737): nobody is there
PATIENCE = 90


def outside() -> str:
    """Try to reach another machine; say how that ended."""
    try:
        with socket.create_connection(OUTSIDE, timeout=2):
            return "reached"
    except TimeoutError:
        return "on its way"
    except OSError as error:
        return str(error)


def main(data: Path) -> None:
    """Start on `data`, wait for the handbook, ask, open the first source."""
    told: dict[str, object] = {"outside": outside()}
    began = time.monotonic()
    services = build(Settings(data, "embedded"))
    try:
        services.start()
        ana = services.people.user("ana")
        while not services.knowledge.progress(ana, "employee-handbook").ready:
            if time.monotonic() - began > PATIENCE:
                raise TimeoutError(f"the handbook was not ready within {PATIENCE} s")
            time.sleep(0.2)
        told["seconds_to_ready"] = round(time.monotonic() - began, 1)
        receipt = services.answers.ask(ana, QUESTION, ("employee-handbook",))
        told["seconds_to_answer"] = round(time.monotonic() - began, 1)
        answer = services.answers.asked(ana, receipt.id).answer
        told["strength"] = answer.strength.value
        told["quotes"] = [each.quote for each in answer.citations]
        first = answer.citations[0]
        opened = services.knowledge.open_source(
            ana, first.document_id, first.page, first.start, first.end, receipt_id=receipt.id
        )
        told["opened"] = opened.quote
    finally:
        services.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
