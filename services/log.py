"""The app's own log: where something failed and under which reference, never what anybody asked or wrote."""

from __future__ import annotations

import logging
import traceback
from copy import copy
from logging.handlers import RotatingFileHandler
from pathlib import Path

WRITTEN = ("accelerate", "services", "components", "dbos")  # the loggers whose words are ours to vouch for
MOST_BYTES = 1_000_000
KEPT = 5


class Places(logging.Formatter):
    """Formats an exception as its type and its places; its message, which may quote a question, is left out."""

    def format(self, record: logging.LogRecord) -> str:
        """Format afresh: another handler may have left its own text of the exception in the record."""
        record = copy(record)
        record.exc_text = None
        return super().format(record)

    def formatException(self, exc_info: object) -> str:
        """Give one line a place, outermost first, then the type."""
        if not isinstance(exc_info, tuple) or exc_info[1] is None:
            return ""
        error: BaseException = exc_info[1]
        places = [f"  {each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(error.__traceback__)]
        return "\n".join([*places, f"  {type(error).__module__}.{type(error).__qualname__}"])


def open_log(folder: Path) -> logging.Handler:
    """Write what the app logs to `folder`/accelerate.log (1 MB, five older ones kept) and give the handler."""
    folder.mkdir(mode=0o700, exist_ok=True)
    handler = RotatingFileHandler(folder / "accelerate.log", maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(Places("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(lambda record: record.name.split(".")[0] in WRITTEN)
    logging.getLogger().addHandler(handler)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Stop writing to the log that `open_log` opened."""
    logging.getLogger().removeHandler(handler)
    handler.close()
