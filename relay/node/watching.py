"""
One watcher of the live streams of all workers.

Theory of operation. The watcher follows each worker, as a client follows a daemon, and
passes on what they report, with numbers of its own. The first snapshot is complete when
that of each worker that answers is. When the streams of a worker are no longer known,
since it has ended, was started again, or has told of a gap, the watcher tells of a gap
and begins anew with all workers: so it needs to know nothing of single streams. While
its client takes nothing, the workers are not read; they join their changes meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.eventstream.encoder import HEARTBEAT, encode
from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser
from relay.model.role import Role
from relay.node.peers import Peer, Peers, Unreachable
from relay.reactor.deadline import Deadline
from relay.reactor.failures import run

HEARTBEAT_S = 5.0
"""After how long without an event a heartbeat is sent, in seconds."""
STALL_MS = 60_000
"""For how long the client may take nothing, in milliseconds."""
AGAIN_S = 1.0
"""The time between two attempts to reach a worker, in seconds."""
COMPLETE = '"complete":true}'


@implementer(IPushProducer)
class PeerWatch:
    """
    Reports the streams of all workers to one client.

    :param reactor: the clock.
    :param path: of the streams, below ``/_node``.
    :param query: the filters, and the interval.
    :param role: of the client.
    :param watches: all of its kind: it is among them from its start to its end.
    """

    _log = Logger()

    def __init__(
        self,
        peers: Peers,
        reactor: Any,
        path: str,
        query: str,
        role: Role,
        watches: set[PeerWatch],
    ) -> None:
        self._peers = peers
        self._reactor = reactor
        self._asked = path, query, role
        self._watches = watches
        self._write: Callable[[bytes], object] | None = None
        self._abort: Callable[[], object] | None = None
        self._paused = False
        self._round = 0
        """Counts the snapshots: what is left of the round before is dropped."""
        self._following: dict[str, _Followed] = {}
        """What is read of each worker, by its name."""
        self._complete = False
        self._number = 0
        self._stall = Deadline(reactor, STALL_MS)
        self._beat: IDelayedCall | None = None
        self._again: IDelayedCall | None = None

    def start(
        self, write: Callable[[bytes], object], abort: Callable[[], object]
    ) -> Deferred[None]:
        """
        Report the snapshot, and then the changes.

        :param write: takes bytes for the client.
        :param abort: drops the connection of the client.
        :return: never fires: there is always more to report.
        """
        self._write, self._abort = write, abort
        self._watches.add(self)
        self._quiet()
        self._begin()
        return Deferred()

    def pauseProducing(self) -> None:
        """The client takes no more for now."""
        self._paused = True
        if self._abort is not None:
            self._stall.start(self._abort)
        for one in self._following.values():
            one.pause()

    def resumeProducing(self) -> None:
        """The client takes more."""
        self._paused = False
        self._stall.stop()
        for one in self._following.values():
            one.resume()

    def stopProducing(self) -> None:
        """Report nothing more: the client has left."""
        self._write = self._abort = None
        self._watches.discard(self)
        self._stall.stop()
        for timer in (self._beat, self._again):
            if timer is not None and timer.active():
                timer.cancel()
        self._leave()

    # The workers.

    def _leave(self) -> None:
        self._round += 1
        following, self._following = self._following, {}
        for one in following.values():
            one.stop()

    def _begin(self) -> None:
        """Follow all workers."""
        self._leave()
        self._complete = False
        peers = self._peers.all()
        for peer in peers:
            followed = _Followed(self, self._round, peer)
            self._following[peer.name] = followed
        for peer in peers:
            run(self._follow(self._following[peer.name])).addErrback(self._failed)

    async def _follow(self, followed: _Followed) -> None:
        path, query, role = self._asked
        try:
            response = await self._peers.follow(followed.peer, path, query, role)
        except Unreachable:
            self.lost(followed, reached=False)
            return
        deliver: Any = response.deliverBody
        deliver(followed)
        if self._paused:
            followed.pause()

    def lost(self, followed: _Followed, reached: bool = True) -> None:
        """
        Take note that a worker is not read any more.

        :param reached: whether it was.
        """
        if followed.round != self._round or self._write is None:
            return
        if reached:
            self._gap("worker_lost")
            return
        followed.complete = True
        self._show([], followed)
        if self._again is None or not self._again.active():
            self._again = self._reactor.callLater(AGAIN_S, self._look_again)

    def _look_again(self) -> None:
        for peer in self._peers.all():
            followed = self._following.get(peer.name)
            if followed is not None and not followed.reached and followed.complete:
                run(self._try(peer, self._round)).addErrback(self._failed)

    async def _try(self, peer: Peer, in_round: int) -> None:
        """Begin anew if a worker answers that has not answered before."""
        try:
            await self._peers.ask(peer, "GET", "/")
        except Unreachable:
            if in_round == self._round and self._write is not None:
                self._again = self._reactor.callLater(AGAIN_S, self._look_again)
            return
        if in_round == self._round and self._write is not None:
            self._gap("worker_started")

    def reported(self, followed: _Followed, event: Event) -> None:
        """Pass on what a worker reports."""
        if followed.round != self._round or self._write is None:
            return
        if event.type == "gap":
            self._gap("slow_consumer")
        elif event.type == "snapshot" and not self._complete:
            followed.complete = event.data.endswith(COMPLETE)
            self._show([event.data], followed)
        elif event.type != "snapshot":
            self._event(event.type, event.data)

    def _show(self, parts: list[str], followed: _Followed) -> None:
        """Pass on a part of the snapshot, which is complete with the last worker's."""
        is_last = all(one.complete for one in self._following.values())
        if is_last and not self._complete:
            self._complete = True
            (data,) = parts or ['{"data":[],' + COMPLETE]
            self._event("snapshot", data)
        else:
            for data in parts:
                self._event("snapshot", data.replace(COMPLETE, '"complete":false}'))

    def _gap(self, reason: str) -> None:
        self._event("gap", f'{{"reason":"{reason}"}}')
        self._begin()

    def _failed(self, failure: Failure) -> None:
        self._log.failure("a watcher of the streams of all workers failed", failure)
        if self._abort is not None:
            self._abort()

    # The client.

    def _event(self, name: str, content: str) -> None:
        self._number += 1
        self._send(encode(Event(name, content, str(self._number))))

    def _send(self, data: bytes) -> None:
        if self._write is not None:
            self._quiet()
            self._write(data)

    def _quiet(self) -> None:
        if self._beat is not None and self._beat.active():
            self._beat.reset(HEARTBEAT_S)
        else:
            self._beat = self._reactor.callLater(HEARTBEAT_S, self._send, HEARTBEAT)


class _Followed(Protocol):
    """
    What one worker reports.

    :param round: of the watcher.
    """

    def __init__(self, watch: PeerWatch, round: int, peer: Peer) -> None:
        self._watch = watch
        self.round = round
        self.peer = peer
        self.complete = self.reached = False
        self._over = False
        self._parser = EventParser()

    def connectionMade(self) -> None:
        """The worker has answered."""
        self.reached = True
        if self._over:
            self.stop()

    def dataReceived(self, data: bytes) -> None:
        """Parse events."""
        for event in self._parser.feed(data):
            if not self._over and isinstance(event, Event):
                self._watch.reported(self, event)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The worker has ended, or is no longer followed."""
        self.transport = None
        if not self._over:
            self._watch.lost(self)

    def pause(self) -> None:
        """Read no more for now."""
        transport: Any = self.transport
        if transport is not None:
            transport.pauseProducing()

    def resume(self) -> None:
        """Read more."""
        transport: Any = self.transport
        if transport is not None:
            transport.resumeProducing()

    def stop(self) -> None:
        """Read no more."""
        self._over = True
        transport: Any = self.transport
        if transport is not None:
            transport.stopProducing()
