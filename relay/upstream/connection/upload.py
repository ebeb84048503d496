"""
A request body on its way to a source, and which side is waited for.

The time in which a client sends its body does not count against the source, and the
time in which the source has stopped reading does not count against the client.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IConsumer
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

from relay.http.body import ICompletableBody


@implementer(IBodyProducer)
class Upload:
    """
    A request body as one call sends it.

    :param turned: called with True when the source is waited for, because it has the
        whole body or has stopped reading; with False when the client is.
    """

    def __init__(self, body: ICompletableBody, turned: Callable[[bool], None]) -> None:
        self._body = body
        self._turned = turned
        self._complete = False
        self.length = body.length

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """
        Begin to send.

        :param consumer: the connection to the source.
        :return: fires when the whole body was sent.
        """
        self._turned(False)
        self._body.when_complete(self._completed)
        done: Deferred[None] = self._body.startProducing(consumer)
        return done

    def pauseProducing(self) -> None:
        """The source has stopped reading for now."""
        if not self._complete:
            self._turned(True)
        self._body.pauseProducing()

    def resumeProducing(self) -> None:
        """The source reads again."""
        if not self._complete:
            self._turned(False)
        self._body.resumeProducing()

    def stopProducing(self) -> None:
        """The connection to the source is gone."""
        self._body.stopProducing()

    def _completed(self) -> None:
        self._complete = True
        self._turned(True)


@implementer(ICompletableBody)
class WholeBody:
    """
    A body that is complete at the start.

    :param content: the bytes of the body.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.length = len(content)

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Send the body."""
        consumer.write(self._content)
        return succeed(None)

    def pauseProducing(self) -> None:
        """There is nothing more to come."""

    def resumeProducing(self) -> None:
        """There is nothing more to come."""

    def stopProducing(self) -> None:
        """There is nothing more to come."""

    def when_complete(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` at once."""
        callback()
