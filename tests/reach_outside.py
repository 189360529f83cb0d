"""Tries to reach another machine, and then itself over loopback: `python -m tests.reach_outside`."""

from __future__ import annotations

import socket

from tests.ask_journey import OUTSIDE


def main() -> None:
    """Print what came of both."""
    try:
        with socket.create_connection(OUTSIDE, timeout=2):
            print("reached")
    except OSError as error:
        print(f"refused: {error}")
    with socket.create_server(("127.0.0.1", 0)) as here, socket.create_connection(here.getsockname(), timeout=2):
        print("loopback answers")


if __name__ == "__main__":
    main()
