"""Collects a request body as a whole, up to a limit."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer, IProducer
from zope.interface import implementer

from relay.http.body import RequestBody


class BodyTooLarge(Exception):
    """A body is larger than it may be."""


@implementer(IConsumer)
class BodyCollector:
    """
    Takes a body from the client.

    :param limit_bytes: how large it may be.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._content = bytearray()
        """One buffer: a client may send its body in chunks of a byte."""
        self._bytes = 0
        self._done: Deferred[bytes] = Deferred()

    def collect(self, body: RequestBody | None) -> Deferred[bytes]:
        """
        Take it all.

        :param body: the request's body, None when it has none.
        :return: fires with the body, or fails with :class:`BodyTooLarge`. It never
            fires when the client leaves before the end.
        """
        if body is None:
            self._done.callback(b"")
        else:
            body.startProducing(self).addCallback(self._complete)
        return self._done

    def write(self, data: bytes) -> None:
        """Take some of it."""
        self._bytes += len(data)
        if self._bytes <= self._limit_bytes:
            self._content += data
        elif not self._done.called:
            self._content.clear()
            self._done.errback(BodyTooLarge())

    def _complete(self, _: None) -> None:
        if not self._done.called:
            self._done.callback(bytes(self._content))

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        """Do nothing: the limit bounds the memory."""

    def unregisterProducer(self) -> None:
        """See :meth:`registerProducer`."""
