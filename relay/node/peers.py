"""
Calls of the processes of a daemon to each other.

Each worker answers on a Unix socket in the data directory, which only the user of the
daemon can reach. A call has a bounded time: a worker that does not answer makes an
answer incomplete, and never late.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from treq.client import HTTPClient
from twisted.internet.defer import Deferred, TimeoutError, gatherResults
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.web.client import (
    URI,
    Agent,
    HTTPConnectionPool,
    RequestTransmissionFailed,
    ResponseFailed,
    ResponseNeverReceived,
)
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IResponse
from zope.interface import implementer

from relay.management.http.errors import Unavailable
from relay.management.http.reply import dump
from relay.model.role import Role

TIMEOUT_S = 2.0
"""How long a worker may take to answer, in seconds."""
SCHEME = "Relay"
"""The scheme of the header ``Authorization`` with which a process proves that it is one
of the daemon, and states the role of the user who asks it."""
_FIRST_PORT = 1
_GONE = (
    TimeoutError,
    ConnectError,
    ConnectionDone,
    ConnectionLost,
    RequestTransmissionFailed,
    ResponseFailed,
    ResponseNeverReceived,
)


class Peer(NamedTuple):
    """
    Another process of the daemon.

    :param name: such as ``node/2``.
    :param number: 2 for ``node/2``.
    :param path: of its socket.
    """

    name: str
    number: int
    path: str


class Unreachable(Unavailable):
    """
    A process does not answer.

    :param peer: the name of the process.
    """

    def __init__(self, peer: str) -> None:
        super().__init__(f"{peer} does not answer", "worker.unreachable")


class Answer(NamedTuple):
    """The answer of a process."""

    status: int
    body: bytes

    @property
    def content(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)


class Answers(NamedTuple):
    """
    The answers of several processes.

    :param found: the answers of those that have answered, in the order of their
        numbers.
    :param unreachable: the names of the others.
    """

    found: Sequence[tuple[Peer, Answer]]
    unreachable: Sequence[str]

    @property
    def contents(self) -> list[Any]:
        """The bodies of the answers with the status 200, which are JSON."""
        return [one.content for _, one in self.found if one.status == 200]


class Peers:
    """
    The other processes of the daemon.

    :param peers: returns them, in the order of their numbers.
    :param token: what they expect of a process of the daemon; of letters and digits.
    """

    def __init__(
        self, reactor: Any, peers: Callable[[], Sequence[Peer]], token: str
    ) -> None:
        self._token = token
        self._reactor = reactor
        self._peers = peers
        pool: Any = HTTPConnectionPool
        self._pool = pool(reactor)
        agent: Any = Agent
        sockets = _Sockets(reactor, peers)
        self._client = HTTPClient(
            agent.usingEndpointFactory(reactor, sockets, self._pool)
        )

    def all(self) -> Sequence[Peer]:
        """Return the processes, whether or not they answer."""
        return self._peers()

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._pool.closeCachedConnections()

    async def ask(
        self,
        peer: Peer,
        method: str,
        path: str,
        query: str = "",
        body: object = None,
        role: Role = Role.ADMIN,
        timeout_s: float = TIMEOUT_S,
    ) -> Answer:
        """
        Call a process.

        :param path: below ``/_node``.
        :param body: sent as JSON; None for no body.
        :param role: of the user who asks.
        :param timeout_s: how long the answer may take, in seconds.
        :raises Unreachable: when it does not answer in time.
        """
        asked = Deferred.fromCoroutine(self._ask(peer, method, path, query, body, role))
        try:
            return await asked.addTimeout(timeout_s, self._reactor)
        except _GONE:
            raise Unreachable(peer.name) from None

    async def ask_all(
        self,
        method: str,
        path: str,
        query: str = "",
        body: object = None,
        role: Role = Role.ADMIN,
        timeout_s: float = TIMEOUT_S,
    ) -> Answers:
        """Call all processes at the same time; see :meth:`ask`."""
        peers = self._peers()
        asked = [
            Deferred.fromCoroutine(
                self._or_none(self.ask(one, method, path, query, body, role, timeout_s))
            )
            for one in peers
        ]
        answers = await gatherResults(asked)
        return Answers(
            [
                (peer, one)
                for peer, one in zip(peers, answers, strict=True)
                if one is not None
            ],
            [
                peer.name
                for peer, one in zip(peers, answers, strict=True)
                if one is None
            ],
        )

    async def follow(self, peer: Peer, path: str, query: str, role: Role) -> IResponse:
        """
        Ask a process for an event stream.

        :param path: below ``/_node``.
        :raises Unreachable: when it does not answer in time, or refuses.
        """
        headers = self._headers(role)
        headers.addRawHeader("Accept", "text/event-stream")
        asked: Deferred[Any] = self._client.request(
            "GET", _url(peer, path, query), headers=headers, unbuffered=True
        )
        try:
            response = await asked.addTimeout(TIMEOUT_S, self._reactor)
        except _GONE:
            raise Unreachable(peer.name) from None
        if response.code != 200:
            raise Unreachable(peer.name)
        found: IResponse = response.original
        return found

    async def _or_none(self, asked: Any) -> Answer | None:
        try:
            found: Answer = await asked
        except Unreachable:
            return None
        return found

    async def _ask(
        self, peer: Peer, method: str, path: str, query: str, body: object, role: Role
    ) -> Answer:
        headers = self._headers(role)
        data = None
        if body is not None:
            headers.addRawHeader("Content-Type", "application/json")
            data = dump(body)
        response = await self._client.request(
            method, _url(peer, path, query), headers=headers, data=data
        )
        return Answer(response.code, await response.content())

    def _headers(self, role: Role) -> Headers:
        return Headers({"Authorization": [f"{SCHEME} {self._token}:{role}"]})


def _url(peer: Peer, path: str, query: str) -> str:
    # The port stands for the socket: kept connections are told apart by it.
    port = _FIRST_PORT + peer.number
    return f"http://localhost:{port}/_node{path}" + (f"?{query}" if query else "")


@implementer(IAgentEndpointFactory)
class _Sockets:
    """The sockets of the processes."""

    def __init__(self, reactor: Any, peers: Callable[[], Sequence[Peer]]) -> None:
        self._reactor = reactor
        self._peers = peers

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """Return what connects to the socket of a process."""
        (path,) = (
            one.path for one in self._peers() if one.number + _FIRST_PORT == uri.port
        )
        unix: Any = UNIXClientEndpoint
        found: IStreamClientEndpoint = unix(self._reactor, path, TIMEOUT_S)
        return found
