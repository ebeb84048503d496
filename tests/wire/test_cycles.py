"""
What ends leaves no reference cycle, whatever it was and however it ended.

A cycle is freed by the garbage collector only, which the daemon lets come seldom, and
everything stands still while it runs. So each case here is done a thousand times by a
daemon whose collector is off, which is then asked what the collector would find.
"""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.pki import Authority
from tests.wire.client import RawClient
from tests.wire.daemon import free_port, proxy_api, until
from tests.wire.garbage import CollectedDaemon, SharedCollectedDaemon
from tests.wire.http2_client import Http2Client
from tests.wire.keyed import KeyedApi
from tests.wire.scripted import (
    EVENT_STREAM,
    Connection,
    chunk,
    scripted,
    server_context,
)
from tests.wire.test_topics import topics_api

TIMES = 1000
AT_ONCE = 100
STRAY = 0.1
"""Objects in cycles for each that are none of the case's: the daemon does other things
meanwhile. A single cycle would be two at least."""
EVENT = b"data: 1\n\n"
AUTHORITY = Authority()
TLS_PORT = free_port()


def _settings(directory: Path) -> str:
    """Write a plain listener and one with TLS and HTTP/2."""
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [gateway]
        head_timeout_ms = 1500
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1:backlog=4096"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:{TLS_PORT}:interface=127.0.0.1:backlog=4096"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        http2 = true
    """


SHARED = SharedCollectedDaemon(_settings)


def source(connection: Connection) -> None:
    """Answer each request as its path says."""
    while True:
        head = connection.head()
        path = head.split(b" ", 2)[1].rpartition(b"/")[2]
        if b"transfer-encoding: chunked" in head.lower():
            # Or its end would be taken for the next head.
            while not connection.buffer.endswith(b"0\r\n\r\n"):
                received = connection.socket.recv(65536)
                if not received:
                    return
                connection.buffer += received
            connection.buffer = b""
        if path == b"whole":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        elif path == b"ended":
            connection.send(EVENT_STREAM + chunk(EVENT) + b"0\r\n\r\n")
        elif path == b"reset":
            connection.send(EVENT_STREAM + chunk(EVENT))
            connection.reset()
            return
        elif path == b"closed":
            connection.send(EVENT_STREAM + chunk(EVENT))
            return
        elif path == b"broken":
            connection.send(b"HTTP/1.1 200 OK\r\n: nothing\r\n\r\n")
        elif path == b"stream":
            connection.send(EVENT_STREAM + chunk(EVENT))
        # Else it says nothing.


def adding(scope: str, value: str) -> dict[str, Any]:
    """Write a step that adds a header."""
    headers = [{"name": "X-Added", "value": value}]
    configuration = {"scope": scope, "addHeaders": headers}
    return {"policy": "transform-headers", "configuration": configuration}


def reset(client: RawClient) -> None:
    """Leave with a TCP reset."""
    client.socket.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    client.close()


def finish(client: RawClient) -> None:
    """Leave in order."""
    client.close()


def wait_for_end(client: RawClient) -> None:
    """Wait until the gateway has ended the connection."""
    client.rest()
    client.close()


class CycleTests(SynchronousTestCase):
    """Each does something a thousand times, and asks for the garbage."""

    daemon: CollectedDaemon

    def setUp(self) -> None:
        """Take the daemon, and make the TLS side of clients."""
        self.daemon = SHARED.collected()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.context = ssl.create_default_context(cadata=AUTHORITY.pem)

    def leaves_none(self, some: Callable[[int], None]) -> None:
        """
        Insist that something leaves no cycle.

        :param some: does it so many times.
        """
        some(AT_ONCE)
        before = self.daemon.descriptors()
        self.daemon.garbage()
        for _ in range(TIMES // AT_ONCE):
            some(AT_ONCE)
        until(lambda: self.daemon.descriptors() <= before, "all connections are gone")
        found = self.daemon.garbage()
        self.assertLess(found.objects, TIMES * STRAY, found)
        self.assertNotIn("Traceback", self.daemon.log())

    def proxy(self, tls: bool = False, **http: Any) -> None:
        """Publish a PROXY API of the source."""
        self.daemon.publish(self.proxied(tls, **http))

    def proxied(self, tls: bool = False, **http: Any) -> dict[str, Any]:
        """Run a source, and write the definition of an API of it."""
        context = server_context(AUTHORITY.server("localhost")) if tls else None
        running = scripted(source, context)
        port, _ = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        scheme = "https" if tls else "http"
        shared: dict[str, Any] = {"http": http} if http else {}
        if tls:
            shared["ssl"] = {"trustAll": True, "hostnameVerifier": False}
        # By its address: a name is looked up in a thread, by Twisted.
        target = f"{scheme}://127.0.0.1:{port}/"
        return proxy_api(target, self.path, **shared)

    def clients(
        self,
        path: str,
        leave: Callable[[RawClient], None] = reset,
        mark: bytes = EVENT,
        tls: bool = False,
        request: bytes = b"",
    ) -> Callable[[int], None]:
        """Make what lets clients call, each on a connection of its own, and leave."""
        asked = request or (
            f"GET {self.path}/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )

        def some(count: int) -> None:
            port = TLS_PORT if tls else self.daemon.port
            context = self.context if tls else None
            made = [RawClient(port, context) for _ in range(count)]
            for client in made:
                client.send(asked)
            for client in made:
                if mark:
                    client.until(mark)
            for client in made:
                leave(client)

        return some

    def test_a_stream_whose_client_resets(self) -> None:
        """A reset amid the body."""
        self.proxy()
        self.leaves_none(self.clients("stream", reset))

    def test_a_stream_whose_client_leaves(self) -> None:
        """An end of file amid the body."""
        self.proxy()
        self.leaves_none(self.clients("stream", finish))

    def test_a_stream_that_its_source_ends(self) -> None:
        """The client stays, until it has the end."""
        self.proxy()
        self.leaves_none(self.clients("ended", finish, b"\r\n0\r\n\r\n"))

    def test_a_stream_that_its_source_resets(self) -> None:
        """The gateway cuts the client."""
        self.proxy()
        self.leaves_none(self.clients("reset", wait_for_end, b"HTTP/1.1 "))

    def test_a_stream_that_its_source_closes(self) -> None:
        """An end of file amid the body, from the source."""
        self.proxy()
        self.leaves_none(self.clients("closed", wait_for_end))

    def test_a_stream_that_falls_silent(self) -> None:
        """The idle clock cuts it."""
        self.proxy(idleTimeout=50)
        self.leaves_none(self.clients("stream", wait_for_end))

    def test_a_client_that_resets_before_the_head(self) -> None:
        """The source has not answered."""
        self.proxy()
        self.leaves_none(self.clients("silent", reset, b""))

    def test_a_client_that_leaves_before_the_head(self) -> None:
        """The source has not answered."""
        self.proxy()
        self.leaves_none(self.clients("silent", finish, b""))

    def test_a_head_that_does_not_come(self) -> None:
        """The read clock refuses it."""
        self.proxy(readTimeout=50)
        self.leaves_none(self.clients("silent", finish, b"504"))

    def test_an_answer_that_is_no_answer(self) -> None:
        """A head that is none of HTTP."""
        self.proxy()
        self.leaves_none(self.clients("broken", finish, b"502"))

    def test_a_source_that_cannot_be_reached(self) -> None:
        """Nobody listens there."""
        target = f"http://127.0.0.1:{free_port()}/"
        self.daemon.publish(proxy_api(target, self.path))
        self.leaves_none(self.clients("", finish, b"502"))

    def test_an_answer_of_known_length(self) -> None:
        """A call that is no stream."""
        self.proxy()
        self.leaves_none(self.clients("whole", finish, b"ok"))

    def test_an_upload(self) -> None:
        """A request with a body."""
        self.proxy()
        self.leaves_none(self.clients("whole", finish, b"ok", request=self.post(b"x")))

    def test_an_upload_that_is_cut(self) -> None:
        """The client resets amid its body."""
        self.proxy()
        cut = self.post(b"x" * 100)[:-50]
        self.leaves_none(self.clients("whole", reset, b"", request=cut))

    def post(self, body: bytes, path: str = "whole", kind: str = "text/plain") -> bytes:
        """Write a request with a body."""
        head = (
            f"POST {self.path}/{path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def test_no_api(self) -> None:
        """A refusal by the gateway itself."""
        self.leaves_none(self.clients("", finish, b"404"))

    def test_no_http(self) -> None:
        """A request that cannot be understood."""
        self.leaves_none(self.clients("", wait_for_end, b"400", request=b"?\r\n\r\n"))

    def test_a_head_that_is_not_finished(self) -> None:
        """The head clock refuses it."""
        some = self.clients("", wait_for_end, b"408", request=b"GET / HTTP/1.1\r\n")
        self.leaves_none(some)

    def test_a_connection_without_a_request(self) -> None:
        """It is closed at once."""
        self.leaves_none(self.clients("", finish, b"", request=b"\r\n"))

    def test_the_same_over_tls(self) -> None:
        """Clients that reset and clients that leave."""
        self.proxy()
        self.leaves_none(self.clients("stream", reset, tls=True))
        self.leaves_none(self.clients("stream", finish, tls=True))
        self.leaves_none(self.clients("reset", wait_for_end, b"HTTP/1.1 ", tls=True))
        self.leaves_none(self.clients("silent", reset, b"", tls=True))
        self.leaves_none(self.clients("whole", finish, b"ok", tls=True))

    def test_a_source_with_tls(self) -> None:
        """Whatever ends first."""
        self.proxy(tls=True)
        self.leaves_none(self.clients("stream", reset))
        self.leaves_none(self.clients("ended", finish, b"\r\n0\r\n\r\n"))
        self.leaves_none(self.clients("reset", wait_for_end, b"HTTP/1.1 "))
        self.leaves_none(self.clients("silent", reset, b""))

    def topics(self, **channel: Any) -> None:
        """Publish an API of topics."""
        definition = topics_api(self.path, channel)
        definition["listeners"][0]["entrypoints"].append(
            {"type": "websocket", "configuration": {"publisher": {"enabled": True}}}
        )
        self.daemon.publish(definition)

    def subscribing(self) -> bytes:
        """Write a request for the stream of a topic."""
        return (
            f"GET {self.path}/news HTTP/1.1\r\nHost: localhost\r\n"
            "Accept: text/event-stream\r\n\r\n"
        ).encode()

    def test_a_subscriber_of_a_topic(self) -> None:
        """Clients that reset and clients that leave."""
        self.topics()
        asked, mark = self.subscribing(), b"\r\n\r\n"
        self.leaves_none(self.clients("", reset, mark, request=asked))
        self.leaves_none(self.clients("", finish, mark, request=asked))
        self.leaves_none(self.clients("", finish, mark, tls=True, request=asked))

    def test_a_publication(self) -> None:
        """One that is taken, and one that is not."""
        self.topics(maxEventBytes=1024)
        taken = self.post(b"x", "news")
        self.leaves_none(self.clients("", finish, b"202", request=taken))
        large = self.post(b"x" * 2000, "news")
        self.leaves_none(self.clients("", finish, b"413", request=large))

    def test_a_poll(self) -> None:
        """Answers of ``http-get``."""
        self.topics(lingerMs=0)
        self.leaves_none(self.clients("news", finish, b"\r\n\r\n"))

    def test_a_subscriber_of_a_shared_source(self) -> None:
        """One connection to the source, and many clients."""
        self.channel()
        asked = self.subscribing()
        self.leaves_none(self.clients("", reset, b"\r\n\r\n", request=asked))

    def channel(self) -> None:
        """Publish an API with a shared source."""
        running = scripted(source)
        port, _ = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        definition = topics_api(self.path, {})
        definition["listeners"][0]["entrypoints"] = [{"type": "sse"}]
        definition["endpointGroups"] = [
            {
                "name": "source",
                "type": "sse",
                "endpoints": [
                    {
                        "name": "one",
                        "type": "sse",
                        "configuration": {"target": f"http://127.0.0.1:{port}/stream"},
                    }
                ],
            }
        ]
        self.daemon.publish(definition)

    def test_a_websocket(self) -> None:
        """Clients that reset, and clients that say goodbye."""
        self.topics()
        asked = (
            f"GET {self.path}/news HTTP/1.1\r\nHost: localhost\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
        self.leaves_none(self.clients("", reset, b"\r\n\r\n", request=asked))
        goodbye = b"\x88\x82\0\0\0\0\x03\xe8"

        def leave(client: RawClient) -> None:
            client.send(goodbye)
            wait_for_end(client)

        self.leaves_none(self.clients("", leave, b"\r\n\r\n", request=asked))

        def publish(client: RawClient) -> None:
            text = b'{"data": "1"}'
            client.send(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)
            client.until(b"ack")
            leave(client)

        self.leaves_none(self.clients("", publish, b"\r\n\r\n", request=asked))

    def test_flows(self) -> None:
        """Steps on the way in and out, and a step that answers."""
        definition = self.proxied()
        everywhere = {"type": "HTTP", "path": "/", "pathOperator": "STARTS_WITH"}
        mocked = {"type": "HTTP", "path": "/mocked", "pathOperator": "EQUALS"}
        definition["flows"] = [
            {
                "enabled": True,
                "selectors": [everywhere],
                "request": [adding("REQUEST", "{#request.id}")],
                "response": [adding("RESPONSE", "{#response.status}")],
            },
            {
                "enabled": True,
                "selectors": [mocked],
                "request": [{"policy": "mock", "configuration": {"content": "pong"}}],
            },
        ]
        self.daemon.publish(definition)
        self.leaves_none(self.clients("stream", reset))
        self.leaves_none(self.clients("silent", reset, b""))
        self.leaves_none(self.clients("mocked", finish, b"pong"))

    def test_a_plan(self) -> None:
        """Clients that it does not let in, and clients that it does."""
        api = KeyedApi(self.daemon, self.proxied())
        api.start()
        self.leaves_none(self.clients("stream", finish, b"401"))
        key = api.subscribe().key
        asked = (
            f"GET {self.path}/stream HTTP/1.1\r\nHost: localhost\r\n"
            f"X-Gravitee-Api-Key: {key}\r\n\r\n"
        ).encode()

        def is_known() -> bool:
            client = RawClient(self.daemon.port)
            client.send(asked)
            known = b" 200 " in client.until(b"\r\n")
            client.close()
            return known

        until(is_known, "the key is known")
        self.leaves_none(self.clients("", reset, request=asked))

    def test_failover(self) -> None:
        """Streams, and uploads that are kept for another try."""
        definition = self.proxied()
        definition["failover"] = {"enabled": True, "maxRetries": 2}
        self.daemon.publish(definition)
        self.leaves_none(self.clients("stream", reset))
        self.leaves_none(self.clients("silent", reset, b""))
        body = self.post(b"x" * 100)
        self.leaves_none(self.clients("", finish, b"ok", request=body))
        self.leaves_none(self.clients("", reset, b"", request=body[:-50]))
        chunked = (
            f"POST {self.path}/whole HTTP/1.1\r\nHost: localhost\r\n"
            "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        ).encode()
        self.leaves_none(self.clients("", finish, b"ok", request=chunked))
        wrong = chunked.replace(b"1\r\nx", b"?\r\nx")
        self.leaves_none(self.clients("", wait_for_end, b" 400 ", request=wrong))

    def test_a_connection_that_is_kept(self) -> None:
        """Ten calls on each."""
        self.proxy()

        def ten(client: RawClient) -> None:
            for _ in range(9):
                client.get(f"{self.path}/whole")
                client.until(b"ok")
            client.close()

        self.leaves_none(self.clients("whole", ten, b"ok"))

    def multiplexed(
        self, path: str, leave: Callable[[Http2Client, int], None]
    ) -> Callable[[int], None]:
        """Make what opens streams of one HTTP/2 connection, and ends them."""

        def some(count: int) -> None:
            client = Http2Client(TLS_PORT, self.context)
            streams = [client.get(f"{self.path}/{path}") for _ in range(count)]
            for stream in streams:
                leave(client, stream)
            client.close()

        return some

    def test_a_stream_of_http2(self) -> None:
        """The client leaves it, its source ends it or cuts it, or all end at once."""
        self.proxy()

        def left(client: Http2Client, stream: int) -> None:
            client.until_event(stream)
            client.leave(stream)

        def over(client: Http2Client, stream: int) -> None:
            client.until(lambda: stream in client.ended | set(client.resets), "an end")

        self.leaves_none(self.multiplexed("stream", left))
        self.leaves_none(self.multiplexed("ended", over))
        self.leaves_none(self.multiplexed("reset", over))
        self.leaves_none(self.multiplexed("stream", Http2Client.until_event))
        self.leaves_none(self.multiplexed("silent", lambda client, stream: None))
        self.leaves_none(self.multiplexed("whole", over))

        def upload(count: int) -> None:
            client = Http2Client(TLS_PORT, self.context)
            path, kind = f"{self.path}/whole", {"content-type": "text/plain"}
            for _ in range(count):
                over(client, client.ask(path, kind, "POST", b"x"))
            client.close()

        self.leaves_none(upload)
