"""The body of a request, which is passed on to the upstream as it arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from twisted.python.failure import Failure
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer


class BodyDropped(Exception):
    """A request body was dropped before it was passed on as a whole."""


class ICompletableBody(IBodyProducer):
    """A request body that reports when the whole of it was passed on."""

    def when_complete(callback: Callable[[], None]) -> None:
        """Call ``callback`` once the whole body is forwarded, perhaps at once."""


class BodyReading(Protocol):
    """What a request body pauses and resumes: the client's stream."""

    def pause_body(self) -> None:
        """Read no more of the body for now."""

    def resume_body(self) -> None:
        """Read the body again."""


class Forwarding:
    """One body on its way to a consumer, up to its end or until it is dropped."""

    def __init__(self) -> None:
        self.consumer: IConsumer | None = None
        """Receives the body; None before it is asked for, and after its end."""
        self._done: Deferred[None] | None = None
        self._complete = False
        self._callback: Callable[[], None] | None = None

    def when_complete(self, callback: Callable[[], None]) -> None:
        """
        Call a function when the whole body has been forwarded.

        :param callback: called without arguments, at once if the body was forwarded
            already.
        """
        if self._complete:
            callback()
        else:
            self._callback = callback

    def forward_to(self, consumer: IConsumer) -> Deferred[None]:
        """
        Begin.

        :return: fires when the whole body was passed on; fails with ``BodyDropped``
            when the body is dropped before that.
        """
        self.consumer = consumer
        done = self._done = Deferred()
        return done

    def complete(self) -> None:
        """The whole body was forwarded, unless there is nobody to forward it to."""
        if self.consumer is None:
            return
        self.consumer = None
        self._complete = True
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()
        done, self._done = self._done, None
        if done is not None:
            done.callback(None)

    def forget(self) -> None:
        """Forward nothing more, which ends the reference cycle of the body, its reader
        and the Deferred."""
        self.consumer = self._callback = None
        done, self._done = self._done, None
        if done is not None:
            done.errback(Failure(BodyDropped()))
            # Nobody needs to listen.
            done.addErrback(lambda _: None)


@implementer(ICompletableBody)
class RequestBody(Forwarding):
    """
    Hands the client's bytes to the connection to the source.

    What arrives before that connection stands is held, and reading from the client
    stops with the first such bytes, so that an upload of any size needs no memory.

    :param channel: the client's connection.
    :param length: bytes announced, None when the body is chunked.
    """

    def __init__(self, channel: BodyReading, length: int | None) -> None:
        super().__init__()
        self._channel = channel
        self.length: object = UNKNOWN_LENGTH if length is None else length
        self.bytes = 0
        """How much of the body has arrived."""
        self.owed = True
        """Whether the client has still to send some of it."""
        self._held: list[bytes] = []
        self._dropped = False
        self._most_bytes: int | None = None
        self._exceeded: Callable[[], object] | None = None

    def received(self, data: bytes) -> None:
        """
        Take some of the body from the client.

        :param data: the bytes, without framing.
        """
        self.bytes += len(data)
        if self._dropped:
            return
        if self._most_bytes is not None and self.bytes > self._most_bytes:
            self._too_large()
            return
        if self.consumer is not None:
            self.consumer.write(data)
        else:
            self._held.append(data)
            self._channel.pause_body()

    def limit(self, most_bytes: int, exceeded: Callable[[], object]) -> None:
        """
        Pass on no more than so much of the body.

        :param most_bytes: how large it may be.
        :param exceeded: called when it is larger, at once if it is so already.
        """
        self._most_bytes, self._exceeded = most_bytes, exceeded
        if self.bytes > most_bytes:
            self._too_large()

    def _too_large(self) -> None:
        exceeded, self._exceeded = self._exceeded, None
        self.drop()
        if exceeded is not None:
            exceeded()

    def ended(self) -> None:
        """The client has sent all of it."""
        self.owed = False
        self.complete()

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """
        Begin to pass the body on, buffered bytes first.

        :param consumer: the connection to the source.
        :return: fires when the whole body was passed on; fails with ``BodyDropped``
            when the body is dropped before that.
        """
        done = self.forward_to(consumer)
        held, self._held = self._held, []
        for data in held:
            consumer.write(data)
        if self.owed:
            self._channel.resume_body()
        elif not self._dropped:
            self.complete()
        return done

    def pauseProducing(self) -> None:
        """Stop reading from the client."""
        self._channel.pause_body()

    def resumeProducing(self) -> None:
        """Read from the client again."""
        if self.consumer is not None or self._complete:
            self._channel.resume_body()

    def stopProducing(self) -> None:
        """The upstream connection is lost: discard the rest of the body."""
        self.drop()

    def drop(self) -> None:
        """Pass nothing more on; discard what still arrives."""
        self._dropped = True
        self._held = []
        self.forget()
        self._channel.resume_body()
