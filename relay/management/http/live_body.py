"""A response body that is written for as long as its client reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.server import Request


class LiveBody(Protocol):
    """What writes such a body; a push producer of Twisted."""

    def start(
        self, write: Callable[[bytes], object], abort: Callable[[], object]
    ) -> Deferred[None]:
        """
        Begin to write.

        :param write: takes bytes for the client.
        :param abort: drops the connection of the client.
        :return: fires when the body is complete; never if it has no end of its own, or
            when the client leaves before.
        """

    def pauseProducing(self) -> None:
        """The client takes no more for now."""

    def resumeProducing(self) -> None:
        """The client takes more."""

    def stopProducing(self) -> None:
        """The client has left; called more than once."""


def write_live(
    request: Request, body: LiveBody, abort: Callable[[], object]
) -> Deferred[None]:
    """
    Write a body until it is complete, or the client leaves.

    :param request: its head is set.
    :param abort: drops the connection of the client.
    :return: fires when the body is complete; never when the client leaves before.
    """

    def left(_: Failure) -> None:
        body.stopProducing()

    def complete(_: None) -> None:
        request.unregisterProducer()

    request.notifyFinish().addErrback(left)
    request.registerProducer(body, True)
    return body.start(request.write, abort).addCallback(complete)
