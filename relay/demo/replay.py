"""A capture that is served as a source: the same bytes at the same times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site
from zope.interface import implementer

from relay.captures.format import CaptureError, Lost, Received, Record, Stopped
from relay.captures.playback import Place, beginning, place_after, play
from relay.demo.request import DemoExchange
from relay.demo.site import SourceSite
from relay.eventstream.boundary import EventCounter

EARLY_S = 0.001
"""epoll waits whole milliseconds: a timer is up to one millisecond late. Timers are set
a millisecond early, and the rest is slept: no other record is due before."""
_SLACK_S = 1e-6
"""The error of sums of floating-point numbers."""
TURN_BYTES = 65_536
"""How much one client is sent in a turn of the reactor."""
_METHODS = b"GET, HEAD, OPTIONS"


class ReplaySource:
    """
    Serves a capture to any number of clients, to each from its own place.

    :param path: of the capture.
    :param speed: see :func:`~relay.captures.playback.play`.
    :param loop: whether it begins again at its end.
    :param in_thread: calls a function that reads a whole file.
    :param sleep: waits for up to :data:`EARLY_S`.
    :raises OSError: when the file cannot be read.
    :raises CaptureError: when it is no capture.
    """

    def __init__(
        self,
        clock: IReactorTime,
        path: str,
        speed: float,
        loop: bool,
        in_thread: Callable[..., Deferred[Any]] = deferToThread,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.clock = clock
        self._in_thread = in_thread
        self._sleep = sleep
        self.path = path
        """Of the capture."""
        self._speed = speed
        self._loop = loop
        self._streams: set[ReplayStream] = set()
        with open(path, "rb") as file:
            self._beginning = beginning(file)

    def place(self, last_event_id: str) -> Deferred[Place]:
        """
        Find where a client begins, in a thread.

        :param last_event_id: empty for none. The beginning is the place of a client
            whose event is not in the capture.
        """

        def find() -> Place:
            if not last_event_id:
                return self._beginning
            with open(self.path, "rb") as file:
                found = place_after(file, last_event_id) or self._beginning
            return self._beginning if found.at_end and self._loop else found

        return self._in_thread(find)

    def stream(self, request: DemoExchange, place: Place) -> None:
        """Send the records from a place on."""
        file = open(self.path, "rb")  # noqa: SIM115  # closed by the stream
        records = play(file, place, self._speed, self._loop)
        stream = ReplayStream(request, self.clock, file, records, self._sleep)
        self._streams.add(stream)
        request.notifyFinish().addBoth(lambda _: self._leave(stream))
        stream.start()

    def end_all(self) -> None:
        """Finish every stream properly."""
        for stream in tuple(self._streams):
            stream.end()

    def _leave(self, stream: ReplayStream) -> None:
        self._streams.discard(stream)
        stream.close()


@implementer(IPushProducer)
class ReplayStream:
    """
    One response.

    :param file: closed with the stream.
    :param records: with their times, in seconds from now.
    :param sleep: waits for up to :data:`EARLY_S`.
    """

    _log = Logger()

    def __init__(
        self,
        request: DemoExchange,
        clock: IReactorTime,
        file: BinaryIO,
        records: Iterator[tuple[float, Record]],
        sleep: Callable[[float], object],
    ) -> None:
        self._sleep = sleep
        self._request = request
        self._clock = clock
        self._file = file
        self._records = records
        self._next: tuple[float, Record] | None = None
        self._begun_s = clock.seconds()
        self._timer: IDelayedCall | None = None
        self._counter = EventCounter()
        self._paused = False
        self._over = False

    def start(self) -> None:
        """Send the response head, and then what is due."""
        self._request.registerProducer(self, True)
        self._request.write(b"")
        self._advance()

    def end(self) -> None:
        """Finish the response properly."""
        if self.close():
            self._request.unregisterProducer()
            self._request.finish()

    def close(self) -> bool:
        """
        Send no more.

        :return: False when the stream was over already.
        """
        if self._over:
            return False
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._file.close()
        return True

    def pauseProducing(self) -> None:
        """The transport's buffer is full."""
        self._paused = True

    def resumeProducing(self) -> None:
        """Send what was due meanwhile."""
        self._paused = False
        if self._timer is None:
            self._advance()

    def stopProducing(self) -> None:
        """The connection is lost."""
        self.close()

    def _advance(self) -> None:
        self._timer = None
        try:
            self._send()
        except CaptureError as error:
            self._log.error("the capture is malformed: {error}", error=error)
            self._cut()

    def _send(self) -> None:
        sent = 0
        while not (self._paused or self._over):
            if self._next is None:
                self._next = next(self._records, None)
            if self._next is None:
                self.end()
                return
            due_s, record = self._next
            wait_s = self._begun_s + due_s - self._clock.seconds()
            early_s = wait_s - EARLY_S
            if early_s > _SLACK_S or sent >= TURN_BYTES:
                self._timer = self._clock.callLater(max(early_s, 0), self._advance)
                return
            if wait_s > 0:
                self._sleep(wait_s)
            self._next = None
            if isinstance(record, Received):
                self._counter.feed(record.data)
                sent += len(record.data)
                self._request.write(record.data)
            elif isinstance(record, Lost) and record.how == "cut":
                self._cut()
            elif isinstance(record, Lost) and record.how == "ended":
                self.end()
            elif isinstance(record, Stopped) and not self._counter.at_boundary:
                # What begins again would be taken for the rest of this event.
                self.end()

    def _cut(self) -> None:
        """
        End the connection within the response, so that it is seen to be incomplete.

        What was sent arrives: a reset is needed only where the end of the connection
        would be the end of the body.
        """
        if not self.close():
            return
        if self._request.clientproto == b"HTTP/1.0":
            self._request.transport.abortConnection()
        else:
            self._request.unregisterProducer()
            self._request.transport.loseConnection()


