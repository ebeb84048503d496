"""What the source of a channel says to being read."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from twisted.logger import Logger


class SourceRefusal(NamedTuple):
    """Why a source gives no events, and will not for as long as it stays as it is."""

    status: int
    """The HTTP status for a client whose response has not begun."""
    reason: str
    """For people; never holds a secret."""
    challenges: tuple[bytes, ...] = ()
    """Values of ``WWW-Authenticate`` that go with a 401."""


class Waiter(Protocol):
    """Who waits for a verdict."""

    def known(self) -> None:
        """It is known now."""


class Verdict:
    """
    Whether the source of a channel gives events.

    It is known from the beginning for a channel without a source that could refuse.
    """

    log = Logger()

    def __init__(self) -> None:
        self.pending = False
        """Whether the source was asked and has not answered yet."""
        self.refusal: SourceRefusal | None = None
        """Why the source has refused; None when it has not."""
        self._waiting: dict[Waiter, None] = {}

    def ask(self) -> None:
        """The source is asked now."""
        self.pending = True

    def settle(self) -> None:
        """The source gives events, or may give some later."""
        self._know(None)

    def refuse(self, refusal: SourceRefusal) -> None:
        """
        The source has refused.

        :param refusal: why.
        """
        self._know(refusal)

    def wait(self, waiter: Waiter) -> None:
        """
        Tell somebody when the verdict is known.

        :param waiter: told once.
        """
        self._waiting[waiter] = None

    def forget(self, waiter: Waiter) -> None:
        """
        Tell somebody nothing; harmless when nothing was to be told.

        :param waiter: who waited.
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
