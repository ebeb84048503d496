"""The response of one call, as treq is given it: its head, and its body as it comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol as Interface

from twisted.internet.interfaces import IProtocol, IPushProducer
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse
from zope.interface import implementer

from relay.http.headers import connection_options
from relay.upstream.connection.events import Chunk, Data, Final

Forward = Callable[[bytes, bytes], None]
"""Takes whole chunks of a body: the chunks with their framing, and their content."""
WHOLE = Failure(ResponseDone("the whole body was received"))
"""How a body ends that is complete."""
_SECONDS = re.compile(rb"[0-9]{1,9}")


class BodySource(Interface):
    """The connection that a body comes from."""

    forward: Forward | None
    """Takes whole chunks as they arrive."""

    @property
    def idle_left_s(self) -> float | None:
        """The seconds until the idle clock expires; None while it does not run."""

    def pauseProducing(self) -> None:
        """Stop reading."""

    def resumeProducing(self) -> None:
        """Read again."""

    def abort(self) -> None:
        """Drop the connection."""

    def watch_silence(self, timeout_ms: int, expire: Callable[[], None]) -> None:
        """Start the idle clock."""


@implementer(IResponse, IPushProducer)
class WireResponse:
    """
    One response.

    Once it is over it has no connection: the next call may be using it already.

    :param connection: where the body comes from.
    :param final: the head.
    """

    request = None
    previousResponse: IResponse | None = None

    def __init__(self, connection: BodySource, final: Final) -> None:
        head = final.head
        self.version = (b"HTTP", 1, head.minor)
        self.code = head.code
        self.phrase = head.phrase
        self.headers: Headers = head.headers
        self.length: Any = UNKNOWN_LENGTH if final.length is None else final.length
        self.content_encoding: Sequence[bytes] = self.headers.getRawHeaders(
            b"content-encoding", ()
        )
        """``Content-Encoding``, apart from the headers: treq would decode the body."""
        if self.content_encoding:
            self.headers.removeHeader(b"content-encoding")
        self.connection_headers = head.connection
        self.connection_options = connection_options(head.connection)
        """The field names and options that ``Connection`` lists."""
        self.forward: Forward | None = None
        """Takes whole chunks instead of the protocol; None when the protocol does."""
        self.trailers: list[tuple[bytes, bytes]] = []
        """The trailer fields of a chunked body that has ended."""
        self._connection: BodySource | None = connection
        self._protocol: IProtocol | None = None
        self.delivers = False
        """Whether the body has a receiver, or will have none."""
        self._held: list[Chunk | Data] = []
        """What came before the body was delivered, one read at most."""
        self._ended: Failure | None = None

    @property
    def keeps_connection(self) -> bool:
        """Whether the server keeps the connection for another request."""
        if b"close" in self.connection_options:
            return False
        return self.version[2] == 1 or b"keep-alive" in self.connection_options

    @property
    def keep_alive_s(self) -> int | None:
        """``timeout`` of ``Keep-Alive``, in seconds; None when it is not stated."""
        for value in self.connection_headers.getRawHeaders(b"keep-alive", ()):
            for parameter in value.split(b","):
                name, _, number = parameter.strip().partition(b"=")
                if name.lower() == b"timeout" and _SECONDS.fullmatch(number):
                    return int(number)
        return None

    def setPreviousResponse(self, response: IResponse) -> None:
        """Keep the response that redirected to this one."""
        self.previousResponse = response

    def deliverBody(self, protocol: IProtocol) -> None:
        """
        Deliver the body, and then its end, to a protocol.

        :param protocol: its ``connectionLost`` is called with ``ResponseDone``,
            ``PotentialDataLoss`` (a body that an orderly end of the connection has
            ended) or ``ResponseFailed``.
        """
        if self.delivers:
            raise RuntimeError("a body is delivered once")
        self.delivers, self._protocol = True, protocol
        transport: Any = self
        protocol.makeConnection(transport)
        self.resumeProducing()
        held, self._held = self._held, []
        for event in held:
            self.take(event)
        if self._connection is not None:
            self._connection.forward = self.forward
        if self._ended is not None:
            self._finish(self._ended)

    def take(self, event: Chunk | Data) -> None:
        """Take a part of the body."""
        if self._protocol is None:
            if not self.delivers:
                self._held.append(event)
        elif self.forward is not None and isinstance(event, Chunk):
            self.forward(event.framed, event.content)
        else:
            self._protocol.dataReceived(event.content)

    def end(self, reason: Failure) -> None:
        """
        End the response.

        :param reason: see :meth:`deliverBody`.
        """
        self._connection = None
        if self.delivers:
            self._finish(reason)
        else:
            self._ended = reason

    def _finish(self, reason: Failure) -> None:
        protocol, self._protocol = self._protocol, None
        self.forward = None
        if protocol is not None:
            protocol.connectionLost(reason)

    def watch_silence(self, timeout_ms: int, expire: Callable[[], None]) -> None:
        """
        Start the idle clock, unless the response is over.

        :param timeout_ms: silence allowed, in milliseconds; 0 is no limit.
        :param expire: called when the source has been silent for that long.
        """
        if self._connection is not None:
            self._connection.watch_silence(timeout_ms, expire)

    @property
    def idle_left_s(self) -> float | None:
        """The seconds until the idle clock expires; None while it does not run."""
        return None if self._connection is None else self._connection.idle_left_s

    def pauseProducing(self) -> None:
        """Read no more of the body for now."""
        if self._connection is not None:
            self._connection.pauseProducing()

    def resumeProducing(self) -> None:
        """Read the body again."""
        if self._connection is not None:
            self._connection.resumeProducing()

    def stopProducing(self) -> None:
        """Drop the connection, and deliver nothing more."""
        self._protocol = self.forward = None
        self._held = []
        self.delivers = True
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()
