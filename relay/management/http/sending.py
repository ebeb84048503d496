"""Sends the body of a response in pieces, as fast as the client takes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPullProducer, IReactorTime
from twisted.web.server import Request
from zope.interface import implementer

from relay.reactor.deadline import Deadline

PIECE_BYTES = 65_536
"""The least number of bytes that are written at once, unless fewer remain: what Twisted
queues before it pauses a producer."""
STALL_MS = 60_000
"""The time in which a client has to take a piece, in milliseconds."""


@implementer(IPullProducer)
class Sending:
    """
    The body of one response.

    A body that is written at once is copied as a whole, twice: 20 ms for 10 MB, in
    which the reactor does nothing else.

    :param request: what the response answers; its head is set.
    :param content: the body.
    :param clock: the clock of the time limit.
    :param stalled: called when the client has taken nothing for :data:`STALL_MS`.
    """

    def __init__(
        self,
        request: Request,
        content: Iterable[bytes],
        clock: IReactorTime,
        stalled: Callable[[], None],
    ) -> None:
        self._request = request
        self._left = deque(content)
        self._stall = Deadline(clock, STALL_MS)
        self._stalled = stalled
        self._done: Deferred[None] = Deferred()

    def begin(self) -> Deferred[None]:
        """
        Write a small body at once, and a large one as the client takes it.

        :return: fires when all is written; never when the client leaves before.
        """
        if sum(map(len, self._left)) <= PIECE_BYTES:
            self._write()
            self._done.callback(None)
        else:
            # Nothing is written before: a connection that has paused its writer before
            # the producer is registered would resume what was never paused.
            self._stall.start(self._stalled)
            self._request.registerProducer(self, False)
        return self._done

    def resumeProducing(self) -> None:
        """The client has taken what was written, if anything: write a piece."""
        self._write()
        if self._left:
            self._stall.start(self._stalled)
        else:
            self._stall.stop()
            self._request.unregisterProducer()
            self._done.callback(None)

    def stopProducing(self) -> None:
        """The client has left."""
        self._stall.stop()
        self._left.clear()

    def _write(self) -> None:
        piece: list[bytes] = []
        size = 0
        while self._left and size < PIECE_BYTES:
            piece.append(self._left.popleft())
            size += len(piece[-1])
        self._request.write(b"".join(piece))
