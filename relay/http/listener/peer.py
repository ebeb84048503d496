"""Socket options and kernel state of client connections."""

from __future__ import annotations

import socket
import struct
from fcntl import ioctl
from sys import byteorder
from termios import TIOCOUTQ
from typing import Any, cast

from twisted.internet.interfaces import ISSLTransport

from relay.http.headers import client_address

LINGER_BYTES = 16 * 1024 * 1024
"""How many bytes a client may still send on a connection that is being closed."""
_TCP_INFO_BYTES_ACKED = 120
"""The offset of ``tcpi_bytes_acked`` in Linux's ``struct tcp_info`` (since 4.1)."""

_NO_COUNT = bytes(4)
_TCP_FIN_WAIT2 = 5
"""The ``tcpi_state`` of a connection whose end of file is acknowledged."""


def bottom(transport: Any) -> Any:
    """
    Return the transport of the socket, below TLS and PROXY-protocol wrappers.

    :param transport: of a protocol.
    """
    while getattr(transport, "wrappedProtocol", None) is not None:
        transport = transport.transport
    return transport


def tcp_socket(transport: Any) -> socket.socket | None:
    """
    Return the TCP socket of a connection.

    :param transport: of a protocol.
    :return: None for a Unix socket or an in-memory transport.
    """
    handle = getattr(bottom(transport), "socket", None)
    if isinstance(handle, socket.socket) and handle.family in (
        socket.AF_INET,
        socket.AF_INET6,
    ):
        return handle
    return None


def watch_peer(transport: Any, stall_timeout_ms: int) -> None:
    """
    Enable TCP keep-alive and TCP_USER_TIMEOUT, which detect dead peers.

    :param transport: other connections than TCP are not changed.
    :param stall_timeout_ms: the time for which bytes may stay unacknowledged; 0 for no
        limit.
    """
    connection = bottom(transport)
    handle = getattr(connection, "socket", None)
    if not isinstance(handle, socket.socket) or _is_watched(handle, stall_timeout_ms):
        return
    if tcp_socket(connection) is None:
        return
    _watch(handle, stall_timeout_ms)
    listener = getattr(getattr(connection, "server", None), "socket", None)
    if isinstance(listener, socket.socket):
        _watch(listener, stall_timeout_ms)


def _is_watched(handle: socket.socket, stall_timeout_ms: int) -> bool:
    """
    Whether a socket has these options already.

    On Linux a connection inherits the options of its listening socket, which are set
    with the first connection. Checking takes one system call instead of five.
    """
    if not stall_timeout_ms:
        return False
    try:
        set_ms = handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    except OSError:
        return False
    return set_ms == 2 * stall_timeout_ms


def _watch(handle: socket.socket, stall_timeout_ms: int) -> None:
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
    handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15)
    handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)
    if stall_timeout_ms:
        # The stall timeout must expire first, so that the outcome names it.
        handle.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 2 * stall_timeout_ms
        )


def bytes_taken(transport: Any) -> int | None:
    """
    Return the number of bytes that the client has acknowledged so far.

    :param transport: a connection; a stream of HTTP/2 has its own count.
    :return: None if the kernel does not provide it.
    """
    counted = getattr(transport, "bytes_taken", None)
    if counted is not None:
        return cast(int, counted())
    handle = tcp_socket(transport)
    if handle is None or handle.fileno() < 0:
        return None
    info = handle.getsockopt(
        socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES_ACKED + 8
    )
    if len(info) < _TCP_INFO_BYTES_ACKED + 8:
        return None
    taken: int = struct.unpack_from("=Q", info, _TCP_INFO_BYTES_ACKED)[0]
    return taken


def bytes_unacknowledged(transport: Any) -> int | None:
    """
    Return the number of bytes in the kernel that the client has not acknowledged.

    :param transport: of a connection.
    :return: None if the kernel does not provide it.
    """
    handle: Any = getattr(bottom(transport), "socket", None)
    try:
        counted: bytes = ioctl(handle, TIOCOUTQ, _NO_COUNT)
    except (OSError, TypeError, ValueError):
        return None
    return int.from_bytes(counted, byteorder)


def has_taken_all(transport: Any) -> bool:
    """
    Whether the client has acknowledged all bytes and the end of file.
    """
    handle = tcp_socket(transport)
    if handle is None or handle.fileno() < 0:
        return False
    state = handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state == _TCP_FIN_WAIT2


def push(transport: Any) -> None:
    """
    Send written bytes that wait for the next turn of the reactor.

    :param transport: a connection that is about to be cut.
    """
    descriptor = bottom(transport)
    if getattr(descriptor, "connected", False) and hasattr(descriptor, "doWrite"):
        descriptor.doWrite()


class Peer:
    """
    The two ends of a client's connection.

    :param secure: whether it is over TLS; None to ask the transport.
    """

    __slots__ = ("_secure", "transport")

    def __init__(self, transport: Any, secure: bool | None = None) -> None:
        self.transport = transport
        self._secure = secure

    @property
    def address(self) -> str:
        """The client's address; empty where the connection has none."""
        return client_address(self.transport)

    @property
    def local_address(self) -> str | None:
        """The address that the client came to; None where the connection has none."""
        return getattr(self.transport.getHost(), "host", None)

    @property
    def secure(self) -> bool:
        """Whether the connection is over TLS."""
        if self._secure is None:
            self._secure = ISSLTransport(self.transport, None) is not None
        return self._secure
