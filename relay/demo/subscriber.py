"""One open event stream of the demo source."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from relay.demo.message import DemoMessage
from relay.demo.request import DemoExchange


@implementer(IPushProducer)
class DemoSubscriber:
    """
    Sends messages to a client as fast as it takes them, and no faster.

    While the transport is paused messages wait here by reference; a client that
    falls more than *max_behind_bytes* behind is cut through *overrun*.

    :param channels: names of the channels subscribed to, without repeats.
    :param enveloped: whether ``data`` is the JSON envelope or the payload alone.
    :param overrun: called when the client is too far behind.
    """

    def __init__(
        self,
        request: DemoExchange,
        channels: tuple[str, ...],
        *,
        enveloped: bool,
        max_behind_bytes: int,
        overrun: Callable[[DemoSubscriber], None],
    ) -> None:
        self.channels = channels
        self._request = request
        self._enveloped = enveloped
        self._max_behind_bytes = max_behind_bytes
        self._overrun = overrun
        self._waiting: deque[bytes] = deque()
        self._behind_bytes = 0
        self._allowed_bytes = max_behind_bytes
        self._paused = False
        self._lost = False

    def start(self, backlog: Iterable[DemoMessage]) -> None:
        """
        Send the response head at once, then the messages missed.

        :param backlog: does not count as falling behind, at any size: the
            client has had no chance to take it yet.
        """
        self._request.registerProducer(self, True)
        self._request.write(b"")
        for message in backlog:
            self._send(self._encode(message))
        self._allowed_bytes = self._max_behind_bytes + self._behind_bytes

    def deliver(self, messages: Iterable[DemoMessage]) -> None:
        """Send messages, or keep them until the client takes them."""
        self._send(b"".join(map(self._encode, messages)))
        if self._behind_bytes > self._allowed_bytes:
            self._overrun(self)

    def keep_alive(self, comment: bytes) -> None:
        """Send a comment, unless events wait that say as much."""
        if not self._paused:
            self._request.write(comment)

    def end(self) -> None:
        """Send what waits and finish the response properly."""
        self._request.unregisterProducer()
        for event in self._waiting:
            self._request.write(event)
        self._request.finish()

    def abort(self) -> None:
        """Reset the connection in the middle of the response."""
        if not self._lost:
            self._request.transport.abortConnection()

    def pauseProducing(self) -> None:
        """The transport's buffer is full."""
        self._paused = True

    def resumeProducing(self) -> None:
        """The transport's buffer is empty: send what waits."""
        self._paused = False
        while self._waiting and not self._paused:
            event = self._waiting.popleft()
            self._behind_bytes -= len(event)
            self._request.write(event)
        if not self._waiting:
            self._allowed_bytes = self._max_behind_bytes

    def stopProducing(self) -> None:
        """The connection is lost."""
        self._lost = True
        self._waiting.clear()
        self._behind_bytes = 0

    def _encode(self, message: DemoMessage) -> bytes:
        return message.event if self._enveloped else message.bare_event()

    def _send(self, event: bytes) -> None:
        if not self._paused:
            self._request.write(event)
            return
        self._waiting.append(event)
        self._behind_bytes += len(event)
