"""What a member sends to its hub, and the answers that it waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from relay.channel.idempotency import KeyReused
from relay.cluster.link import EngineLost, Fenced
from relay.cluster.local.messages import Message, Port, Reason

_EXCEPTIONS: dict[Reason, Callable[[], Exception]] = {
    Reason.FENCED: Fenced,
    Reason.KEY_REUSED: KeyReused,
    Reason.LOST: EngineLost,
}


class Requests:
    """
    Sends messages while there is a session, and matches answers with requests.

    :param clock: in a later turn of which a request fails that cannot be sent.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._port: Port | None = None
        self._number = 0
        self._waiting: dict[int, Deferred[Any]] = {}

    @property
    def is_open(self) -> bool:
        """Whether there is a session."""
        return self._port is not None

    def open(self, port: Port) -> None:
        """Begin to send."""
        self._port = port

    def close(self) -> None:
        """Send nothing more, and fail what waits for an answer."""
        self._port = None
        waiting, self._waiting = self._waiting, {}
        for done in waiting.values():
            done.errback(EngineLost())

    def send(self, message: Message) -> None:
        """Send a message; without a session it is dropped."""
        if self._port is not None:
            self._port.send(message)

    def ask(self, make: Callable[[int], Message]) -> Deferred[Any]:
        """
        Send a request.

        :param make: makes the message with the number of the request.
        :return: fires with the answer; fails with :class:`EngineLost`.
        """
        done: Deferred[Any] = Deferred()
        if self._port is None:
            self._clock.callLater(0, done.errback, EngineLost())
            return done
        self._number += 1
        self._waiting[self._number] = done
        self._port.send(make(self._number))
        return done

    def answered(self, request: int, value: object) -> None:
        """Take an answer."""
        if (done := self._waiting.pop(request, None)) is not None:
            done.callback(value)

    def refused(self, request: int, reason: Reason) -> None:
        """Take a refusal."""
        if (done := self._waiting.pop(request, None)) is not None:
            done.errback(_EXCEPTIONS[reason]())
