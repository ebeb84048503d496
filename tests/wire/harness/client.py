"""A client on a bare socket, for what a well-behaved one cannot do or see."""

from __future__ import annotations

import socket
import ssl
import time

from tests.wire.harness.daemon import BOUND_S


class RawClient:
    """
    One connection to the gateway.

    :param port: the gateway's.
    :param context: for TLS.
    """

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self.socket: socket.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=BOUND_S
        )
        if context is not None:
            # An end that TLS was not told of is a cut.
            self.socket = context.wrap_socket(
                self.socket, server_hostname="localhost", suppress_ragged_eofs=False
            )
        self.received = b""

    def send(self, data: bytes) -> None:
        """Send it all."""
        self.socket.sendall(data)

    def get(self, path: str, *headers: str) -> None:
        """Send a GET."""
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
        self.send("\r\n".join(lines).encode())

    def until(self, mark: bytes) -> bytes:
        """
        Read until some bytes have come; give all that came before, and them.

        :raises AssertionError: when they do not come in time, whatever else does.
        """
        deadline = time.monotonic() + BOUND_S
        while mark not in self.received:
            more = self._receive(deadline, mark)
            if not more:
                raise ConnectionError(f"ended before {mark!r}: {self._tail()!r}")
            self.received += more
        before, _, self.received = self.received.partition(mark)
        return before + mark

    def rest(self) -> tuple[bytes, str]:
        """Read to the end; say whether it was a ``close`` or a ``reset``."""
        deadline = time.monotonic() + BOUND_S
        while True:
            try:
                more = self._receive(deadline, b"the end")
            except (ConnectionResetError, ssl.SSLError):
                return self.received, "reset"
            if not more:
                return self.received, "close"
            self.received += more

    def is_cut(self) -> bool:
        """Read to the end; whether it came in order, and before a last chunk."""
        rest, how = self.rest()
        return how == "close" and not rest.endswith(b"0\r\n\r\n")

    def _receive(self, deadline: float, wanted: bytes) -> bytes:
        left_s = deadline - time.monotonic()
        if left_s > 0:
            self.socket.settimeout(left_s)
            try:
                return self.socket.recv(65536)
            except TimeoutError:
                pass
            finally:
                self.socket.settimeout(BOUND_S)
        raise AssertionError(f"never came: {wanted!r}, but {self._tail()!r}")

    def _tail(self) -> bytes:
        return self.received[-1000:]

    def close(self) -> None:
        """Leave."""
        self.socket.close()
