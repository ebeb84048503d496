"""Clients whose answer waits for what the source of their channel says."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.channel.verdict import SourceRefusal, Verdict
from relay.gateway.refusals import Refusal
from relay.model.outcome import Outcome

LONGEST_S = 2.0
"""How long a client waits. A source may send its head only with its first event, and a
client must not take a stream that is quiet for one that is not answered."""


def refusal_by_source(refusal: SourceRefusal) -> Refusal:
    """
    Give the answer to a client whose source refuses.

    :param refusal: what the source said.
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
    Holds an answer back until the verdict is known, or :data:`LONGEST_S` are over.

    :param clock: what calls later.
    :param verdict: what is waited for; pending.
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
        """Wait no more; harmless the second time."""
        self._go_on = None
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
        self._verdict.forget(self)

    def known(self) -> None:
        """Go on."""
        go_on = self._go_on
        self.stop()
        if go_on is not None:
            go_on()
