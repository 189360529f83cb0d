"""A real process in the place of the local model's: it takes the same order, and says whatever it is asked to say.

Asked "hang", it says a word and then nothing more. Started with "die", "loading" or "library" it does not begin.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

from services.backends.embedded.local_model.child import Order, main


class Listening(socketserver.ThreadingUnixStreamServer):
    """Listens on the socket of an order."""

    def __init__(self, order: Order) -> None:
        self.order = order
        super().__init__(order.socket, Speaking)


class Speaking(BaseHTTPRequestHandler):
    """Answers one request with the words of its question."""

    server: Listening
    protocol_version = "HTTP/1.0"

    def address_string(self) -> str:
        return "socket"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["messages"][-1]["content"]
        if self.headers["authorization"] != f"Bearer {self.server.order.key}":
            self.send_error(401)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for word in asked.split(" "):
            self._say(choices=[{"delta": {"content": f"{word} "}}])
            if word == "hang":
                threading.Event().wait()
        self._say(choices=[{"delta": {}, "finish_reason": "stop"}])
        self.wfile.write(b"data: [DONE]\n\n")

    def _say(self, **told: Any) -> None:
        self.wfile.write(b"data: " + json.dumps(told).encode() + b"\n\n")
        self.wfile.flush()


def begin(order: Order) -> Listening:
    match sys.argv[1:]:
        case ["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["loading"]:
            raise RuntimeError("Failed to init server")
        case ["library"]:
            raise ImportError("no such library")
    listening = Listening(order)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    return listening


if __name__ == "__main__":
    main(begin)
