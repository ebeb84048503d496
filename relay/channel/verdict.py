"""Whether the source of a channel gives events, or refuses."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from twisted.logger import Logger

LONGEST_S = 2.0
"""How long a response is held back for a verdict, in seconds. A source may send its
head only with its first event: a client must not take a quiet stream for a request
without answer."""


class SourceRefusal(NamedTuple):
    """Why a source refuses to send events."""

    status: int
    """The HTTP status for a client whose response has not begun."""
    reason: str
    """The reason in words; holds no secret."""
    challenges: tuple[bytes, ...] = ()
    """Values of ``WWW-Authenticate`` that go with a 401."""


class Waiter(Protocol):
    """An object that waits for a verdict."""

    def known(self) -> None:
        """The verdict is known."""


class Verdict:
    """
    Whether the source of a channel sends events.

    The verdict of a channel without a source that could refuse is known from the start.
    """

    log = Logger()

    def __init__(self) -> None:
        self.pending = False
        """Whether the source was called and has not answered yet."""
        self.refusal: SourceRefusal | None = None
        """Why the source has refused; None when it has not."""
        self._waiting: dict[Waiter, None] = {}

    def ask(self) -> None:
        """The source is called now; what it has answered before is over."""
        self.pending, self.refusal = True, None

    def settle(self) -> None:
        """The source sends events, or may send some later."""
        self._know(None)

    def refuse(self, refusal: SourceRefusal) -> None:
        """
        The source has refused.

        :param refusal: why.
        """
        self._know(refusal)

    def wait(self, waiter: Waiter) -> None:
        """
        Call a waiter when the verdict is known.

        :param waiter: called once.
        """
        self._waiting[waiter] = None

    def forget(self, waiter: Waiter) -> None:
        """
        Remove a waiter, if it still waits.
        """
        self._waiting.pop(waiter, None)

    def _know(self, refusal: SourceRefusal | None) -> None:
        self.pending, self.refusal = False, refusal
        waiting, self._waiting = self._waiting, {}
        for waiter in waiting:
            try:
                waiter.known()
            except Exception:
                self.log.failure("a client that waited for a source failed")
