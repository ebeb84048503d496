"""
Connect to a host by name, trying its addresses as in RFC 8305 ("Happy Eyeballs").

Twisted's ``HostnameEndpoint`` waits for its delay even after an attempt has failed: a
refusal would be reported 0.3 seconds late, and each connection to ``localhost`` would
take that time if the source listens on ``127.0.0.1`` only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from typing import Any

from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    DNSLookupError,
)
from twisted.internet.interfaces import (
    IAddress,
    IHostResolution,
    IProtocol,
    IProtocolFactory,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.reactor.deadline import Deadline
from relay.upstream.dial.tcp import connect_tcp

ATTEMPT_DELAY_MS = 250
"""The delay after which the next address is tried in parallel (RFC 8305, 5)."""


class AddressRefused(ConnectError):
    """None of a host's addresses may be dialled."""


@implementer(IStreamClientEndpoint)
class NameEndpoint:
    """
    An endpoint for a host and a port.

    :param host: a name or an address.
    :param timeout_s: for one address; 0 for no limit.
    :param permits: whether an address may be dialled; None permits all.
    :param owner: the owner whose share of lookups is used; see
        :class:`relay.upstream.dial.names.Names`.
    """

    def __init__(
        self,
        reactor: Any,
        host: str,
        port: int,
        timeout_s: float,
        permits: Callable[[str], bool] | None = None,
        owner: Hashable = None,
    ) -> None:
        self._owner = owner
        self._reactor = reactor
        self._host = host
        self._port = port
        self._timeout_s = timeout_s
        self._permits = permits
        self._literal = _literal(host, port)

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """
        Connect to the first address that answers.

        :return: fails with the first address's error when none does. Cancelling it
            ends every attempt.
        """
        literal = self._literal
        if literal is not None and self._permits is None:
            # An address needs no lookup, and has no alternatives.
            return connect_tcp(self._reactor, literal, protocolFactory, self._timeout_s)
        race = _Race(
            self._reactor, protocolFactory, self._timeout_s, self._permits, self._owner
        )
        if literal is None:
            self._reactor.nameResolver.resolveHostName(race, self._host, self._port)
        else:
            race.addressResolved(literal)
            race.resolutionComplete()
        return race.done


def _literal(host: str, port: int) -> IPv4Address | IPv6Address | None:
    if isIPAddress(host):
        return IPv4Address("TCP", host, port)
    if isIPv6Address(host):
        return IPv6Address("TCP", host, port)
    return None


@implementer(IResolutionReceiver)
class _Race:
    """The attempts of one connection."""

    def __init__(
        self,
        reactor: Any,
        factory: IProtocolFactory,
        timeout_s: float,
        permits: Callable[[str], bool] | None,
        owner: Hashable,
    ) -> None:
        self.owner = owner
        self.done: Deferred[IProtocol] = Deferred(lambda _: self._cancelled())
        self._reactor = reactor
        self._factory = factory
        self._timeout_s = timeout_s
        self._permits = permits
        self._addresses: deque[IAddress] = deque()
        self._attempts: list[Deferred[IProtocol]] = []
        self._failure = Failure(DNSLookupError("the name has no address"))
        self._failed = False
        self._over = False
        self._delay = Deadline(reactor, ATTEMPT_DELAY_MS)

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:
        """The name is being looked up."""

    def resolution_failed(self, reason: str) -> None:
        """The name has no address, for a reason."""
        self._failure = Failure(DNSLookupError(reason))

    def addressResolved(self, address: IAddress) -> None:
        """The name has this address."""
        host = getattr(address, "host", "")
        if self._permits is None or self._permits(host):
            self._addresses.append(address)
        else:
            self._failure = Failure(AddressRefused())

    def resolutionComplete(self) -> None:
        """All addresses are known."""
        if not self._over:
            self._next()

    def _next(self) -> None:
        """Try one more address, beside those that have not failed yet."""
        self._delay.stop()
        if self._addresses:
            address: Any = self._addresses.popleft()
            attempt = connect_tcp(
                self._reactor, address, self._factory, self._timeout_s
            )
            self._attempts.append(attempt)
            if self._addresses:
                self._delay.start(self._next)
            attempt.addCallbacks(
                self._won, self._lost, callbackArgs=(attempt,), errbackArgs=(attempt,)
            )
        elif not self._attempts:
            self._end()
            self.done.errback(self._failure)

    def _won(self, protocol: IProtocol, attempt: Deferred[IProtocol]) -> None:
        self._attempts.remove(attempt)
        self._end()
        self.done.callback(protocol)

    def _lost(self, failure: Failure, attempt: Deferred[IProtocol]) -> None:
        self._attempts.remove(attempt)
        if self._over:
            return
        if not self._failed:
            self._failed, self._failure = True, failure
        self._next()

    def _end(self) -> None:
        self._over = True
        self._delay.stop()
        for attempt in list(self._attempts):
            attempt.cancel()

    def _cancelled(self) -> None:
        self._end()
        self.done.errback(ConnectingCancelledError(None))
