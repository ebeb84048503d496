"""The addresses of named hosts, for lists of addresses."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from ipaddress import ip_address
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer

Addresses = frozenset[Any]
"""Addresses, as of :mod:`ipaddress`; empty if the name could not be resolved."""
FAMILIES: dict[str, tuple[type[IAddress], ...]] = {
    "ALL": (IPv4Address, IPv6Address),
    "IPV4": (IPv4Address,),
    "IPV6": (IPv6Address,),
}


class HostAddresses:
    """
    The addresses of some hosts, looked up by the resolver of the reactor, which caches
    them and limits the lookups.

    :param reactor: its ``nameResolver`` is used.
    :param families: the types of the addresses that are wanted.
    :param owner: the owner whose share of lookups is used.
    """

    def __init__(
        self, reactor: Any, families: Sequence[type[IAddress]], owner: Hashable
    ) -> None:
        self._reactor = reactor
        self._families = families
        self._owner = owner

    def find(
        self, names: Sequence[str]
    ) -> dict[str, Addresses] | Deferred[dict[str, Addresses]]:
        """
        Find the addresses of hosts.

        :param names: of the hosts.
        :return: the addresses by name; a Deferred if a name has to be looked up.
            Cancelling it stops waiting.
        """
        lookups = [_Lookup(self._owner) for _ in names]
        for name, lookup in zip(names, lookups, strict=True):
            self._reactor.nameResolver.resolveHostName(
                lookup, name, 0, self._families, "TCP"
            )
        found = {name: one.addresses for name, one in zip(names, lookups, strict=True)}
        known = {name: one for name, one in found.items() if one is not None}
        if len(known) == len(found):
            return known
        waiting: Deferred[Any] = DeferredList(
            [one.done() for one in lookups], fireOnOneErrback=True, consumeErrors=True
        )
        return waiting.addCallbacks(
            lambda _: {
                name: one.addresses or frozenset()
                for name, one in zip(names, lookups, strict=True)
            },
            lambda failure: failure.value.subFailure,
        )


@implementer(IResolutionReceiver)
class _Lookup:
    """
    Receives the addresses of one host.

    :param owner: the owner whose share of lookups is used.
    """

    def __init__(self, owner: Hashable) -> None:
        self.owner = owner
        self.addresses: Addresses | None = None
        """None until they are known."""
        self._received: list[Any] = []
        self._resolution: IHostResolution | None = None
        self._waiting: Deferred[None] | None = None

    def done(self) -> Deferred[None]:
        """Return a Deferred that fires when the addresses are known."""
        waiting = self._waiting = Deferred(self._cancel)
        if self.addresses is not None:
            waiting.callback(None)
        return waiting

    def _cancel(self, waiting: Deferred[None]) -> None:
        if self._resolution is not None:
            self._resolution.cancel()

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:
        """The lookup can be cancelled now."""
        self._resolution = resolutionInProgress

    def addressResolved(self, address: Any) -> None:
        """Note an address."""
        self._received.append(ip_address(address.host.partition("%")[0]))

    def resolutionComplete(self) -> None:
        """All addresses are known."""
        self.addresses = frozenset(self._received)
        if self._waiting is not None:
            self._waiting.callback(None)
