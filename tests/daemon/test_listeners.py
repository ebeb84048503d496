"""How listeners take their connections."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.interfaces import IAddress, IProtocolFactory
from twisted.internet.protocol import Protocol
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.daemon.listener import MOST_ACCEPTS, Place
from relay.daemon.listeners import Listeners
from relay.observability.probes import Health


@implementer(IProtocolFactory)
class Counting:
    """Counts the connections that it is given."""

    def __init__(self) -> None:
        self.accepted = 0

    def doStart(self) -> None:
        """Do nothing."""

    def doStop(self) -> None:
        """Do nothing."""

    def buildProtocol(self, addr: IAddress) -> Protocol:
        """Take one."""
        self.accepted += 1
        return Protocol()


class ReadyTests(SynchronousTestCase):
    """The log line of listeners that accept."""

    def test_each_listener_is_named_with_its_address(self) -> None:
        """One line names each listener with the port that the system chose."""
        reactor: Any = EPollReactor()
        self.addCleanup(reactor._poller.close)
        path = Path(self.mktemp())
        places = [
            Place("management", "tcp:0:interface=127.0.0.1"),
            Place("listener six", "tcp6:0:interface=\\:\\:1"),
            Place("listener local", f"unix:{path}:lockfile=0"),
        ]
        listeners = Listeners(reactor, places, 1000)
        added = listeners.all
        listeners.startService()
        for listener in added:
            self.addCleanup(listener.port.connectionLost, None)
        ports = [listener.port.getHost().port for listener in added[:2]]
        logged = [
            f"127.0.0.1:{ports[0]} (management)",
            f"[::1]:{ports[1]} (listener six)",
            f"unix:{path} (listener local)",
        ]
        accepting = {listener.port for listener in added}
        self.assertTrue(accepting.isdisjoint(reactor.getReaders()))
        with capturedLogs() as events:
            listeners.accept()
        (event,) = events
        self.assertEqual(formatEvent(event), f"ready: listening on {', '.join(logged)}")
        self.assertLessEqual(accepting, set(reactor.getReaders()))


class HealthTests(SynchronousTestCase):
    """The probe of the listeners."""

    def test_a_listener_that_cannot_be_reached(self) -> None:
        """It is named with the reason: no site yet, or a socket without its file."""
        reactor: Any = EPollReactor()
        self.addCleanup(reactor._poller.close)
        path = Path(self.mktemp())
        places = [
            Place("management", "tcp:0:interface=127.0.0.1"),
            Place("listener local", f"unix:{path}:lockfile=0"),
        ]
        listeners = Listeners(reactor, places, 1000)
        added = listeners.all
        self.assertIn("management: the port is not open", listeners.health().message)
        listeners.startService()
        for listener in added:
            self.addCleanup(listener.port.connectionLost, None)
        self.assertEqual(
            listeners.health().message,
            "management: no connection is accepted yet; "
            "listener local: no connection is accepted yet",
        )
        for listener in added:
            listener.serve(Counting(), reactor)
        names = {"listeners": ["listener local", "management"]}
        self.assertEqual(listeners.health(), Health(True, None, names))
        moved = path.rename(f"{path}.moved")
        self.assertEqual(
            listeners.health().message,
            "listener local: the file of the socket was removed",
        )
        moved.rename(path)


class AcceptTests(SynchronousTestCase):
    """Many clients that connect at once."""

    def test_a_turn_accepts_a_few(self) -> None:
        """A turn accepts a bounded number of connections."""
        reactor: Any = EPollReactor()
        self.addCleanup(reactor._poller.close)
        site = Counting()
        places = [Place("management", "tcp:0:interface=127.0.0.1")]
        listeners = Listeners(reactor, places, 1000)
        (listener,) = listeners.all
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
