"""Responses that are held back until the verdict of the source is known."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.channel.verdict import LONGEST_S, SourceRefusal, Verdict
from relay.http.refusals import Refusal
from relay.model.outcome import Outcome


def refusal_by_source(refusal: SourceRefusal) -> Refusal:
    """
    Make the response to a client whose source refuses.

    :param refusal: the status and the reason of the source.
    """
    return Refusal(
        refusal.status,
        "SOURCE_REFUSED",
        f"The source of the events refuses: {refusal.reason}",
        Outcome.UPSTREAM_REFUSED,
        challenges=refusal.challenges,
    )


class VerdictWait:
    """
    Holds a response back until the verdict is known.

    It waits for :data:`~relay.channel.verdict.LONGEST_S` at most.

    :param clock: the clock of the wait.
    :param verdict: a pending verdict.
    :param go_on: called once, unless the wait is stopped before.
    """

    __slots__ = ("_go_on", "_timer", "_verdict")

    def __init__(
        self, clock: IReactorTime, verdict: Verdict, go_on: Callable[[], None]
    ) -> None:
        self._verdict = verdict
        self._go_on: Callable[[], None] | None = go_on
        self._timer: IDelayedCall | None = clock.callLater(LONGEST_S, self.known)
        verdict.wait(self)

    def stop(self) -> None:
        """Cancel the wait; may be called again."""
        self._go_on = None
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
        self._verdict.forget(self)

    def known(self) -> None:
        """End the wait."""
        go_on = self._go_on
        self.stop()
        if go_on is not None:
            go_on()
