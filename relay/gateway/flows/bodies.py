"""Bodies that policies read or replace: held, instead of forwarded as they arrive."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from relay.http.body import RequestBody
from relay.http.collector import BodyCollector, BodyTooLarge
from relay.policies.call import ContentTooLarge
from relay.upstream.connection.stream import UpstreamResponse


class HeldRequest:
    """
    The body of a client's request.

    :param body: None without one.
    """

    __slots__ = ("_body", "content")

    def __init__(self, body: RequestBody | None) -> None:
        self._body = body
        self.content: bytes | None = None

    def read(self, most_bytes: int) -> Deferred[bytes]:
        """Wait for the client to send all of the body."""
        if self.content is not None:
            return succeed(self.content)
        waiting = BodyCollector(most_bytes).collect(self._body)
        return waiting.addCallbacks(self._hold, _too_large)

    def _hold(self, content: bytes) -> bytes:
        self.content = content
        return content

    def replace(self, content: bytes) -> None:
        """Forward other content, and drop the client's."""
        if self.content is None and self._body is not None:
            self._body.drop()
        self.content = content


def _too_large(failure: Failure) -> bytes:
    failure.trap(BodyTooLarge)
    raise ContentTooLarge()


class HeldResponse:
    """
    The body of the response of an endpoint.

    :param idle_ms: silence of the endpoint that is allowed, in milliseconds; 0 is no
        limit.
    :param on_idle: called when it was silent for longer.
    :param cut: called when the endpoint goes away before its end.
    """

    __slots__ = (
        "_cut",
        "_done",
        "_held",
        "_idle_ms",
        "_left",
        "_on_idle",
        "_response",
        "content",
    )

    def __init__(
        self,
        response: UpstreamResponse,
        idle_ms: int,
        on_idle: Callable[[], None],
        cut: Callable[[Failure], None],
    ) -> None:
        self._response = response
        self._idle_ms = idle_ms
        self._on_idle = on_idle
        self._cut = cut
        self.content: bytes | None = None
        self._held = bytearray()
        """One buffer: an endpoint may send its body in chunks of a byte."""
        self._left = 0
        self._done: Deferred[bytes] | None = None

    def read(self, most_bytes: int) -> Deferred[bytes]:
        """Wait for the endpoint to send all of the body."""
        if self.content is not None:
            return succeed(self.content)
        self._left = most_bytes
        done = self._done = Deferred()
        self._response.deliver(self, self._idle_ms, self._on_idle)
        return done

    def replace(self, content: bytes) -> None:
        """Send other content, and drop the endpoint's."""
        if self.content is None:
            self._response.abort()
        self.content = content

    def body_received(self, data: bytes) -> None:
        """Hold a part of the body."""
        self._left -= len(data)
        if self._left >= 0:
            self._held += data
            return
        self._held.clear()
        self._response.abort()
        self._fail(Failure(ContentTooLarge()))

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The body is complete; its trailer fields are dropped."""
        content = self.content = bytes(self._held)
        self._held.clear()
        done, self._done = self._done, None
        if done is not None:
            done.callback(content)

    def body_cut(self, reason: Failure) -> None:
        """The endpoint went away before the end of the body."""
        self._held.clear()
        self._cut(reason)
        self._fail(reason)

    def _fail(self, reason: Failure) -> None:
        done, self._done = self._done, None
        if done is not None:
            done.errback(reason)
