"""
The daemon's listeners: opened first, accepting last, and changed while it runs.

An address in use, or a certificate that cannot be read, ends the start before anything
is changed, and refuses a change. Once the ports are open clients can connect; they wait
in the backlog until :meth:`Listeners.accept`, which logs the address of every listener
in one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.daemon.admission import Admission
from relay.daemon.listener import Listener, OpenPort, Place, own_ports
from relay.observability.probes import Health
from relay.reactor.descriptors import DESCRIPTORS

MakeSite = Callable[[Place], IProtocolFactory]
"""Makes what accepts the connections of a place."""


class Listeners(Service):
    """
    All listeners of a daemon.

    :param reactor: listens on the ports, and is the clock.
    :param places: where the daemon listens, in the order of its log.
    :param head_timeout_ms: how long the header of a PROXY protocol may take.
    :param open_port: None for ports of this process alone.
    """

    log = Logger()

    def __init__(
        self,
        reactor: Any,
        places: Sequence[Place],
        head_timeout_ms: float,
        open_port: OpenPort | None = None,
    ) -> None:
        self._reactor = reactor
        self._open_port = open_port or own_ports(reactor)
        self.admission = Admission(
            reactor,
            DESCRIPTORS,
            lambda: _each(self.for_clients, Listener.pause),
            lambda: _each(self.for_clients, Listener.accept),
        )
        """Pauses the listeners for clients near the limit of open files."""
        self._head_timeout_ms = head_timeout_ms
        self.all = [Listener(place, self.admission) for place in places]

    @property
    def for_clients(self) -> list[Listener]:
        """The listeners that clients of published APIs connect to."""
        return [one for one in self.all if one.place.for_clients]

    def named(self, name: str) -> Listener:
        """
        Find a listener by its name in the log.

        :raises KeyError: when there is none.
        """
        return {one.place.name: one for one in self.all}[name]

    def startService(self) -> None:
        """
        Open all ports, without accepting yet.

        :raises CannotStart: when one cannot be opened.
        :raises MaterialError: when a TLS file cannot be used.
        """
        super().startService()
        for listener in self.all:
            listener.open(self._open_port, self._head_timeout_ms)

    def serve(self, make_site: MakeSite) -> None:
        """Put a site behind every port that has none."""
        for listener in self.all:
            if listener.site is None:
                listener.serve(make_site(listener.place), self._reactor)

    def accept(self) -> None:
        """Accept connections on all ports, beginning with those in the backlog, and
        log their addresses."""
        _each(self.all, Listener.accept)
        places = ", ".join(f"{one.address} ({one.place.name})" for one in self.all)
        self.log.info("ready: listening on {places}", places=places)

    def health(self) -> Health:
        """The probe ``listeners``."""
        problems = {one.place.name: one.problem for one in self.all}
        message = "; ".join(f"{name}: {why}" for name, why in problems.items() if why)
        return Health(not message, message or None, {"listeners": sorted(problems)})

    def change(
        self, places: Sequence[Place], make_site: MakeSite, head_timeout_ms: float
    ) -> ListenerChange:
        """
        Prepare another set of places.

        A port that stays open keeps its backlog; its clients meet the new site from
        their next connection on. New ports are open after this call, and accept
        nothing before the change is committed.

        :param places: all places where the daemon is to listen.
        :param make_site: makes the site of a place that is new or has changed.
        :param head_timeout_ms: as above.
        :raises CannotStart: when a port cannot be opened.
        :raises MaterialError: when a TLS file cannot be used.
        """
        change = ListenerChange(
            self, make_site, self._reactor, self._open_port, head_timeout_ms
        )
        left = list(self.all)
        try:
            for place in places:
                found = _best(left, place)
                if found is None:
                    found = Listener(place, self.admission)
                    change.open(found)
                else:
                    left.remove(found)
                    if found.place != place:
                        change.replace(found, place)
                change.after.append(found)
                change.places.append(place)
        except Exception:
            change.abandon()
            raise
        change.removed = left
        return change

    def close_for_clients(self) -> None:
        """Accept no clients of published APIs."""
        _each(self.for_clients, Listener.shut)

    def reopen_for_clients(self) -> None:
        """Accept clients of published APIs again."""
        _each(self.for_clients, Listener.reopen)

    def stopService(self) -> Deferred[Any]:
        """
        Accept no more.

        :return: fires when all ports are closed; never fails.
        """
        super().stopService()
        self.admission.close()
        closing = [one.close() for one in self.all]
        return DeferredList(closing, consumeErrors=True)

    def abandon(self) -> None:
        """Close all ports at once after a start has failed, before the reactor runs. No
        file of a Unix socket is left behind."""
        _each(self.all, Listener.abandon)


class ListenerChange:
    """
    A change of the places where a daemon listens, until it is committed or abandoned.
    """

    log = Logger()

    def __init__(
        self,
        listeners: Listeners,
        make_site: MakeSite,
        reactor: Any,
        open_port: OpenPort,
        head_timeout_ms: float,
    ) -> None:
        self._listeners = listeners
        self._open_port = open_port
        self._head_timeout_ms = head_timeout_ms
        self._make_site = make_site
        self._reactor = reactor
        self._opened: list[Listener] = []
        self._replaced: list[tuple[Listener, Place, Any]] = []
        self.after: list[Listener] = []
        """All listeners, once the change is committed."""
        self.places: list[Place] = []
        """Their places by then."""
        self.removed: list[Listener] = []

    def open(self, listener: Listener) -> None:
        """Open the port of a new listener."""
        listener.open(self._open_port, self._head_timeout_ms)
        self._opened.append(listener)

    def replace(self, listener: Listener, place: Place) -> None:
        """Prepare other settings for an open port."""
        creator = listener.creator
        if (place.tls, place.name) != (listener.place.tls, listener.place.name):
            creator = place.read_tls()
        self._replaced.append((listener, place, creator))

    def abandon(self) -> None:
        """Close the ports that were opened."""
        _each(self._opened, Listener.abandon)

    def commit(self) -> None:
        """Serve and accept as the new places say, and close the ports of others."""
        listeners = self._listeners
        for listener, place, creator in self._replaced:
            listener.move(place, creator)
            self._serve(listener)
        for listener in self._opened:
            self._serve(listener)
            self.log.info(
                "listening on {address} ({name})",
                address=listener.address,
                name=listener.place.name,
            )
        listeners.all = self.after
        for listener in self.after:
            listener.limit_header(self._head_timeout_ms)
        for listener in self.removed:
            self.log.info(
                "no longer listening on {address} ({name})",
                address=listener.address,
                name=listener.place.name,
            )
            listener.close().addErrback(self._not_closed, listener)

    def _serve(self, listener: Listener) -> None:
        listener.serve(self._make_site(listener.place), self._reactor)
        is_paused = self._listeners.admission.is_paused
        if not (is_paused and listener.place.for_clients):
            listener.accept()

    def _not_closed(self, failure: Failure, listener: Listener) -> None:
        self.log.failure(
            "the port of {name} cannot be closed", failure, name=listener.place.name
        )


def _best(listeners: list[Listener], place: Place) -> Listener | None:
    """Find the open port of a place: if several have its endpoint, the one of its
    name."""
    found = [one for one in listeners if one.place.endpoint == place.endpoint]
    named = [one for one in found if one.place.name == place.name]
    return next(iter(named + found), None)


def _each(listeners: Iterable[Listener], act: Callable[[Listener], None]) -> None:
    for listener in listeners:
        act(listener)
