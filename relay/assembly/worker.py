"""A worker: a gateway in a process of its own, as the control process wants it."""

from __future__ import annotations

from typing import Any

from twisted.application.service import MultiService, Service
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.assembly.foundation import Foundation
from relay.assembly.gateway_role import GatewayRole
from relay.assembly.peers import worker_site
from relay.assembly.places import SiteMaker, client_places
from relay.assembly.reload import ProcessParts, listeners_part
from relay.daemon.drain import DrainState
from relay.daemon.listener import Listener
from relay.daemon.listeners import ListenerChange, Listeners
from relay.daemon.process import settle_garbage
from relay.daemon.reload import Prepared, Reload, nothing
from relay.daemon.stopping import Step, Stop
from relay.node.peers import Peer, Peers
from relay.node.renewals import PeerRenewals
from relay.observability.readiness import STARTING
from relay.reactor.clock import wall_ms
from relay.reactor.inherited_port import inherited_port
from relay.reactor.polling import poll_lean
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.settings.transfer import from_json
from relay.workers.cover import Cover
from relay.workers.inherited import InheritedSockets
from relay.workers.line import Line, Message
from relay.workers.private import PLACE, PrivatePaths

REPORT_S = 1.0
"""The interval of reports of what the worker serves."""


class HandedSettings:
    """The settings of a worker, which reads no file: each change is handed to it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self) -> Settings:
        """Return those of the start."""
        return self._settings

    def confirm(self) -> None:
        """Do nothing: the control process describes the settings."""


class WorkerService(MultiService):
    """
    The services of a worker.

    :param start: the first message of the control process.
    :param sockets: the listening sockets that came with it.
    :param line: to the control process.
    """

    log = Logger()

    def __init__(
        self, reactor: Any, start: Message, sockets: InheritedSockets, line: Line
    ) -> None:
        super().__init__()
        settings = from_json(Settings, start["settings"])
        self._reactor = reactor
        self._owner: str = start["owner"]
        self._token: str = start["token"]
        self._others: list[int] = start["others"]
        self._node: str = start["node"]
        self._hub: str = start["hub"]
        self._line = line
        self._stopping = False
        self._sockets = sockets
        self._reload = Reload(
            settings,
            HandedSettings(settings),
            nothing,
            self._renew,
            wall_ms,
        )
        base = self._base = Foundation(reactor, settings)
        self._listeners = Listeners(
            reactor,
            client_places(settings),
            settings.gateway.head_timeout_ms,
            sockets.open_port,
        )
        self._cover = Cover(reactor, self._listeners)
        self._role = GatewayRole(base, self._listeners, self._reload, is_worker=True)
        self._prepared = Prepared(nothing)
        self._reports = LoopingCall(self._report)
        self._reports.clock = reactor

    def startService(self) -> None:
        """
        Start everything that a gateway has.

        :raises CannotStart: with the reason in one line.
        :raises StoreError: when the store cannot be used.
        :raises MaterialError: when a TLS file cannot be used.
        :raises OSError: when a log file cannot be opened.
        """
        super().startService()
        settings, base, role = self._reload.settings, self._base, self._role
        base.take_process(settings)
        self._listeners.setServiceParent(self)
        role.open(settings)
        base.store.setServiceParent(self)
        for service in (*base.measuring, base.feed):
            service.setServiceParent(self)
        role.start(self, settings, self._owner, self._node, self._hub)
        base.certificates.setServiceParent(self)
        poll_lean(self._reactor)
        site = worker_site(
            base,
            self._owner,
            role.gateway,
            role.view,
            None if role.metrics is None else role.metrics.all,
            role.probes(),
            role.unready(),
            self._token,
        )
        paths = PrivatePaths(settings.data_dir)
        node = self._owner.rpartition("/")[0]
        others = [Peer(f"{node}/{one}", one, paths.of(one)) for one in self._others]
        peers = Peers(self._reactor, lambda: others, self._token)
        role.gateway.shared.renew_elsewhere = PeerRenewals(peers)
        inherited_port(lambda: self._sockets.named(PLACE), site, self._reactor)
        role.ready.addCallback(lambda _: self._serve())
        role.ready.addErrback(self._failed)

    def _serve(self) -> None:
        if not self.running:
            return
        maker = SiteMaker(self._role.gateway.resource, {}, self._reactor)
        self._listeners.serve(maker.under(self._reload.settings))
        self._reload.accept(
            [
                *ProcessParts(self._base).prepares(),
                *self._role.prepares(),
                listeners_part(self._listeners, client_places, maker, _unwatched),
            ],
            lambda: None,
        )
        settle_garbage()
        for listener in self._listeners.all:
            listener.accept()
        self._base.readiness.clear(STARTING)
        self._reports.start(REPORT_S)
        self._line.send({"kind": "ready"})

    def _failed(self, failure: Failure) -> None:
        self.log.failure("the start has failed", failure)
        self._reactor.stop()

    def take(self, message: Message, descriptors: list[int]) -> None:
        """Do what the control process asks for."""
        names = message.get("names", [])
        if message["kind"] == "cover":
            self._cover.begin(message["worker"], names, descriptors)
            return
        self._sockets.take(names, descriptors)
        orders = {
            "uncover": self._uncover,
            "prepare": self._prepare,
            "commit": self._commit,
            "abandon": self._abandon,
            "drain": self._drain,
            "serve": self._cancel_drain,
            "reopen": self._reopen,
            "stop": self._stop,
        }
        orders[message["kind"]](message)

    def _uncover(self, message: Message) -> None:
        self._cover.end(message["worker"])

    def _prepare(self, message: Message) -> None:
        mistakes: list[str] = []
        try:
            settings = from_json(Settings, message["settings"])
            self._prepared = self._reload.take(settings)
        except SettingsError as error:
            mistakes = list(error.mistakes)
        self._line.send({"kind": "prepared", "mistakes": mistakes})

    def _commit(self, message: Message) -> None:
        prepared, self._prepared = self._prepared, Prepared(nothing)
        # Of a listener that may be gone by now.
        self._cover.end_all()
        prepared.commit()
        self._forget_sockets(self._listeners.all)

    def _abandon(self, message: Message) -> None:
        prepared, self._prepared = self._prepared, Prepared(nothing)
        prepared.abandon()
        self._forget_sockets(self._listeners.all)

    def _drain(self, message: Message) -> None:
        drain = self._role.drain
        self._cover.end_all()
        drain.begin(message["spread_s"], message["hard_stop_s"])
        # Otherwise clients would wait in the backlogs of the copies.
        self._forget_sockets([one for one in self._listeners.all if one.is_inherited])
        self._report()
        drain.when_drained().addCallback(lambda _: self._line.send({"kind": "drained"}))

    def _cancel_drain(self, message: Message) -> None:
        self._role.drain.cancel()

    def _reopen(self, message: Message) -> None:
        self._role.reopen_logs()

    def _stop(self, message: Message) -> None:
        if not self._stopping:
            self._stopping = True
            self._reactor.stop()

    def _forget_sockets(self, kept: list[Listener]) -> None:
        self._sockets.keep({PLACE, *(one.place.name for one in kept)})

    def _renew(self) -> None:
        self._base.certificates.read_again()
        self._role.renew()

    def _report(self) -> None:
        live = self._role.gateway.shared.live.all()
        streams = sum(one.streams for one in live)
        view = self._role.drain.view
        load: tuple[float, ...] = (streams, len(live) - streams)
        if view is not None and view.state != DrainState.DRAINED.value:
            left = view.left
            load += (left.spread_left_s, left.hard_stop_left_s, left.rate_per_s)
        self._line.send({"kind": "load", "load": load})

    def stopService(self) -> Deferred[None]:
        """Drain, then stop what exchanges need; as the daemon does."""
        Service.stopService(self)
        base = self._base
        steps = [
            *self._role.steps(),
            Step("the listeners", self._listeners.stopService),
            Step("background work", self._stop_background),
            Step("the change feed", base.feed.stopService),
            Step("the store", base.store.stopService),
        ]
        timeout_ms = self._reload.settings.process.stop_timeout_ms
        return Stop(self._reactor, steps, timeout_ms).run()

    async def _stop_background(self) -> None:
        if self._reports.running:
            self._reports.stop()
        self._role.stop_measuring()
        for service in (self._base.certificates, *self._base.measuring):
            service.stopService()


def _unwatched(change: ListenerChange | None) -> None:
    """Do nothing with a change of listeners."""
