"""Writes a response to the client, at the client's pace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.http.headers import allowed_trailers
from relay.http.http1.direct import DirectWriter, direct_writer
from relay.http.http1.request import RelayRequest
from relay.http.http2.stream import Http2Stream
from relay.http.peer import bytes_taken
from relay.reactor.deadline import Deadline

STALL_CHECKS = 4
"""How often within the stall time the client's progress is looked at."""


class Ledger(Protocol):
    """What the client was sent."""

    bytes_out: int
    events: int


class Source(Protocol):
    """What a sender slows down: the exchange."""

    def client_full(self) -> None:
        """The client takes no more for now."""

    def client_ready(self) -> None:
        """The client takes more."""

    def client_stalled(self) -> None:
        """The client has taken nothing for the whole stall time."""

    def client_gone(self) -> None:
        """The client's connection is lost."""


@implementer(IPushProducer)
class Sender:
    """
    The response side of one request.

    :param request: the client's request.
    :param source: told when the client is full, ready, stalled or gone.
    :param clock: what tells the time.
    :param stall_timeout_ms: how long a full client may take no byte; 0 is for ever.
    """

    def __init__(
        self,
        request: RelayRequest,
        source: Source,
        clock: IReactorTime,
        stall_timeout_ms: int,
    ) -> None:
        self._request = request
        self._source: Source | None = source
        """None once the response is over."""
        self._registered = False
        self._stall = Deadline(clock, -(-stall_timeout_ms // STALL_CHECKS))
        self._taken: int | None = None
        self._checks_left = 0
        self.direct: DirectWriter | None = None
        """Where the body is written to, unless the plain way must be gone."""
        self.bytes = 0
        """How many bytes of body were written."""

    @property
    def begun(self) -> bool:
        """Whether the head has been written: from then on failure is an abort."""
        return bool(self._request.startedWriting)

    def early_hints(self, headers: Headers) -> None:
        """
        Write a 103 response (RFC 8297), where the client's protocol knows such.

        :param headers: its headers.
        """
        if self._request.clientproto != b"HTTP/1.0":
            self._request.channel.writeHeaders(
                b"HTTP/1.1", b"103", b"Early Hints", headers
            )

    def head(self, code: int, phrase: bytes, headers: Headers) -> None:
        """
        Write the head, and let the client's pace govern the source from here on.

        :param code: the status.
        :param phrase: the reason phrase.
        :param headers: the response's headers.
        """
        request = self._request
        request.setResponseCode(code, phrase)
        self._set_headers(headers, request.is_last)
        request.registerProducer(self, True)
        self._registered = True
        request.write(b"")
        self.direct = direct_writer(request)

    def upgrade(self, headers: Headers) -> None:
        """
        Switch protocols (RFC 9110, 15.2.2): what is written from here on is not framed.

        :param headers: the headers of the 101 response.
        """
        request = self._request
        request.setResponseCode(101)
        request.startedWriting = 1
        request.channel.persistent = False
        request.channel.writeHeaders(
            b"HTTP/1.1", b"101", b"Switching Protocols", headers
        )
        request.registerProducer(self, True)
        self._registered = True
        self.direct = direct_writer(request)

    def write(self, data: bytes) -> None:
        """
        Write some of the body.

        :param data: not empty.
        """
        self.bytes += len(data)
        if self.direct is not None:
            self.direct.write(data)
        else:
            self._request.write(data)

    def chunks(self) -> Callable[[bytes], None] | None:
        """
        Give what writes whole chunks that are framed already, and does not count them.

        :return: None where the body is not framed in chunks.
        """
        if not self._request.chunked:
            return None
        if self.direct is not None:
            return self.direct.send
        write: Callable[[bytes], None] = self._request.channel.write
        return write

    def count(self, ledger: Ledger) -> None:
        """
        Add what was written.

        :param ledger: of the exchange.
        """
        ledger.bytes_out += self.bytes
        if self.direct is not None:
            ledger.bytes_out += self.direct.shared_bytes
            ledger.events += self.direct.shared_events

    def finish(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """
        End the response as a complete one.

        :param trailers: trailer fields; they go out where the framing has room for
            them, which is chunked HTTP/1.1 (RFC 9112, 7.1.2) and HTTP/2.
        """
        self._release()
        request = self._request
        fields = allowed_trailers(trailers)
        channel: Any = request.channel
        if isinstance(channel, Http2Stream):
            channel.trailers = fields
        elif fields and request.chunked:
            request.channel.write(
                b"0\r\n" + b"".join(b"%s: %s\r\n" % field for field in fields) + b"\r\n"
            )
            request.chunked = 0
        request.finish()

    def answer(self, code: int, headers: Headers, body: bytes, close: bool) -> None:
        """
        Write a whole response of the gateway's own.

        :param code: the status.
        :param headers: its headers, without framing.
        :param body: its body.
        :param close: whether the connection ends with it.
        """
        request = self._request
        headers.setRawHeaders(b"content-length", [b"%d" % len(body)])
        request.setResponseCode(code)
        self._set_headers(headers, close)
        request.write(body)
        self.bytes = 0 if request.method == b"HEAD" else len(body)
        request.finish()

    def abort(self, drops: bool) -> None:
        """
        Cut the response, so that it does not look finished.

        Where its framing shows that, the end of the connection is enough, and what was
        written arrives. Else it takes a reset (HTTP/2 has one for each stream).

        :param drops: whether to reset anyway, and drop what the client did not take.
        """
        self._release()
        request = self._request
        channel: Any = request.channel
        framed = request.chunked or request.responseHeaders.hasHeader(b"content-length")
        if framed and not drops and not isinstance(channel, Http2Stream):
            channel.cut_short()
        else:
            channel.abort()

    def gone(self) -> None:
        """The connection is lost: stop the clock."""
        self._registered = False
        self._stall.stop()
        # Not by unregisterProducer: the request has no channel any more.
        self._request.producer = None

    def close(self) -> None:
        """The response is over: tell nobody of the client any more."""
        self._source = None

    def pauseProducing(self) -> None:
        """The client's buffer is full."""
        self._taken = bytes_taken(self._request.channel.transport)
        self._checks_left = STALL_CHECKS
        self._stall.start(self._check)
        if self._source is not None:
            self._source.client_full()

    def resumeProducing(self) -> None:
        """The client's buffer has drained."""
        self._stall.stop()
        if self._source is not None:
            self._source.client_ready()

    def stopProducing(self) -> None:
        """The client is gone; the request tells the exchange."""

    def _set_headers(self, headers: Headers, close: bool) -> None:
        request = self._request
        if close:
            request.channel.persistent = False
        # twisted.web has put "close" there when the client asked for it.
        if close or request.responseHeaders.hasHeader(b"connection"):
            headers.setRawHeaders(b"connection", [b"close"])
        request.responseHeaders = headers

    def _check(self) -> None:
        taken = bytes_taken(self._request.channel.transport)
        if taken is not None and taken != self._taken:
            self._taken = taken
            self._checks_left = STALL_CHECKS
        else:
            self._checks_left -= 1
        if self._checks_left > 0:
            self._stall.start(self._check)
        elif self._source is not None:
            self._source.client_stalled()

    def _release(self) -> None:
        self._stall.stop()
        if self._registered:
            self._registered = False
            self._request.unregisterProducer()
