"""
Reads the events of one response of a source, within the time shared by all sources.

The body is read in pieces. When the time of the sources in a turn of the reactor is
over (:mod:`relay.reactor.turns`), the rest of the received bytes is buffered, and the
source is paused until they are read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.eventstream.continuity import Continuity
from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser, EventTooLong
from relay.reactor.turns import UPSTREAM_READS, turns_of
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.events.inflater import TooMuchDecoded
from relay.upstream.events.problem import SourceProblem

PIECE_BYTES = 1024
"""The size of a piece: a hundred of the smallest events, a millisecond of work."""


class EventTaker(Protocol):
    """Receives what an :class:`EventReader` has read."""

    def events(self, taken: list[tuple[Event, str] | None]) -> None:
        """The events of one piece; see :meth:`Continuity.take`."""

    def passed_over(self) -> None:
        """An event at this place was longer than allowed, and is dropped."""

    def retry(self, retry_ms: int) -> None:
        """The source has stated a reconnection time, in milliseconds."""


class EventReader:
    """
    Reads one response; takes its body from :class:`UpstreamResponse`.

    :param clock: the reactor, whose turns are shared.
    :param response: the response whose body is read.
    :param continuity: the state of the event ids before this response.
    :param max_event_bytes: the longest event; a longer one is dropped.
    :param taker: receives the events.
    :param over: called with the reason when the body has ended and all its events were
        reported.
    """

    log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        response: UpstreamResponse,
        continuity: Continuity,
        max_event_bytes: int,
        taker: EventTaker,
        over: Callable[[SourceProblem], None],
    ) -> None:
        self._turns = turns_of(clock, UPSTREAM_READS)
        self._response: UpstreamResponse | None = response
        self._continuity = continuity
        self._taker = taker
        self._over = over
        self._parser = EventParser(
            max_event_bytes=max_event_bytes, last_event_id=continuity.last_event_id
        )
        self._retry_ms: int | None = None
        self._held = b""
        """The bytes received; those from :attr:`_at` on are not read yet."""
        self._at = 0
        self._ended: SourceProblem | None = None
        self._waiting = False
        """Whether reading continues in a later turn."""
        self._paused = False

    @property
    def idle_left_s(self) -> float | None:
        """The seconds until ``idleTimeout`` expires; None while it does not run."""
        return None if self._response is None else self._response.idle_left_s

    def stop(self) -> None:
        """Drop the connection and the buffered bytes."""
        response, self._response = self._response, None
        self._held, self._at = b"", 0
        if response is not None:
            response.abort()

    def pause(self) -> None:
        """Pause reading, and suspend the idle timeout."""
        self._paused = True
        if self._response is not None:
            self._response.pause()

    def resume(self) -> None:
        """Resume reading."""
        self._paused = False
        self._go_on()

    def body_received(self, data: bytes) -> None:
        """Report the events that are complete, now or when their turn comes."""
        if self._response is None:
            return
        self._held, self._at = self._held[self._at :] + data, 0
        if not self._waiting:
            self._work()

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The source has ended its response, after which an EventSource reconnects."""
        self._end(SourceProblem("the source ended the stream"))

    def body_cut(self, reason: Failure) -> None:
        """The stream broke off; an incomplete event is dropped with its parser."""
        if isinstance(reason.value, TooMuchDecoded):
            self._end(SourceProblem(str(reason.value), True))
        else:
            self._end(SourceProblem("the stream broke off"))

    def _end(self, why: SourceProblem) -> None:
        if self._response is None:
            return
        self._ended = why
        if not self._held:
            self._finish(why)

    def _finish(self, why: SourceProblem) -> None:
        self._response = None
        self._over(why)

    def _go_on(self) -> None:
        self._waiting = False
        if self._response is None or self._paused:
            return
        self._work()
        # The response may have ended meanwhile, and been replaced by another
        # connection.
        response: UpstreamResponse | None = self._response
        if response is not None and not (self._held or self._paused or self._ended):
            response.resume()

    def _work(self) -> None:
        """Read the buffered bytes, while the turn has time left."""
        while self._held and self._response is not None and not self._paused:
            if not self._turns.has_time():
                self._waiting = True
                if self._ended is None:
                    self._response.pause()
                self._turns.postpone(self._go_on)
                return
            begin, self._at = self._at, self._at + PIECE_BYTES
            piece = self._held[begin : self._at]
            if self._at >= len(self._held):
                self._held, self._at = b"", 0
            try:
                self._read(piece)
            except Exception:
                self.log.failure("the events of a source could not be taken")
                self.stop()
                self._over(SourceProblem("the events could not be taken"))
                return
        if self._ended is not None and self._response is not None and not self._held:
            self._finish(self._ended)

    def _read(self, piece: bytes) -> None:
        parser, continuity, taker = self._parser, self._continuity, self._taker
        while True:
            events: list[Event] | tuple[Event, ...]
            try:
                events, too_long = parser.feed(piece), False
            except EventTooLong as error:
                events, too_long = error.events, True
            if parser.retry is not None and parser.retry != self._retry_ms:
                self._retry_ms = parser.retry
                taker.retry(parser.retry)
            if events:
                taken = continuity.take(events)
                if taken:
                    taker.events(taken)
            if not too_long:
                break
            continuity.pass_over()
            taker.passed_over()
            piece = b""
        continuity.reach(parser.last_event_id)
