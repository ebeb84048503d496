"""
A process with one channel: ``python -m tests.wire.cluster.node ENGINE NAME [PORT]``.

ENGINE is the path of a hub's socket, or the URL of a Redis server; PORT that of the
source of the channel, which is a topic without it. The program takes commands on its
standard input and tells what its clients see on its standard output: lines of JSON, as
:class:`Node` has them. It ends with its input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.stdio import StandardIO
from twisted.internet.task import react
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.channel.channels import Channels
from relay.channel.message import Message
from relay.channel.source import OpenChannel
from relay.channel.writer import IdempotencyKey
from relay.cluster.link import ChannelName, Link
from relay.cluster.local.client import HubClient
from relay.cluster.local.link import LocalLink
from relay.cluster.redis.link import RedisLink
from relay.cluster.replica import Replica
from relay.connectors.memory_endpoint import memory_endpoint
from relay.connectors.sse_endpoint import SseEndpointType
from relay.connectors.verdict_wait import VerdictWait
from relay.http.fanout import FanoutWriter
from relay.model.api.definition import EndpointGroup
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.schema.types.request_target import RequestTarget
from relay.reactor.clock import use_monotonic_clock, wall_ms
from relay.settings.redis_url import parse
from tests.channel.readers import GAP, Reader

OPTIONS = {
    "lingerMs": 2000,
    "resumeWindowMs": 5000,
    "reconnect": {"initialMs": 50, "maxMs": 200},
}
SECRET = b"of all processes"


class Client(Reader):
    """
    A client in this process.

    :param tell: takes what is to be printed.
    """

    def __init__(
        self, node: Node, number: int, last_event_id: str | None, reactor: Any
    ) -> None:
        self._tell = node.tell
        self._number = number
        channel = node.channels.open(
            RequestTarget.parse(b"/"), Headers(), f"192.0.2.{number % 200 + 1}"
        )
        super().__init__(channel, last_event_id, slow={"policy": "skip"})
        if channel.verdict.pending:
            VerdictWait(reactor, channel.verdict, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        self._tell("begun", self._number)
        self.start()

    def deliver(self, data: bytes) -> None:
        """Print what has come."""
        for event in self.parser.feed(data):
            is_gap = event.type == "relay.gap"
            text, event_id = (GAP, "") if is_gap else (event.data, event.id)
            self._tell("saw", self._number, text, event_id)


class Node(LineReceiver):
    """
    The channel, its clients, and the commands.

    :param link: to the engine.
    :param port: of the source; None for a topic.
    """

    delimiter = b"\n"

    def __init__(self, reactor: Any, link: Link, port: int | None) -> None:
        self._reactor = reactor
        self._link = link
        self._clients: dict[int, Client] = {}
        self.ended: Deferred[None] = Deferred()
        self._published = port is None
        self._sources: Any = self._open(port)
        self.channels = Channels(
            ChannelOptions.read(OPTIONS),
            reactor,
            wall_ms,
            self._sources.make,
            FanoutWriter,
            self._published,
            api_id="api",
            secret=SECRET,
            join=self._join,
        )

    def _open(self, port: int | None) -> Any:
        kind = "memory" if port is None else "sse"
        endpoint: dict[str, Any] = {"name": "only", "type": kind}
        if port is not None:
            target = f"http://127.0.0.1:{port}/"
            endpoint["configuration"] = {"target": target, "resume": "verify"}
        group: dict[str, Any] = {"name": "group", "type": kind, "endpoints": [endpoint]}
        if port is not None:
            group["sharedConfiguration"] = {"channel": OPTIONS}
        read = EndpointGroup.read(group)
        if port is None:
            return memory_endpoint.open(self._reactor, read)
        return SseEndpointType().open(self._reactor, read)

    def _join(self, opened: OpenChannel, start: Callable[[OpenChannel], None]) -> Any:
        name = ChannelName("api", opened.key.digest)
        link = self._link.channels
        return Replica(link, name, opened, start, self._reactor, self._published)

    def tell(self, *words: object) -> None:
        """Print a line of JSON."""
        self.sendLine(json.dumps(words).encode())

    def lineReceived(self, line: bytes) -> None:
        """Do what a line says."""
        name, *values = json.loads(line)
        getattr(self, f"do_{name}")(*values)

    def do_join(self, number: int, last_event_id: str | None) -> None:
        """A client comes."""
        self._clients[number] = Client(self, number, last_event_id, self._reactor)

    def do_cut(self, number: int) -> None:
        """A client has gone."""
        client = self._clients.pop(number)
        client.channel.detach(client.subscriber)

    def do_publish(self, numbers: list[int], key: str) -> None:
        """Publish, and tell whether it was answered."""
        channel = self.channels.open(RequestTarget.parse(b"/"), Headers(), "192.0.2.1")
        items = [Message(str(number)) for number in numbers]
        done = channel.submit(items, IdempotencyKey("topic", f"{key}.content"))
        done.addBoth(
            lambda result: self.tell("answer", key, not isinstance(result, Failure))
        )

    def connectionLost(self, reason: object = None) -> None:
        """The parent has closed the input."""
        self.ended.callback(None)


def _link(reactor: Any, engine: str, name: str) -> Link:
    if "://" in engine:
        redis = RedisLink(reactor, parse(engine), name)
        redis.start()
        return redis
    link = LocalLink(name, reactor)
    HubClient(reactor, link, engine).startService()
    return link


def _main(reactor: Any, engine: str, name: str, port: str = "") -> Deferred[None]:
    use_monotonic_clock(reactor)
    node = Node(reactor, _link(reactor, engine, name), int(port) if port else None)
    StandardIO(node)
    return node.ended


if __name__ == "__main__":
    react(_main, sys.argv[1:])
