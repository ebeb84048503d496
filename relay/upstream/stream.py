"""The response of a source: its head, and its body as it comes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Protocol

from twisted.internet import error
from twisted.internet.protocol import Protocol as TwistedProtocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse

from relay.upstream.agent import CallAgent
from relay.upstream.leash import Leash
from relay.upstream.pool import Lease

PIECE_BYTES = 65536


class BodyReceiver(Protocol):
    """Takes a response body as it arrives."""

    def body_received(self, data: bytes) -> None:
        """Take some bytes of the body."""

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The body is complete; these are its trailer fields."""

    def body_cut(self, reason: Failure) -> None:
        """The source went away before the body was complete."""


class UpstreamResponse(TwistedProtocol):
    """
    A response whose head has come; its body waits for :meth:`deliver`.

    :param response: what treq gave.
    :param agent: the agent that made the call.
    :param leash: the connection.
    :param lease: the slot of the pool that the call holds.
    :param inflate: decode gzip; else an encoded body passes as it is.
    """

    def __init__(
        self,
        response: IResponse,
        agent: CallAgent,
        leash: Leash,
        lease: Lease,
        inflate: bool,
    ) -> None:
        self.code: int = response.code
        self.phrase: bytes = response.phrase
        self.headers: Headers = response.headers
        self._response = response
        self._agent = agent
        self._leash: Leash | None = leash
        self._lease = lease
        self._receiver: BodyReceiver | None = None
        self._inflater: _Inflater | None = None
        self.length: int | None = response.length
        """Bytes of the body as it will be delivered; None when it is not known."""
        if response.length is UNKNOWN_LENGTH:
            self.length = None
        self._restore_encoding(inflate)
        content_type = self.headers.getRawHeaders(b"content-type", [b""])[0]
        self.is_event_stream = (
            content_type.partition(b";")[0].strip().lower() == b"text/event-stream"
        )
        if self.is_event_stream:
            lease.release()
        self.connection_options = [
            option.strip().lower()
            for value in agent.connection_header(b"connection")
            for option in value.split(b",")
        ]
        """The header names and options that ``Connection`` lists."""
        leash.keep_alive_s = _keep_alive_s(agent.connection_header(b"keep-alive"))

    def _restore_encoding(self, inflate: bool) -> None:
        # treq leaves an empty header behind where there was none.
        self.headers.removeHeader(b"content-encoding")
        encoding = self._agent.content_encoding
        if not encoding:
            return
        if inflate and [e.strip().lower() for e in encoding] == [b"gzip"]:
            self._inflater = _Inflater()
            if self.length != 0:
                self.length = None
            self.headers.removeHeader(b"content-length")
        else:
            self.headers.setRawHeaders(b"content-encoding", list(encoding))

    def deliver(
        self, receiver: BodyReceiver, idle_ms: int, on_idle: Callable[[], None]
    ) -> None:
        """
        Let the body come.

        :param receiver: takes the bytes, then exactly one end.
        :param idle_ms: silence of the source that is allowed, in milliseconds.
        :param on_idle: called without arguments when it was silent for longer.
        """
        self._receiver = receiver
        if self._leash is not None:
            self._leash.watch_silence(idle_ms, on_idle)
        self._response.deliverBody(self)

    def pause(self) -> None:
        """Read no more from the source for now."""
        if self._inflater is not None:
            self._inflater.paused = True
        if self._leash is not None:
            self._leash.pauseProducing()

    def resume(self) -> None:
        """Read again, after what is held back has gone out."""
        if self._inflater is not None:
            self._inflater.paused = False
            self._drain()
            if self._inflater is None or self._inflater.paused:
                return
        if self._leash is not None:
            self._leash.resumeProducing()

    def abort(self) -> None:
        """Drop the connection to the source at once."""
        leash, self._leash = self._leash, None
        self._receiver = None
        self._lease.release()
        if leash is not None:
            leash.abort()

    def dataReceived(self, data: bytes) -> None:
        """Pass on what came, decoded if need be."""
        if self._inflater is not None:
            self._inflater.held += data
            self._drain()
        elif self._receiver is not None:
            self._receiver.body_received(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The body is over: complete, or cut."""
        inflater = self._inflater
        if inflater is not None and self._receiver is not None and inflater.held:
            inflater.ended = reason
            self._leash = None
            return
        self._end(reason)

    def _drain(self) -> None:
        inflater = self._inflater
        while (
            inflater is not None
            and inflater.held
            and not inflater.paused
            and self._receiver is not None
        ):
            try:
                piece = inflater.piece()
            except zlib.error:
                self._end(Failure())
                return
            if piece:
                self._receiver.body_received(piece)
        if inflater is not None and inflater.ended is not None and not inflater.held:
            self._end(inflater.ended)

    def _end(self, reason: Failure) -> None:
        leash, self._leash = self._leash, None
        receiver, self._receiver = self._receiver, None
        inflater, self._inflater = self._inflater, None
        self._lease.release()
        if receiver is None:
            return
        complete = reason.check(ResponseDone) is not None or (
            # Delimited by the end of the connection (RFC 9112, 6.3, rule 8), which
            # says nothing of completeness unless that end was an orderly one.
            reason.check(PotentialDataLoss) is not None
            and leash is not None
            and leash.lost is not None
            and leash.lost.check(error.ConnectionDone) is not None
        )
        if complete and inflater is not None and inflater.truncated:
            complete = False
        if not self._agent.sent and leash is not None:
            # The source answered in full before it had read the whole request.
            leash.abort()
        if complete:
            receiver.body_ended(self._agent.trailers())
        else:
            if leash is not None:
                leash.abort()
            receiver.body_cut(reason)


class _Inflater:
    """A gzip body being decoded, never more than a piece ahead of the client."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=31)
        self._begun = False
        self.held = b""
        self.paused = False
        self.ended: Failure | None = None

    def piece(self) -> bytes:
        """
        Decode the next piece of what is held.

        :raises zlib.error: when it is not gzip.
        """
        self._begun = True
        if self._decoder.eof:
            self._decoder = zlib.decompressobj(wbits=31)
        piece = self._decoder.decompress(self.held, PIECE_BYTES)
        self.held = (
            self._decoder.unused_data
            if self._decoder.eof
            else self._decoder.unconsumed_tail
        )
        return piece

    @property
    def truncated(self) -> bool:
        """Whether the body ended amid a gzip member."""
        return self._begun and not self._decoder.eof


def _keep_alive_s(values: Sequence[bytes]) -> int | None:
    """Read ``timeout=N`` of a ``Keep-Alive`` header, in seconds."""
    for value in values:
        for parameter in value.split(b","):
            name, _, number = parameter.strip().partition(b"=")
            if name.lower() == b"timeout" and number.isdigit():
                return int(number)
    return None
