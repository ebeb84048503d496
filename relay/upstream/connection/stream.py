"""The response of a source: its head, and its body as it comes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol as TwistedProtocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse

from relay.reactor.deadline import Deadline
from relay.reactor.turns import UPSTREAM_READS, TurnShare, turns_of
from relay.upstream.connection.pool import PoolSlot
from relay.upstream.connection.wire_response import Forward, WireResponse
from relay.upstream.events.inflater import (
    FREE_BYTES,
    FREE_EVENT_BYTES,
    Inflater,
    TooMuchDecoded,
)

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

    :param response: treq's response.
    :param slot: the slot of the pool that the call holds.
    :param inflate: decode gzip; otherwise an encoded body is delivered as it is.
    """

    def __init__(
        self, response: Any, slot: PoolSlot, clock: IReactorTime, inflate: bool
    ) -> None:
        self._response: IResponse = response
        wire: WireResponse = response.original
        self._wire: WireResponse | None = wire
        self.code = wire.code
        self.phrase = wire.phrase
        self.headers = wire.headers
        self.connection_options = wire.connection_options
        """The header names and options that ``Connection`` lists."""
        self.length: int | None = wire.length
        """Bytes of the body as it will be delivered; None when it is not known."""
        if wire.length is UNKNOWN_LENGTH:
            self.length = None
        self._slot = slot
        self._receiver: BodyReceiver | None = None
        self._ended: Failure | None = None
        self._trailers: list[tuple[bytes, bytes]] = []
        self._paused = False
        self._inflater: Inflater | None = None
        self._turns: TurnShare | None = None
        """The shared time for decoding; None when the body is not decoded."""
        self._postponed = False
        """Whether decoding continues in a later turn of the reactor."""
        content_type = self.headers.getRawHeaders(b"content-type", [b""])[0]
        self.is_event_stream = (
            content_type.partition(b";")[0].strip().lower() == b"text/event-stream"
        )
        self._slot_clock: Deadline | None = None
        self._restore_encoding(wire, clock, inflate)
        if self.is_event_stream:
            slot.release()
        elif wire.length is UNKNOWN_LENGTH:
            self._slot_clock = Deadline(clock, STREAM_AFTER_MS)
            self._slot_clock.start(slot.release)

    def _restore_encoding(
        self, wire: WireResponse, clock: IReactorTime, inflate: bool
    ) -> None:
        # treq leaves an empty header behind where there was none.
        self.headers.removeHeader(b"content-encoding")
        encoding = wire.content_encoding
        if not encoding:
            return
        # The coding of a 206 spans the whole representation: a part of it cannot be
        # decoded (RFC 9110, 14.4 and 15.3.7).
        inflate = inflate and self.code != 206
        # "x-gzip" is another name of gzip (RFC 9110, 8.4.1.3).
        if inflate and [e.strip().lower() for e in encoding] in _GZIP:
            free_bytes = FREE_EVENT_BYTES if self.is_event_stream else FREE_BYTES
            self._inflater = Inflater(free_bytes)
            self._turns = turns_of(clock, UPSTREAM_READS)
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
        forward: Forward | None = None,
    ) -> None:
        """
        Deliver the body.

        :param receiver: receives the bytes, then exactly one end.
        :param idle_ms: silence of the source that is allowed, in milliseconds; 0 is no
            limit.
        :param on_idle: called without arguments when it was silent for longer.
        :param forward: receives whole chunks of the body with their framing, unless the
            body is decoded; the receiver receives everything else.
        """
        self._receiver = receiver
        if self._wire is not None and self._inflater is None:
            self._wire.forward = forward
        self._response.deliverBody(self)
        # What was there already has been delivered, and may have been all of it.
        if self._wire is not None:
            if self._paused:
                self._wire.pauseProducing()
            self._wire.watch_silence(idle_ms, on_idle)

    @property
    def idle_left_s(self) -> float | None:
        """The seconds until the idle timeout expires; None while it does not run."""
        return None if self._wire is None else self._wire.idle_left_s

    def pause(self) -> None:
        """Receive no more from the upstream for now."""
        self._paused = True
        if self._wire is not None:
            self._wire.pauseProducing()

    def resume(self) -> None:
        """Resume, after the buffered bytes have been delivered."""
        self._paused = False
        self._drain_on()

    def abort(self) -> None:
        """Drop the connection to the upstream at once."""
        wire, self._wire = self._wire, None
        self._receiver = None
        self._release_slot()
        if wire is not None:
            wire.stopProducing()

    def dataReceived(self, data: bytes) -> None:
        """Deliver a part of the body, decoded if need be."""
        if self._inflater is not None:
            self._inflater.held += data
            self._drain()
        elif self._receiver is not None:
            self._receiver.body_received(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The body has ended; buffered bytes are delivered before its end."""
        wire, self._wire = self._wire, None
        if wire is not None:
            self._release_slot()
            self._ended = reason
            self._trailers = wire.trailers
            self._drain()

    def _release_slot(self) -> None:
        clock, self._slot_clock = self._slot_clock, None
        if clock is not None:
            clock.stop()
        self._slot.release()

    def _drain_on(self) -> None:
        """Decode the buffered bytes, and read on when none is left."""
        self._postponed = False
        self._drain()
        if self._wire is not None and not (self._paused or self._postponed):
            self._wire.resumeProducing()

    def _drain(self) -> None:
        """
        Decode the buffered bytes, while the client takes the result.

        A few bytes may decode to a thousand times as many, so that decoding stops when
        the time of the turn is over.
        """
        inflater, turns = self._inflater, self._turns
        while inflater is not None and inflater.pending and self._receiver is not None:
            if self._paused or self._postponed:
                return
            if turns is not None and not turns.has_time():
                self._postponed = True
                if self._wire is not None:
                    self._wire.pauseProducing()
                turns.postpone(self._drain_later)
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
        whole = reason.check(ResponseDone, PotentialDataLoss) is not None
        if whole and not (inflater is not None and inflater.truncated):
            receiver.body_ended(self._trailers)
        else:
            receiver.body_cut(reason)

    def _fail(self, reason: Failure) -> None:
        receiver = self._receiver
        self.abort()
        if receiver is not None:
            receiver.body_cut(reason)