class ReplayResource(Resource):
    """Serves the capture at every path."""

    isLeaf = True
    _log = Logger()

    def __init__(self, source: ReplaySource) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._source = source

    def render(self, request: DemoExchange) -> int:
        """Answer any method on any path."""
        request.setHeader(b"Server", b"relay-source")
        request.setHeader(b"Access-Control-Allow-Origin", b"*")
        if request.method == b"OPTIONS":
            request.setResponseCode(204)
            request.setHeader(b"Allow", _METHODS)
            request.setHeader(b"Access-Control-Allow-Methods", _METHODS)
            request.setHeader(
                b"Access-Control-Allow-Headers", b"Cache-Control, Last-Event-ID"
            )
            request.finish()
        elif request.method not in (b"GET", b"HEAD"):
            request.setResponseCode(405)
            request.setHeader(b"Allow", _METHODS)
            request.finish()
        else:
            self._answer(request)
        return NOT_DONE_YET

    def _answer(self, request: DemoExchange) -> None:
        last_event_id = request.requestHeaders.getRawHeaders("Last-Event-ID", [""])[0]
        gone: list[bool] = []
        request.notifyFinish().addBoth(lambda _: gone.append(True))

        def found(place: Place) -> None:
            if gone:
                return
            if place.at_end:
                request.setResponseCode(204)
                request.finish()
                return
            request.setResponseCode(place.opened.status)
            for name, value in place.opened.headers:
                if name.lower() in ("cache-control", "content-type"):
                    request.setHeader(name.encode(), value.encode())
            request.setHeader(b"X-Accel-Buffering", b"no")
            if request.method == b"HEAD":
                request.finish()
            else:
                self._source.stream(request, place)

        def failed(failure: Failure) -> None:
            self._log.failure("the capture cannot be served", failure)
            if not gone:
                request.setResponseCode(500)
                request.finish()

        self._source.place(last_event_id).addCallback(found).addErrback(failed)


def replay_site(source: ReplaySource) -> Site:
    """
    Make the HTTP side of a replay.

    :param source: whose clock is the site's, too.
    """
    return SourceSite(  # type: ignore[no-untyped-call]
        ReplayResource(source), parsePOSTFormSubmission=False, reactor=source.clock
    )
