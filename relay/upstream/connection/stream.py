"""The response of a source: its head, and its body as it comes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

from twisted.internet import error
from twisted.internet.protocol import Protocol as TwistedProtocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse

from relay.reactor.deadline import Deadline
from relay.upstream.connection.agent import CallAgent
from relay.upstream.connection.leash import Leash
from relay.upstream.connection.pool import Lease
from relay.upstream.connection.verbatim import ChunkPassage
from relay.upstream.events.inflater import (
    FREE_BYTES,
    FREE_EVENT_BYTES,
    Inflater,
    TooMuchDecoded,
)
from relay.upstream.slices import Slices, slices_of

STREAM_AFTER_MS = 1000
"""
After how many milliseconds a body without ``Content-Length`` counts as a stream.

A stream of any media type gives its slot in the pool back: otherwise a hundred streams
of JSON lines would block an endpoint. An event stream does so at its head.
"""
_GZIP = ([b"gzip"], [b"x-gzip"])


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
        self._ended: Failure | None = None
        self._complete = False
        self._paused = False
        self._inflater: Inflater | None = None
        self._slices: Slices | None = None
        """The shared time for decoding; None when the body is not encoded."""
        self._postponed = False
        """Whether decoding goes on in a later turn of the reactor."""
        self.length: int | None = response.length
        """Bytes of the body as it will be delivered; None when it is not known."""
        if response.length is UNKNOWN_LENGTH:
            self.length = None
        content_type = self.headers.getRawHeaders(b"content-type", [b""])[0]
        self.is_event_stream = (
            content_type.partition(b";")[0].strip().lower() == b"text/event-stream"
        )
        self._place: Deadline | None = None
        self._restore_encoding(inflate, leash)
        if self.is_event_stream:
            lease.release()
        elif response.length is UNKNOWN_LENGTH:
            self._place = leash.deadline(STREAM_AFTER_MS)
            self._place.start(lease.release)
        self.connection_options = agent.connection_options
        """The header names and options that ``Connection`` lists."""

    def _restore_encoding(self, inflate: bool, leash: Leash) -> None:
        # treq leaves an empty header behind where there was none.
        self.headers.removeHeader(b"content-encoding")
        encoding = self._agent.content_encoding
        if not encoding:
            return
        # "x-gzip" is another name of gzip (RFC 9110, 8.4.1.3).
        if inflate and [e.strip().lower() for e in encoding] in _GZIP:
            free_bytes = FREE_EVENT_BYTES if self.is_event_stream else FREE_BYTES
            self._inflater = Inflater(free_bytes)
            self._slices = slices_of(leash.clock)
            if self.length != 0:
                self.length = None
            self.headers.removeHeader(b"content-length")
        else:
            self.headers.setRawHeaders(b"content-encoding", list(encoding))

    def deliver(
        self,
        receiver: BodyReceiver,
        idle_ms: int,
        on_idle: Callable[[], None],
        passage: ChunkPassage | None = None,
    ) -> None:
        """
        Let the body come.

        :param receiver: takes the bytes, then exactly one end.
        :param idle_ms: silence of the source that is allowed, in milliseconds.
        :param on_idle: called without arguments when it was silent for longer.
        :param passage: for whole chunks of the body with their framing, if they are of
            use so; the receiver takes all else.
        """
        self._receiver = receiver
        self._response.deliverBody(self)
        # What was there already has been delivered, and may have been all of it.
        if self._leash is not None:
            self._leash.watch_silence(idle_ms, on_idle)
            if passage is not None and self._inflater is None:
                self._leash.open_passage(passage, self._agent.decoder)
            if self._paused:
                # twisted.web has just begun to read on.
                self._leash.pauseProducing()

    def pause(self) -> None:
        """Read no more from the source for now."""
        self._paused = True
        if self._leash is not None:
            self._leash.pauseProducing()

    def resume(self) -> None:
        """Read again, after what is held back has gone out."""
        self._paused = False
        self._drain_on()

    def abort(self) -> None:
        """Drop the connection to the source at once."""
        leash, self._leash = self._leash, None
        self._receiver = None
        self._leave_place()
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
        """The body is over; what is held back goes out before its end is told."""
        leash, self._leash = self._leash, None
        if leash is None:
            return
        # Not a word to the connection after this: it may carry the next call already.
        leash.unwatch()
        self._leave_place()
        self._ended = reason
        self._complete = _is_complete(reason, leash)
        if not self._complete or not self._agent.sent:
            # Cut, or answered in full before the whole request was read.
            leash.abort()
        self._drain()

    def _leave_place(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            place.stop()
        self._lease.release()

    def _drain_on(self) -> None:
        """Decode the buffered bytes, and read on when none is left."""
        self._postponed = False
        self._drain()
        if self._leash is not None and not (self._paused or self._postponed):
            self._leash.resumeProducing()

    def _drain(self) -> None:
        """
        Decode the buffered bytes, while the client takes the result.

        A few bytes may decode to a thousand times as many, so that decoding stops when
        the time of the turn is over.
        """
        inflater, slices = self._inflater, self._slices
        while inflater is not None and inflater.pending and self._receiver is not None:
            if self._paused or self._postponed:
                return
            if slices is not None and not slices.has_time():
                self._postponed = True
                if self._leash is not None:
                    self._leash.pauseProducing()
                slices.postpone(self._drain_later)
                return
            try:
                piece = inflater.piece()
            except (zlib.error, TooMuchDecoded):
                self._fail(Failure())
                return
            if piece:
                self._receiver.body_received(piece)
        if self._ended is not None:
            self._tell(self._ended)

    def _drain_later(self) -> None:
        """Go on after a turn of the reactor, unless the client has stopped it."""
        if self._postponed:
            self._drain_on()

    def _tell(self, reason: Failure) -> None:
        receiver, self._receiver = self._receiver, None
        inflater, self._inflater = self._inflater, None
        if receiver is None:
            return
        if self._complete and not (inflater is not None and inflater.truncated):
            receiver.body_ended(self._agent.trailers())
        else:
            receiver.body_cut(reason)

    def _fail(self, reason: Failure) -> None:
        receiver = self._receiver
        self.abort()
        if receiver is not None:
            receiver.body_cut(reason)


def _is_complete(reason: Failure, leash: Leash) -> bool:
    """
    Whether a body that is over is all of it.

    :param reason: why it is over.
    :param leash: its connection.
    """
    if reason.check(ResponseDone) is not None:
        return True
    # Delimited by the end of the connection (RFC 9112, 6.3, rule 8), which says nothing
    # of completeness unless that end was an orderly one.
    return (
        reason.check(PotentialDataLoss) is not None
        and leash.lost is not None
        and leash.lost.check(error.ConnectionDone) is not None
    )
