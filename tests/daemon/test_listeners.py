"""How listeners take their connections."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.interfaces import IAddress, IProtocolFactory
from twisted.internet.protocol import Protocol
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.daemon.listeners import MOST_ACCEPTS, Listeners


@implementer(IProtocolFactory)
class Counting:
    """Counts the connections that it is given."""

    def __init__(self) -> None:
        self.accepted = 0

    def doStart(self) -> None:
        """Nothing is to be done."""

    def doStop(self) -> None:
        """Nothing is to be done."""

    def buildProtocol(self, addr: IAddress) -> Protocol:
        """Take one."""
        self.accepted += 1
        return Protocol()


class AcceptTests(SynchronousTestCase):
    """Many clients that connect at once."""

    def test_a_turn_accepts_a_few(self) -> None:
        """However many wait, and however many there were in the turn before."""
        reactor: Any = EPollReactor()
        self.addCleanup(reactor._poller.close)
        site = Counting()
        listeners = Listeners(reactor, 1000)
        listener = listeners.add("management", "tcp:0:interface=127.0.0.1", None)
        listeners.startService()
        self.addCleanup(listener.port.connectionLost, None)
        listener.serve(site, reactor)
        listeners.accept()
        place = ("127.0.0.1", listener.port.getHost().port)
        for _ in range(5 * MOST_ACCEPTS):
            self.addCleanup(socket.create_connection(place).close)
        for turn in range(1, 6):
            listener.port.doRead()
            self.assertEqual(site.accepted, turn * MOST_ACCEPTS)
