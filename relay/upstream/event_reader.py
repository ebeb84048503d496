"""
The events of one response of a source, read no faster than their turn comes.

A piece of the body is read at a time. When the time that sources have in a turn of the
reactor is over (:mod:`relay.upstream.slices`), the rest of what has come is held, and
the source is not read until it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser, EventTooLong
from relay.upstream.continuity import Continuity
from relay.upstream.inflater import TooMuchDecoded
from relay.upstream.slices import slices_of
from relay.upstream.source_problem import SourceProblem
from relay.upstream.stream import UpstreamResponse

PIECE_BYTES = 1024
"""How much is read at once: a hundred of the smallest events, a millisecond of work."""


class EventTaker(Protocol):
    """What an :class:`EventReader` reports to."""

    def events(self, taken: list[tuple[Event, str] | None]) -> None:
        """What one piece brought; see :meth:`Continuity.take`."""

    def passed_over(self) -> None:
        """An event at this place was too long, and is left out."""

    def retry(self, retry_ms: int) -> None:
        """The source has stated a reconnection time, in milliseconds."""


class EventReader:
    """
    Reads one response; takes its body from :class:`UpstreamResponse`.

    :param clock: what tells the time and calls later.
    :param response: whose body it is.
    :param continuity: what is known of the events so far.
    :param max_event_bytes: a longer event is passed over.
    :param taker: what to report to.
    :param over: called when the body is over, with why; every event of it was reported.
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
        self._slices = slices_of(clock)
        self._response: UpstreamResponse | None = response
        self._continuity = continuity
        self._taker = taker
        self._over = over
        self._parser = EventParser(
            max_event_bytes=max_event_bytes, last_event_id=continuity.last_event_id
        )
        self._retry_ms: int | None = None
        self._held = b""
        """What has come and is not read, from :attr:`_at` on."""
        self._at = 0
        self._ended: SourceProblem | None = None
        self._waiting = False
        """Whether it goes on in a later turn."""
        self._paused = False

    def stop(self) -> None:
        """Drop the connection, and what is held."""
        response, self._response = self._response, None
        self._held, self._at = b"", 0
        if response is not None:
            response.abort()

    def pause(self) -> None:
        """Read no more for now; the idle clock stands still."""
        self._paused = True
        if self._response is not None:
            self._response.pause()

    def resume(self) -> None:
        """Read on."""
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
        """The source has ended its response: an EventSource comes back."""
        self._end(SourceProblem("the source ended the stream"))

    def body_cut(self, reason: Failure) -> None:
        """The stream broke off; half an event is dropped with its parser."""
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
        # The end may have come meanwhile, and another connection have taken its place.
        response: UpstreamResponse | None = self._response
        if response is not None and not (self._held or self._paused or self._ended):
            response.resume()

    def _work(self) -> None:
        """Read what is held, as far as there is time for it."""
        while self._held and self._response is not None and not self._paused:
            if not self._slices.has_time():
                self._waiting = True
                if self._ended is None:
                    self._response.pause()
                self._slices.postpone(self._go_on)
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
