"""A request body that can be sent more than once, while it is small."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer, IProducer
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.http.body import Forwarding, ICompletableBody

MOST_KEPT_BYTES = 1024 * 1024
"""The longest body that is kept; a longer one can be sent only once."""


@implementer(IConsumer)
class ReplayedBody:
    """
    Forwards a body and keeps it for the next try.

    :param body: the client's body, which can be read once.
    :param most_bytes: the longest body that is kept; 0 keeps none.
    """

    def __init__(
        self, body: ICompletableBody, most_bytes: int = MOST_KEPT_BYTES
    ) -> None:
        self._body = body
        self._most_bytes = most_bytes
        self.length = body.length
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._reader: _Reading | None = None
        self._begun = False
        self._complete = False
        self.lost = False
        """Whether a part was not kept, so that the body cannot be sent again."""

    def again(self) -> ICompletableBody:
        """Return the body from its beginning; the previous reader receives no more."""
        if self._reader is not None:
            self._reader.stopProducing()
        self._reader = reading = _Reading(self)
        return reading

    def begin(self, reading: _Reading) -> None:
        """Forward the kept bytes, then those that still arrive."""
        for data in self._kept:
            _write(reading, data)
        if self._complete:
            self._reader = None
            reading.complete()
        elif self._begun:
            self._body.resumeProducing()
        else:
            self._begun = True
            self._body.when_complete(self._ended)
            self._body.startProducing(self).addErrback(self._dropped)

    def pause(self) -> None:
        """Pause reading from the client."""
        if self._begun and not self._complete:
            self._body.pauseProducing()

    def resume(self) -> None:
        """Resume reading from the client."""
        if self._begun and not self._complete:
            self._body.resumeProducing()

    def leave(self, reading: _Reading) -> None:
        """A reader has ended: further bytes wait for the next one."""
        if self._reader is reading:
            self._reader = None
            self.pause()

    def write(self, data: bytes) -> None:
        """Receive a part of the body."""
        if not self.lost:
            self._kept.append(data)
            self._kept_bytes += len(data)
            if self._kept_bytes > self._most_bytes:
                self.lost = True
                self._kept.clear()
        if self._reader is not None:
            _write(self._reader, data)
        else:
            self.pause()

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        """The client's body needs no registration."""

    def unregisterProducer(self) -> None:
        """The client's body needs no registration."""

    def _dropped(self, _: Failure) -> None:
        """The client has left, or has its response."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.forget()

    def _ended(self) -> None:
        self._complete = True
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.complete()


def _write(reading: _Reading, data: bytes) -> None:
    # A consumer may have left while it was written to.
    if reading.consumer is not None:
        reading.consumer.write(data)


@implementer(ICompletableBody)
class _Reading(Forwarding):
    """One sending of the body."""

    def __init__(self, body: ReplayedBody) -> None:
        super().__init__()
        self._body = body
        self.length = body.length

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Start from the beginning of the body."""
        done = self.forward_to(consumer)
        self._body.begin(self)
        return done

    def pauseProducing(self) -> None:
        """The source takes no more bytes."""
        self._body.pause()

    def resumeProducing(self) -> None:
        """The source takes bytes again."""
        if self.consumer is not None:
            self._body.resume()

    def stopProducing(self) -> None:
        """The connection has ended; another one may send the body again."""
        self.forget()
        self._body.leave(self)
