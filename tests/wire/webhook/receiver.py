"""A receiver of webhooks on a real socket, with scripted answers."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from ssl import SSLContext
from typing import Any, NamedTuple


class Call(NamedTuple):
    """
    One request.

    :param at_s: when it came.
    :param path: with its query.
    :param headers: by their names in lower case.
    :param body: its body.
    """

    at_s: float
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The event's."""
        return self.headers["webhook-id"]

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode()

    def is_signed(self, secret: str) -> bool:
        """Verify the signature as a receiver does, with code of its own."""
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        mac = hmac.new(key, digestmod=hashlib.sha256)
        mac.update(self.id.encode() + b".")
        mac.update(self.headers["webhook-timestamp"].encode() + b"." + self.body)
        wanted = "v1," + base64.b64encode(mac.digest()).decode()
        recent = abs(int(self.headers["webhook-timestamp"]) - time.time()) < 60
        return recent and wanted in self.headers["webhook-signature"].split(" ")


Answer = int | tuple[int, Mapping[str, str]] | None
"""A status, with headers; None closes the connection without a word."""


class Receiver:
    """
    Records the requests that it receives.

    :param answer: says what a call is answered with; it may take its time.
    :param tls: where it is to speak TLS.
    """

    def __init__(
        self,
        answer: Callable[[Call], Answer] = lambda call: 204,
        tls: SSLContext | None = None,
    ) -> None:
        self.answer = answer
        self.calls: list[Call] = []
        self.connections = 0
        """How many were opened."""
        self._open: set[Any] = set()
        receiver = self

        class Exchange(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                """A connection is opened."""
                super().setup()
                receiver.connections += 1
                receiver._open.add(self.connection)

            def finish(self) -> None:
                """Record the end."""
                receiver._open.discard(self.connection)
                super().finish()

            def do_POST(self) -> None:
                """Take it, and answer."""
                length = int(self.headers["content-length"])
                headers = {name.lower(): one for name, one in self.headers.items()}
                body = self.rfile.read(length)
                call = Call(time.monotonic(), self.path, headers, body)
                receiver.calls.append(call)
                answer = receiver.answer(call)
                if answer is None:
                    self.close_connection = True
                    return
                status, more = answer if isinstance(answer, tuple) else (answer, {})
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Write no log line."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                """A relay that is killed leaves connections broken."""

        self._server = Server(("127.0.0.1", 0), Exchange)
        self.port: int = self._server.server_address[1]
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            socket = self._server.socket
            self._server.socket = tls.wrap_socket(socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self._scheme}://localhost:{self.port}/hook"

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self._open)

    @property
    def texts(self) -> list[str]:
        """The bodies of all calls, in order."""
        return [call.text for call in self.calls]

    def close(self) -> None:
        """Take nothing more, on kept connections either."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(SHUT_RDWR)
