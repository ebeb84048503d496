"""
An event source whose log is on disk: killed at any moment, it goes on where it was.

``python -m tests.wire.messages.logged_source PORT LOG INTERVAL_MS``: adds a number to
the log every INTERVAL_MS, and serves the log as an event stream that honours
Last-Event-ID.
LOG.connections gets a line with the number of open streams whenever that changes.
SIGUSR1 ends it in the midst of an event, of which its streams get half.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any, cast

from twisted.internet import reactor as _reactor, task
from twisted.internet.interfaces import (
    IReactorFromThreads,
    IReactorTCP,
    IReactorTime,
)
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site


class LoggedSource(Resource):
    """Serves the log to its clients."""

    isLeaf = True

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._file = log.open("ab", buffering=0)
        self._notes = log.with_suffix(".connections").open("ab", buffering=0)
        self._length = log.stat().st_size // 2
        self._streams: set[Request] = set()
        self._dying = False

    def die(self) -> None:
        """Send half of the next number, and end as a crash does."""
        self._dying = True
        for stream in list(self._streams):
            stream.write(_event(self._length)[:-3])
        IReactorTime(_reactor).callLater(0.05, os._exit, 1)

    def publish(self) -> None:
        """Add a number, safe on the disk before anybody sees it."""
        if self._dying:
            return
        # Two bytes a number: what was half written when it was killed does not count.
        self._file.write(b"x\n")
        os.fsync(self._file.fileno())
        number, self._length = self._length, self._length + 1
        for stream in list(self._streams):
            stream.write(_event(number))

    def render_GET(self, request: Request) -> int:
        """Stream what comes after the client's id, then what is new."""
        request.setHeader(b"content-type", b"text/event-stream")
        last = request.getHeader(b"last-event-id")
        first = int(last) + 1 if last else self._length
        request.write(b":welcome\n" + b"".join(map(_event, range(first, self._length))))
        self._streams.add(request)
        self._note()
        request.notifyFinish().addBoth(self._gone, request)
        return NOT_DONE_YET

    def _gone(self, _: object, request: Request) -> None:
        self._streams.discard(request)
        self._note()

    def _note(self) -> None:
        self._notes.write(b"%d\n" % len(self._streams))


def _event(number: int) -> bytes:
    return b"id: %d\ndata: %d\n\n" % (number, number)


def main(port: int, log: Path, interval_ms: int) -> None:
    """Serve until killed."""
    log.touch()
    source = LoggedSource(log)
    tcp = IReactorTCP(_reactor)
    tcp.listenTCP(port, cast(Any, Site(source)), interface="127.0.0.1")
    clock = task.LoopingCall(source.publish)
    clock.clock = IReactorTime(_reactor)
    clock.start(interval_ms / 1000.0)
    threads = IReactorFromThreads(_reactor)
    signal.signal(signal.SIGUSR1, lambda *_: threads.callFromThread(source.die))
    _reactor.run()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
