"""What the limits of a process count with."""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from relay.cluster.link import Link
from relay.policies.limits.counters import Counters, LocalCounters
from relay.policies.limits.places import LocalPlaces, Places
from relay.policies.limits.shared import SharedCounters, SharedPlaces


@dataclass(frozen=True, slots=True)
class Tallies:
    """
    What the limits of a process count with; it outlives deployments.

    :param counters: the counts of calls.
    :param places: of open calls.
    :param own: the counts of this process alone, for the time without an engine.
    :param node: the name of the node that shares ``places`` with others; empty when
        this process counts alone.
    """

    counters: Counters
    places: Places
    own: LocalCounters
    node: str = ""

    @classmethod
    def alone(cls, clock: IReactorTime) -> Tallies:
        """Count in this process."""
        own = LocalCounters(clock)
        return cls(own, LocalPlaces(), own)

    @classmethod
    def shared(cls, clock: IReactorTime, link: Link) -> Tallies:
        """
        Count in the engine of a link.

        :param link: its member is named by the node, or by ``node/worker``.
        """
        return cls(
            SharedCounters(link.counts, clock),
            SharedPlaces(link.counts, clock),
            LocalCounters(clock),
            link.member.partition("/")[0],
        )
