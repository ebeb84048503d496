"""What the control process of several workers is composed of, instead of a gateway."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred

from relay import __version__
from relay.assembly.foundation import Foundation
from relay.assembly.gateway import GatewayService
from relay.assembly.gateway_role import make_gateway, open_outbound
from relay.assembly.peers import OF_WORKERS, view_of_workers
from relay.assembly.probes import daemon_probes, unready
from relay.assembly.reload import GatewayParts
from relay.assembly.view import GatewayView, view_of
from relay.cluster.local.process import HubSettings
from relay.daemon.drain import NodeDrain
from relay.daemon.listener import Listener
from relay.daemon.listeners import ListenerChange, Listeners
from relay.daemon.reload import Part, Prepared, Reload
from relay.daemon.stopping import Step
from relay.gateway.resource import GatewayResource
from relay.node.gateway import PeerGateway
from relay.node.health import NodeProbes, NodeReadiness
from relay.node.peers import Peer, Peers
from relay.observability.access import NoAccessLog, open_access_log
from relay.reactor.clock import wall_ms
from relay.settings.effect import Taker
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.settings.transfer import to_json
from relay.tally import Tally
from relay.technical.health import Probes, Reasons
from relay.workers.drain import WorkersDrain
from relay.workers.hub import HubChild
from relay.workers.line import Message
from relay.workers.private import DIRECTORY, PLACE, PrivateSockets
from relay.workers.sockets import SharedPort, descriptor_of
from relay.workers.workers import Workers

if TYPE_CHECKING:
    from relay.assembly.metrics import ControlMetrics


class WorkersRole:
    """
    The workers of this control process, in the place of a gateway of its own.

    A gateway that is never started tries deployments and probes targets.

    :param listeners: whose sockets for clients are handed to the workers.
    :param reload: has the settings in force.
    :param count: of workers.
    """

    drain: NodeDrain
    """Made by :meth:`start`."""
    view: GatewayView
    """Made by :meth:`start`."""
    _idle: GatewayService

    def __init__(
        self, base: Foundation, listeners: Listeners, reload: Reload, count: int
    ) -> None:
        self._base = base
        self._listeners = listeners
        self._reload = reload
        self._count = count
        self._workers = Workers(
            base.reactor,
            count,
            self._start_of,
            self._sockets_of,
            lambda: self._hub.problem,
            self._changed,
        )
        self._draining: WorkersDrain | None = None
        self._change: ListenerChange | None = None
        self._stopping = False
        self._started = False
        self._metrics: ControlMetrics | None = None
        """None if they are switched off."""

    def open(self, settings: Settings) -> None:
        """
        Open the files that the settings name, before anything is changed.

        :raises MaterialError: when a file of authorities cannot be used.
        :raises OSError: when the access log cannot be opened.
        """
        self._outbound = open_outbound(self._base, settings)
        # The workers write it; the start fails when they could not.
        open_access_log(settings.log).close()

    def start(self, parent: MultiService, settings: Settings, owner: str) -> None:
        """
        Start the workers when the reactor runs.

        :param parent: has started, as the store has.
        :param owner: this node's name among those that share the store.
        :raises OSError: when the sockets of the workers cannot be opened.
        """
        self._owner = owner
        self._idle = make_gateway(
            self._base,
            self._listeners,
            self._reload,
            self._outbound,
            NoAccessLog(),
            owner,
        )
        self._private = PrivateSockets(settings.data_dir, self._count)
        self._private.setServiceParent(parent)
        self.drain = NodeDrain(
            self._base.reactor,
            _Entrance(self._listeners, self._workers),
            self._drain_of,
            self._base.readiness,
            settings.drain.delay_ms / 1000.0,
            settings.drain.spread_ms / 1000.0,
            settings.gateway.drain_timeout_ms / 1000.0,
            wall_ms,
        )
        peers = self._peers = Peers(self._base.reactor, self._all, self._private.token)
        if settings.metrics.enabled:
            # Its libraries take 1 MB and 50 ms.
            from relay.assembly.metrics import ControlMetrics

            self._metrics = ControlMetrics(
                settings.metrics,
                self._base.reactor,
                PeerGateway(peers).metrics,
                self._base.lag,
                self._base.certificates,
                self._reload,
            )
            self._metrics.setServiceParent(parent)
        self.view = view_of_workers(
            self._base,
            peers,
            self._listeners,
            self.drain,
            view_of(self._idle, None),
            None if self._metrics is None else self._metrics.all,
        )
        self._hub_path = os.path.join(settings.data_dir, DIRECTORY, "hub.sock")
        store = settings.store
        hub = HubSettings(self._hub_path, store.url, owner, store.write_timeout_ms)
        self._hub = HubChild(self._base.reactor, hub.written())
        if settings.cluster.address is None:
            self._hub.setServiceParent(parent)
        self._workers.setServiceParent(parent)
        self._started = True

    def _all(self) -> list[Peer]:
        return [
            Peer(
                f"{self._owner}/{one.number}",
                one.number,
                self._private.path(one.number),
            )
            for one in self._workers.all
        ]

    @property
    def ready(self) -> Deferred[None]:
        """Fires when all workers serve their first route table."""
        return self._workers.ready

    @property
    def application(self) -> GatewayResource:
        """Stands behind the listeners of this process, which accept nothing."""
        return self._idle.resource

    def probes(self) -> Probes:
        """Return the probes of this process and of the workers."""
        own = daemon_probes(self._base, self._listeners, None, self._workers)
        return NodeProbes(own, OF_WORKERS, self._peers)

    def unready(self) -> Reasons:
        """Return what returns why clients should not be sent to the daemon."""
        own = unready(self._base.readiness, self._listeners)
        return NodeReadiness(own, self._peers).reasons

    def watch(self, server: str, answered: Tally) -> None:
        """
        Count the requests of an API for operators.

        :param server: ``management`` or ``technical``.
        :param answered: its requests, by the class of their status.
        """
        if self._metrics is not None:
            self._metrics.watch(server, answered)

    def prepares(self) -> list[Part]:
        """Return what takes changed settings in this process."""

        def take(settings: Settings) -> None:
            self.drain.take(
                settings.drain.delay_ms / 1000.0,
                settings.drain.spread_ms / 1000.0,
                settings.gateway.drain_timeout_ms / 1000.0,
            )

        def measure(settings: Settings) -> None:
            if self._metrics is not None:
                self._metrics.settings = settings.metrics

        prepares = GatewayParts(self._idle, None, False).prepares()
        idle = [one for one in prepares if one[0] is Taker.OUTBOUND]
        return [
            (Taker.DRAIN, lambda settings: Prepared(partial(take, settings))),
            (Taker.METRICS, lambda settings: Prepared(partial(measure, settings))),
            *idle,
        ]

    def watch_listeners(self, change: ListenerChange | None) -> None:
        """Hand the sockets of a prepared change to the workers with the settings."""
        self._change = change

    async def prepare_others(self, settings: Settings) -> Prepared:
        """
        Let the workers prepare changed settings.

        :raises SettingsError: with the mistakes that workers have found.
        """
        change = self._change
        placed = (
            []
            if change is None
            else list(zip(change.places, change.after, strict=True))
        )
        named = [(place.name, one) for place, one in placed if place.for_clients]
        message = {
            "kind": "prepare",
            "settings": _for_workers(settings),
            "names": [name for name, _ in named],
        }
        listeners = [one for _, one in named]
        mistakes, decide = await self._workers.prepare(
            message, partial(_descriptors, listeners)
        )
        abandon = partial(decide, {"kind": "abandon"})
        if mistakes:
            abandon()
            raise SettingsError(*mistakes)
        return Prepared(partial(decide, {"kind": "commit"}), abandon)

    def renew(self) -> None:
        """Do nothing: the workers try refused deployments again by themselves."""

    def reopen_logs(self) -> None:
        """Open the access logs again: another program has moved the file."""
        if self._started:
            self._workers.send({"kind": "reopen"})

    def status(self) -> str:
        """Return what the workers do, in one line."""
        loads = [one.load for one in self._workers.all]
        streams, calls = (
            sum(one.streams for one in loads),
            sum(one.calls for one in loads),
        )
        serving = f"{self._workers.serving} of {self._count} workers"
        state = self.drain.state.value
        return f"{state}: {streams} event streams, {calls} other calls, {serving}"

    def _drain_of(self, spread_s: float, hard_stop_s: float, done: Any) -> WorkersDrain:
        self._draining = WorkersDrain(
            self._workers.all, self._begin_drain, spread_s, hard_stop_s, done
        )
        return self._draining

    def _begin_drain(self, spread_s: float, hard_stop_s: float) -> None:
        self._workers.send(
            {"kind": "drain", "spread_s": spread_s, "hard_stop_s": hard_stop_s}
        )
        if self._stopping:
            self._workers.send({"kind": "stop"})

    def _changed(self) -> None:
        if self._draining is not None:
            self._draining.look()

    async def _stop_exchanges(self) -> None:
        self._stopping = True
        begun = self._draining is not None and self._draining.begun
        drained = self.drain.stop()
        if begun:
            self._workers.send({"kind": "stop"})
        await drained

    def steps(self) -> list[Step]:
        """Return the steps of a stop."""
        if not self._started:
            return []
        drain_ms = self.drain.longest_s * 1000
        return [
            Step("exchanges and deliveries", self._stop_exchanges, drain_ms),
            Step("the workers", self._workers.stop),
            Step("the hub", self._hub.stopService),
        ]

    def stop_measuring(self) -> None:
        """Stop the metrics, and end workers that are left."""
        if self._metrics is not None:
            self._metrics.stopService()
        if self._started:
            self._workers.stopService()
            self._hub.kill()
            self._private.stopService()

    def _sockets_of(self, number: int) -> tuple[list[str], list[int]]:
        listeners = [
            one
            for one in self._listeners.for_clients
            if one.is_open and isinstance(one.port, SharedPort)
        ]
        names = [one.place.name for one in listeners]
        return names, _descriptors(listeners, number)

    def _start_of(self, number: int) -> tuple[Message, Sequence[int]]:
        listeners = [one for one in self._listeners.for_clients if one.is_open]
        message: Message = {
            "kind": "start",
            "version": __version__,
            "owner": f"{self._owner}/{number}",
            "node": self._owner,
            "token": self._private.token,
            "others": [one.number for one in self._workers.all if one.number != number],
            "hub": self._hub_path,
            "settings": _for_workers(self._reload.settings),
            "names": [*(one.place.name for one in listeners), PLACE],
        }
        private = self._private.descriptor(number)
        return message, [*_descriptors(listeners, number), private]


class _Entrance:
    """The listening sockets of clients, in this process and in the workers."""

    def __init__(self, listeners: Listeners, workers: Workers) -> None:
        self._listeners = listeners
        self._workers = workers

    def close(self) -> None:
        """Accept no new connections; the workers end the open ones."""
        self._workers.hold()
        self._listeners.close_for_clients()

    def refuse(self) -> None:
        """Do nothing: the workers refuse the requests of open connections."""

    def open(self) -> None:
        """Accept connections again, in the workers."""
        self._listeners.reopen_for_clients()
        opened = [one for one in self._listeners.for_clients if one.is_open]
        message = {"kind": "serve", "names": [one.place.name for one in opened]}
        self._workers.send(message, partial(_descriptors, opened))
        self._workers.resume()


def _descriptors(listeners: Sequence[Listener], number: int) -> list[int]:
    return [descriptor_of(one, number) for one in listeners]


def _for_workers(settings: Settings) -> Any:
    """Return the settings as workers have them: this process waits before a drain."""
    drain = replace(settings.drain, delay_ms=0)
    return to_json(replace(settings, drain=drain))
