"""
A request body on its way to a source, and whose turn it is.

While a client sends its body nobody can blame the source for the time that passes, and
while the source takes no more of it nobody can blame the client.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IConsumer
from twisted.python.failure import Failure
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer


class BodyDropped(Exception):
    """Nothing of a request body is passed on any more."""


def tell_dropped(done: Deferred[None] | None) -> None:
    """
    Tell who waits for the end of a body that there will be none.

    Who waits refers to the body, which refers to what it waits for.

    :param done: what the body's ``startProducing`` gave; None when it gave nothing.
    """
    if done is not None:
        done.errback(Failure(BodyDropped()))
        # Nobody needs to listen.
        done.addErrback(lambda _: None)


class ICompletableBody(IBodyProducer):
    """A request body that says when the last of it has gone."""

    def when_complete(told: Callable[[], None]) -> None:
        """Call ``told`` once the whole body was passed on; at once if it was."""


@implementer(IBodyProducer)
class Upload:
    """
    A request body as one call sends it.

    :param body: what is sent.
    :param turned: told with true when the source is waited for, because it has all of
        the body or takes no more for now; with false when the client is.
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
        :return: fires when all was sent.
        """
        self._turned(False)
        self._body.when_complete(self._completed)
        done: Deferred[None] = self._body.startProducing(consumer)
        return done

    def pauseProducing(self) -> None:
        """The source takes no more for now."""
        if not self._complete:
            self._turned(True)
        self._body.pauseProducing()

    def resumeProducing(self) -> None:
        """The source takes more."""
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
    A body that is there at once.

    :param content: all of it.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.length = len(content)

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Send it."""
        consumer.write(self._content)
        return succeed(None)

    def pauseProducing(self) -> None:
        """There is nothing more to come."""

    def resumeProducing(self) -> None:
        """There is nothing more to come."""

    def stopProducing(self) -> None:
        """There is nothing more to come."""

    def when_complete(self, told: Callable[[], None]) -> None:
        """Tell at once."""
        told()
