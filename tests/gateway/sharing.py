"""A gateway that counts together with another process."""

from __future__ import annotations

from twisted.internet.task import LoopingCall

from relay.policies.limits.tallies import Tallies
from tests.cluster.direct import Machine
from tests.gateway.harness import GatewayCase


class SharingCase(GatewayCase):
    """The gateway is one of two processes of a node, ``n``."""

    machine: Machine
    two: Tallies
    """What the other process counts with."""

    def share(self, *, answers: bool = True) -> None:
        """
        Start a hub and two processes; a gateway that is opened from now on is the
        first.

        :param answers: whether the hub answers, and not only from :meth:`run_hub` on.
        """
        machine = self.machine = Machine()
        machine.start_hub()
        members = [machine.member(name) for name in ("n/1", "n/2")]
        machine.settle()
        one, self.two = (
            Tallies.shared(member.clock, member.link) for member in members
        )
        self.patch(Tallies, "alone", lambda clock: one)
        for member in members:
            self.addCleanup(machine.kill, member)
        if answers:
            self.run_hub()

    def run_hub(self) -> None:
        """Let the hub answer."""
        pump = LoopingCall(self.machine.turn)
        pump.start(0).addErrback(lambda failure: failure.raiseException())
        self.addCleanup(pump.stop)
