"""How listeners take their connections."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.interfaces import IAddress, IProtocolFactory
from twisted.internet.protocol import Protocol
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.daemon.errors import CannotStart
from relay.daemon.listener import MOST_ACCEPTS, Place
from relay.daemon.listeners import ListenerChange, Listeners
from relay.observability.probes import Health
from relay.settings.listeners import ListenerSettings


@implementer(IProtocolFactory)
class Counting:
    """Counts the connections that it is given."""

    def __init__(self) -> None:
        self.accepted = 0
        self.stops = 0

    def doStart(self) -> None:
        """Do nothing."""

    def doStop(self) -> None:
        """Take note."""
        self.stops += 1

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


class ChangeTests(SynchronousTestCase):
    """Listeners that change while the daemon runs."""

    def setUp(self) -> None:
        """Open two ports, one of them for clients."""
        self.reactor: Any = EPollReactor()
        self.addCleanup(self.reactor._poller.close)
        self.made: list[tuple[str, Counting]] = []
        first = self.free_port()
        self.clients = ListenerSettings("a", f"tcp:{first}:interface=127.0.0.1")
        self.places = [
            Place("management", "tcp:0:interface=127.0.0.1"),
            self.place(self.clients),
        ]
        self.listeners = Listeners(self.reactor, self.places, 1000)
        self.listeners.startService()
        self.listeners.serve(self.make)
        self.listeners.accept()
        self.addCleanup(self.listeners.abandon)
        self.made.clear()

    def free_port(self) -> int:
        """Return a port that nothing listens on."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        return port

    def place(self, settings: ListenerSettings) -> Place:
        """Return the place of a listener for clients."""
        return Place(f"listener {settings.id}", settings.endpoint, None, settings)

    def make(self, place: Place) -> Counting:
        """Make a site."""
        site = Counting()
        self.made.append((place.name, site))
        return site

    def change(self, *places: Place) -> ListenerChange:
        """Prepare other places."""
        return self.listeners.change(places, self.make, 2000)

    def test_the_same_places(self) -> None:
        """Nothing is made, opened or closed."""
        before = list(self.listeners.all)
        self.change(*self.places).commit()
        self.assertEqual(self.listeners.all, before)
        self.assertEqual(self.made, [])

    def test_an_added_listener(self) -> None:
        """It accepts when the change is committed."""
        more = ListenerSettings("b", "tcp:0:interface=127.0.0.1")
        change = self.change(*self.places, self.place(more))
        self.assertEqual(len(self.listeners.all), 2)
        (opened,) = set(change.after) - set(self.listeners.all)
        self.assertNotIn(opened.port, self.reactor.getReaders())
        change.commit()
        self.assertIn(opened.port, self.reactor.getReaders())
        self.assertEqual([name for name, _ in self.made], ["listener b"])
        self.assertEqual(self.listeners.for_clients[-1], opened)

    def test_near_the_limit_of_open_files(self) -> None:
        """A listener for clients that is added waits with the others."""
        self.listeners.admission.is_paused = True
        more = ListenerSettings("b", "tcp:0:interface=127.0.0.1")
        other = Place("technical", "tcp:0:interface=127.0.0.1")
        self.change(*self.places, self.place(more), other).commit()
        *_, clients, operators = self.listeners.all
        readers = self.reactor.getReaders()
        self.assertEqual(
            (clients.port in readers, operators.port in readers), (False, True)
        )

    def test_abandoned(self) -> None:
        """The ports that were opened are closed, and the others stay."""
        before = list(self.listeners.all)
        more = ListenerSettings("b", "tcp:0:interface=127.0.0.1")
        change = self.change(*self.places, self.place(more))
        (opened,) = set(change.after) - set(before)
        change.abandon()
        self.assertFalse(opened.port.connected)
        self.assertEqual(self.listeners.all, before)
        self.assertTrue(all(one.port.connected for one in before))

    def test_an_address_in_use(self) -> None:
        """What was opened before it is closed again."""
        port = self.free_port()
        free = ListenerSettings("b", f"tcp:{port}:interface=127.0.0.1")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            number = taken.getsockname()[1]
            used = ListenerSettings("c", f"tcp:{number}:interface=127.0.0.1")
            error = self.assertRaises(
                CannotStart,
                self.change,
                *self.places,
                self.place(free),
                self.place(used),
            )
        self.assertIn(f"cannot listen on {used.endpoint}: ", str(error))
        socket.create_server(("127.0.0.1", port)).close()

    def test_other_settings_of_a_listener(self) -> None:
        """The port stays open; connections after the change go to the new site."""
        (listener,) = self.listeners.for_clients
        before, port = listener.site, listener.port
        assert isinstance(before, Counting)
        changed = replace(self.clients, id="renamed", trusted_proxies=("unix",))
        self.change(self.places[0], self.place(changed)).commit()
        self.assertIs(listener.port, port)
        self.assertEqual(listener.place.name, "listener renamed")
        self.assertEqual(before.stops, 1)
        with socket.create_connection(("127.0.0.1", port.getHost().port)):
            port.doRead()
        ((_, after),) = self.made
        self.assertEqual((before.accepted, after.accepted), (0, 1))

    def test_the_time_of_a_proxy_header(self) -> None:
        """It changes for open ports and new ones when the change is committed."""
        first = ListenerSettings("b", "haproxy:tcp:0:interface=127.0.0.1")
        self.change(*self.places, self.place(first)).commit()
        opened = self.listeners.all[-1]
        factory = opened.port.factory
        self.assertEqual(factory.timeout_ms, 2000)
        change = self.listeners.change(
            [*self.places, self.place(first)], self.make, 3000
        )
        self.assertEqual(factory.timeout_ms, 2000)
        change.commit()
        self.assertEqual(factory.timeout_ms, 3000)

    def test_a_port_for_others(self) -> None:
        """Clients and operators may exchange their ports, which stay open."""
        management, clients = self.listeners.all
        other = replace(self.clients, endpoint=management.place.endpoint)
        places = [Place("management", self.clients.endpoint), self.place(other)]
        self.change(*places).commit()
        self.assertEqual(self.listeners.all, [clients, management])
        self.assertEqual(self.listeners.for_clients, [management])
        for listener, counted in ((management, 1), (clients, 0)):
            self.listeners.admission._connections = 0
            listener.buildProtocol(listener.port.getHost())
            self.assertEqual(self.listeners.admission._connections, counted)

    def test_a_removed_listener(self) -> None:
        """Its port is closed, and its site is stopped."""
        (listener,) = self.listeners.for_clients
        site: Any = listener.site
        number = listener.port.getHost().port
        self.change(self.places[0]).commit()
        self.assertEqual(self.listeners.for_clients, [])
        for _ in range(3):
            self.reactor.iterate(0)
        self.assertEqual(site.stops, 1)
        with socket.socket() as probe:
            self.assertNotEqual(probe.connect_ex(("127.0.0.1", number)), 0)
