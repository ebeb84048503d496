"""An HTTP/2 client on a real TLS socket, which reads when the test says so."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.settings import SettingCodes, Settings

from tests.wire.harness.daemon import BOUND_S

LARGEST_WINDOW = 2**31 - 1


class Http2Client:
    """
    One connection to the gateway.

    :param port: the gateway's.
    :param context: the TLS side; ALPN offers HTTP/2 only.
    :param window_bytes: how much may come unasked, of each stream and of them all.
    """

    def __init__(
        self, port: int, context: ssl.SSLContext, window_bytes: int = LARGEST_WINDOW
    ) -> None:
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", port), timeout=BOUND_S)
        # A reset must not wait for the answer to what was sent before it.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        self.protocol = self.socket.selected_alpn_protocol()
        self.h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        self.h2.local_settings = Settings(
            client=True, initial_values={SettingCodes.INITIAL_WINDOW_SIZE: window_bytes}
        )
        self.h2.initiate_connection()
        if window_bytes > 65_535:
            self.h2.increment_flow_control_window(window_bytes - 65_535)
        self.status: dict[int, int] = {}
        self.heads: dict[int, dict[str, str]] = {}
        self.bodies: dict[int, bytes] = defaultdict(bytes)
        self.ended: set[int] = set()
        self.resets: dict[int, ErrorCodes | int | None] = {}
        self.goodbye: ErrorCodes | int | None = None
        self.closed = False
        self.flush()

    def flush(self) -> None:
        """Send what there is to say."""
        data = self.h2.data_to_send()
        if data:
            self.socket.sendall(data)

    def get(self, path: str, flush: bool = True) -> int:
        """Ask for an event stream, and give its number."""
        accept = {"accept": "text/event-stream"}
        return self.ask(path, accept, flush=flush)

    def ask(
        self,
        path: str,
        headers: Mapping[str, str],
        method: str = "GET",
        body: bytes = b"",
        flush: bool = True,
        authority: str = "localhost",
    ) -> int:
        """Send a request, and give its stream."""
        stream_id = self.h2.get_next_available_stream_id()
        pseudo = {
            ":method": method,
            ":scheme": "https",
            ":authority": authority,
            ":path": path,
        }
        fields = [*pseudo.items(), *headers.items()]
        self.h2.send_headers(stream_id, fields, end_stream=not body)
        if body:
            self.h2.send_data(stream_id, body, end_stream=True)
        if flush:
            self.flush()
        return stream_id

    def answer(self, stream_id: int) -> tuple[int, dict[str, str], bytes]:
        """Read until a stream is over; give the status, the headers and the body."""
        self.until(
            lambda: stream_id in self.ended or stream_id in self.resets, "an answer"
        )
        return self.status[stream_id], self.heads[stream_id], self.bodies[stream_id]

    def leave(self, stream_id: int) -> None:
        """Leave one stream."""
        self.h2.reset_stream(stream_id, ErrorCodes.CANCEL)
        self.flush()

    def wait(self) -> None:
        """Wait until there is something to read."""
        if not self.socket.pending():
            select.select([self.socket], [], [], BOUND_S)

    def read(self) -> None:
        """Wait for some bytes, and take them."""
        data = self.socket.recv(262_144)
        if not data:
            self.closed = True
            return
        for event in self.h2.receive_data(data):
            if isinstance(event, ResponseReceived):
                fields: list[tuple[Any, Any]] = list(event.headers)
                self.heads[event.stream_id] = dict(fields)
                self.status[event.stream_id] = int(dict(fields)[":status"])
            elif isinstance(event, DataReceived):
                self.bodies[event.stream_id] += event.data
            elif isinstance(event, StreamEnded):
                self.ended.add(event.stream_id)
            elif isinstance(event, StreamReset):
                self.resets[event.stream_id] = event.error_code
            elif isinstance(event, ConnectionTerminated):
                self.goodbye = event.error_code
        self.flush()

    def until(self, state: Callable[[], object], what: str) -> None:
        """Read until a state is there."""
        deadline = time.monotonic() + BOUND_S
        while not state():
            if self.closed or time.monotonic() > deadline:
                raise AssertionError(f"never came: {what}")
            self.read()

    def until_event(self, stream_id: int) -> None:
        """Read until a stream has some of its body."""
        self.until(lambda: self.bodies[stream_id], "an event")

    def close(self) -> None:
        """Leave."""
        self.socket.close()
