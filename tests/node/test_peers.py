"""Calls of processes to each other, over real sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol

from relay.eventstream.encoder import encode
from relay.eventstream.event import Event
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.model.role import Role
from relay.node.peers import Unreachable
from tests.node.case import PeersCase


class _Live:
    """A body that goes on until its client leaves."""

    def __init__(self) -> None:
        self.left: Deferred[None] = Deferred()

    def start(
        self, write: Callable[[bytes], object], abort: Callable[[], object]
    ) -> Deferred[None]:
        """Write an event."""
        write(encode(Event("one", "1")))
        return Deferred()

    def pauseProducing(self) -> None:
        """Do nothing."""

    def resumeProducing(self) -> None:
        """Do nothing."""

    def stopProducing(self) -> None:
        """Note that the client has left."""
        if not self.left.called:
            self.left.callback(None)


class _Echo:
    """Answers with what it was asked."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self.live = _Live()

    @route("POST", "/echo", body=Body.OPTIONAL, role=Role.VIEWER, no_dry_run="a test")
    async def echo(self, call: RestCall) -> Reply:
        """Answer."""
        shown = {"role": call.user.role, "body": call.body, "name": self._name}
        return Reply(200, shown)

    @route("GET", "/name")
    async def named(self, call: RestCall) -> Reply:
        """Answer with the name."""
        return Reply(200, self._name)

    @route("GET", "/never")
    async def never(self, call: RestCall) -> Reply:
        """Answer after a time that nobody waits for."""
        waiting: Deferred[Reply] = Deferred()
        return await waiting

    @route("GET", "/live")
    async def follow(self, call: RestCall) -> Reply:
        """Answer with an event stream."""
        headers = {"Content-Type": "text/event-stream"}
        return Reply(200, headers=headers, live=self.live)


class _Events(Protocol):
    """Reads until the first event."""

    def __init__(self) -> None:
        self.first: Deferred[bytes] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        """Note the first bytes."""
        if not self.first.called:
            self.first.callback(data)


class PeerTests(PeersCase):
    """Workers that answer, and such that do not."""

    async def test_asked(self) -> None:
        """The role and the body arrive."""
        peer = self.worker(_Echo())
        body = {"a": ["ü", None]}
        answer = await self.peers.ask(peer, "POST", "/echo", body=body)
        self.assertEqual(
            (answer.status, answer.content),
            (200, {"role": "ADMIN", "body": body, "name": ""}),
        )
        answer = await self.peers.ask(peer, "POST", "/echo", role=Role.VIEWER)
        self.assertEqual(answer.content["role"], "VIEWER")
        self.assertEqual((await self.peers.ask(peer, "GET", "/other")).status, 404)

    async def test_all(self) -> None:
        """Those that do not answer are named; the others keep their order."""
        self.worker(_Echo("1"))
        self.absent()
        self.worker(_Echo("3"))
        answers = await self.peers.ask_all("POST", "/echo")
        self.assertEqual([one["name"] for one in answers.contents], ["1", "3"])
        self.assertEqual([peer.number for peer, _ in answers.found], [1, 3])
        self.assertEqual(answers.unreachable, ["node/2"])

    async def test_bounded(self) -> None:
        """A worker that takes a request and does not answer is given up."""
        peer = self.worker(_Echo())
        with self.assertRaises(Unreachable) as raised:
            await self.peers.ask(peer, "GET", "/never", timeout_s=0.01)
        self.assertEqual(str(raised.exception), "node/1 does not answer")
        self.assertEqual((await self.peers.ask(peer, "POST", "/echo")).status, 200)

    async def test_no_http(self) -> None:
        """A worker that answers with anything else does not answer."""
        peer = self.absent()

        class Closing(Protocol):
            def dataReceived(self, data: bytes) -> None:
                assert self.transport is not None
                self.transport.loseConnection()

        listening: Any = reactor
        self.ports[peer.name] = listening.listenUNIX(
            peer.path, Factory.forProtocol(Closing)
        )
        self.addCleanup(self.end, peer)
        with self.assertRaises(Unreachable):
            await self.peers.ask(peer, "GET", "/echo")

    async def test_another_process(self) -> None:
        """A worker that was started again is reached through the same socket."""
        peer = self.worker(_Echo("first"))
        await self.peers.ask(peer, "GET", "/name")
        await self.end(peer)
        self.serve(peer, _Echo("second"))
        answer = await self.peers.ask(peer, "GET", "/name")
        self.assertEqual(answer.content, "second")

    async def test_follow(self) -> None:
        """An event stream is read as it comes; a worker notices who leaves."""
        echo = _Echo()
        peer = self.worker(echo)
        response: Any = await self.peers.follow(peer, "/live", "", Role.VIEWER)
        events = _Events()
        response.deliverBody(events)
        self.assertIn(b"event: one", await events.first)
        transport: Any = events.transport
        transport.stopProducing()
        await echo.live.left
        with self.assertRaises(Unreachable):
            await self.peers.follow(peer, "/other", "", Role.VIEWER)
        with self.assertRaises(Unreachable):
            await self.peers.follow(self.absent(), "/live", "", Role.VIEWER)
