"""Connecting by name: the addresses of a name are tried without waiting needlessly."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import (
    ConnectingCancelledError,
    ConnectionRefusedError,
    DNSLookupError,
    TCPTimedOutError,
)
from twisted.internet.interfaces import (
    IAddress,
    IReactorTCP,
    IReactorTime,
    IResolutionReceiver,
)
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer_only

from relay.upstream.dial.eyeballs import (
    ATTEMPT_DELAY_MS,
    AddressRefused,
    NameEndpoint,
)

SIX = IPv6Address("TCP", "2001:db8::1", 443)
FOUR = IPv4Address("TCP", "192.0.2.1", 443)
OTHER = IPv4Address("TCP", "192.0.2.2", 443)


class Names:
    """A resolver that answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.receiver: IResolutionReceiver

    def resolveHostName(
        self, receiver: IResolutionReceiver, hostName: str, portNumber: int = 0
    ) -> None:
        """Take note."""
        self.asked.append((hostName, portNumber))
        self.receiver = receiver

    def answer(self, *addresses: IAddress) -> None:
        """The name has these addresses."""
        for address in addresses:
            self.receiver.addressResolved(address)
        self.receiver.resolutionComplete()


@implementer_only(IReactorTCP, IReactorTime)
class Reactor(MemoryReactorClock):
    """Notes what would be connected; it has no sockets to watch."""


class NameEndpointTests(SynchronousTestCase):
    def setUp(self) -> None:
        """No connection yet."""
        self.reactor = cast(Any, Reactor())
        self.names = Names()
        self.reactor.nameResolver = self.names

    def connect(self, host: str = "h") -> Deferred[Any]:
        """Begin to connect."""
        endpoint = NameEndpoint(self.reactor, host, 443, 5.0)
        return endpoint.connect(Factory.forProtocol(Protocol))

    def tried(self) -> list[str]:
        """The addresses that were tried so far."""
        return [host for host, *_ in self.reactor.tcpClients]

    def refuse(self, index: int, reason: Exception | None = None) -> None:
        """Fail one attempt."""
        _, _, factory, *_ = self.reactor.tcpClients[index]
        connector = self.reactor.connectors[index]
        failure = Failure(reason or ConnectionRefusedError())
        factory.clientConnectionFailed(connector, failure)

    def accept(self, index: int) -> Protocol:
        """Complete one attempt."""
        _, _, factory, *_ = self.reactor.tcpClients[index]
        protocol: Protocol = factory.buildProtocol(FOUR)
        protocol.makeConnection(self.reactor.connectors[index])
        return protocol

    def guarded(self, *permitted: str, host: str = "h") -> Deferred[Any]:
        """Begin to connect where only some addresses are permitted."""
        endpoint = NameEndpoint(
            self.reactor, host, 443, 5.0, lambda address: address in permitted
        )
        return endpoint.connect(Factory.forProtocol(Protocol))

    def test_permitted_addresses(self) -> None:
        """Only permitted addresses of the name are tried."""
        connecting = self.guarded(FOUR.host)
        self.names.answer(SIX, FOUR, OTHER)
        self.assertEqual(self.tried(), [FOUR.host])
        self.refuse(0)
        self.failureResultOf(connecting, ConnectionRefusedError)

    def test_no_permitted_address(self) -> None:
        """
        A name with refused addresses has another error than a name without addresses.
        """
        connecting = self.guarded()
        self.names.answer(SIX, FOUR)
        self.failureResultOf(connecting, AddressRefused)
        self.failureResultOf(self.guarded(host="127.0.0.1"), AddressRefused)
        self.assertEqual(self.tried(), [])

    def test_first_address(self) -> None:
        """The first address gets a head start, and is enough when it answers."""
        connected = self.connect()
        self.assertEqual(self.names.asked, [("h", 443)])
        self.names.answer(SIX, FOUR)
        self.assertEqual(self.tried(), [SIX.host])
        self.accept(0)
        self.assertIsInstance(self.successResultOf(connected), Protocol)
        self.reactor.advance(10)
        self.assertEqual(self.tried(), [SIX.host])
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_refused_at_once(self) -> None:
        """After a refusal the next address is tried at once."""
        connected = self.connect()
        self.names.answer(SIX, FOUR)
        self.refuse(0)
        self.assertEqual(self.tried(), [SIX.host, FOUR.host])
        self.accept(1)
        self.successResultOf(connected)

    def test_silent_address(self) -> None:
        """
        After ``ATTEMPT_DELAY_MS`` without an answer the next address is tried, too.
        """
        connected = self.connect()
        self.names.answer(SIX, FOUR, OTHER)
        self.reactor.advance(ATTEMPT_DELAY_MS / 1000)
        self.reactor.advance(ATTEMPT_DELAY_MS / 1000)
        self.assertEqual(self.tried(), [SIX.host, FOUR.host, OTHER.host])
        self.accept(1)
        self.successResultOf(connected)
        self.assertEqual(
            [one.stoppedConnecting for one in self.reactor.connectors[:3]],
            [True, False, True],
        )

    def test_all_refused(self) -> None:
        """If all attempts fail, the reason of the first one is reported at once."""
        connected = self.connect()
        self.names.answer(SIX, FOUR)
        self.refuse(0, TCPTimedOutError())
        self.assertNoResult(connected)
        self.refuse(1)
        self.failureResultOf(connected, TCPTimedOutError)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_refused_while_another_is_tried(self) -> None:
        """A late refusal does not end an attempt that is under way."""
        connected = self.connect()
        self.names.answer(SIX, FOUR)
        self.reactor.advance(ATTEMPT_DELAY_MS / 1000)
        self.refuse(0)
        self.assertNoResult(connected)
        self.accept(1)
        self.successResultOf(connected)

    def test_no_address(self) -> None:
        """A name without addresses does not resolve."""
        connected = self.connect()
        self.names.answer()
        self.failureResultOf(connected, DNSLookupError)

    def test_literals(self) -> None:
        """An address is not looked up."""
        for host in ("192.0.2.9", "2001:db8::9"):
            self.connect(host)
        self.assertEqual(self.names.asked, [])
        self.assertEqual(self.tried(), ["192.0.2.9", "2001:db8::9"])

    def test_cancelled_while_resolving(self) -> None:
        """A name that resolves too late is not dialled any more."""
        connected = self.connect()
        connected.cancel()
        self.failureResultOf(connected, ConnectingCancelledError)
        self.names.answer(SIX)
        self.assertEqual(self.tried(), [])

    def test_cancelled_while_connecting(self) -> None:
        """Every attempt ends."""
        connected = self.connect()
        self.names.answer(SIX, FOUR)
        self.reactor.advance(ATTEMPT_DELAY_MS / 1000)
        connected.cancel()
        self.failureResultOf(connected, ConnectingCancelledError)
        self.assertTrue(all(c.stoppedConnecting for c in self.reactor.connectors))
        self.assertEqual(self.reactor.getDelayedCalls(), [])
