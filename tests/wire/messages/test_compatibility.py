"""MESSAGE entrypoints for clients of Gravitee, over sockets."""

from __future__ import annotations

import contextlib
import http.client
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Answer, SharedDaemon

REQUEST_TIMEOUT_MS = 300


def _settings(_: Path) -> str:
    return f"[gateway]\nrequest_timeout_ms = {REQUEST_TIMEOUT_MS}\n"


SHARED = SharedDaemon(_settings)
GRAVITEE = {"compatibility": "gravitee"}
LIMITS = {**GRAVITEE, "messagesLimitCount": 12, "messagesLimitDurationMs": 500}
QUICK = {"messageInterval": 1, "messageContent": "message", "messageCount": 1000}
JSON = (200, "application/json")
PAIRS = {
    "headers": [{"name": "header1", "value": "headerValue1"}],
    "metadata": [{"name": "metadata1", "value": "metadataValue1"}],
}


def definition(
    path: str,
    entrypoints: dict[str, dict[str, Any]],
    mock: dict[str, Any] | None = None,
    **members: Any,
) -> dict[str, Any]:
    """
    Write the definition of an API.

    :param path: its context-path.
    :param entrypoints: their configurations, by type.
    :param mock: the configuration of its mock endpoint; None for topics in memory.
    """
    kind = "memory" if mock is None else "mock"
    return {
        "definitionVersion": "V4",
        "name": f"compatible {path}",
        "apiVersion": "1.0",
        "type": "MESSAGE",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": path}],
                "entrypoints": [
                    {"type": one, "configuration": configuration}
                    for one, configuration in entrypoints.items()
                ],
            }
        ],
        "endpointGroups": [
            {
                "name": "group",
                "type": kind,
                "endpoints": [
                    {"name": "default", "type": kind, "configuration": mock or {}}
                ],
            }
        ],
        **members,
    }


class CompatibleCase(WireCase):
    """Each test has an API of its own, whose context-path is its name."""

    def setUp(self) -> None:
        """Find the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + "-".join(self.id().split(".")[-2:]).replace("_", "-")

    def publish(
        self,
        entrypoints: dict[str, dict[str, Any]],
        mock: dict[str, Any] | None = None,
        **members: Any,
    ) -> str:
        """Start the API, and return its id."""
        return self.daemon.publish(definition(self.path, entrypoints, mock, **members))

    def get(self, query: str = "", accept: str = "application/json") -> Answer:
        """Poll."""
        return self.daemon.get(f"{self.path}{query}", {"Accept": accept})

    def post(self, body: bytes, **headers: str) -> Answer:
        """Publish, without a content type unless it is given."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.port, timeout=BOUND_S
        )
        with contextlib.closing(connection):
            sent = {name.replace("_", "-"): one for name, one in headers.items()}
            connection.request("POST", self.path, body, sent)
            return Answer(connection.getresponse())

    def stream(self) -> RawClient:
        """Open an event stream."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path, "Accept: text/event-stream")
        return client

    def connect(self, query: str = "") -> ClientConnection:
        """Open a WebSocket."""
        url = f"ws://127.0.0.1:{self.daemon.port}{self.path}{query}"
        connection = connect(url, compression=None)
        self.addCleanup(connection.close)
        return connection


class PollTests(CompatibleCase):
    """Polling."""

    def test_the_number_of_messages(self) -> None:
        """
        The number of messages is that of the definition, or a smaller one of the
        client.
        """
        self.publish({"http-get": LIMITS}, QUICK)
        answer = self.get()
        self.assertEqual((answer.status, answer.headers["content-type"]), JSON)
        items = answer.json()["items"]
        expected = [{"id": str(at), "content": "message"} for at in range(12)]
        self.assertEqual(items, expected)
        self.assertEqual(answer.json()["pagination"], {"nextCursor": "11"})
        rest = self.get("?limit=5&cursor=11").json()
        self.assertEqual(
            [one["id"] for one in rest["items"]], ["12", "13", "14", "15", "16"]
        )
        self.assertEqual(
            rest["pagination"], {"cursor": "11", "nextCursor": "16", "limit": "5"}
        )
        self.assertEqual(len(self.get("?limit=50").json()["items"]), 12)

    def test_a_source_that_ends(self) -> None:
        """The call is answered with what there was, before its time is over."""
        self.publish(
            {"http-get": {**LIMITS, "messagesLimitDurationMs": 60_000}},
            {**QUICK, "messageCount": 5},
        )
        items = self.get().json()["items"]
        self.assertEqual([one["id"] for one in items], ["0", "1", "2", "3", "4"])
        again = self.get()
        self.assertEqual((again.status, again.json()["items"]), (200, []))

    def test_a_source_that_is_slow(self) -> None:
        """The call is answered without messages when its time is over, which may be
        longer than the request timeout."""
        self.publish({"http-get": LIMITS}, {"messageInterval": 60_000})
        answer = self.get()
        self.assertEqual((answer.status, answer.json()["items"]), (200, []))

    def test_headers_and_metadata(self) -> None:
        """Headers and metadata are members of the items."""
        members = {"headersInPayload": True, "metadataInPayload": True}
        self.publish({"http-get": {**LIMITS, **members}}, {**QUICK, **PAIRS})
        for item in self.get().json()["items"]:
            self.assertEqual(item["headers"], {"header1": ["headerValue1"]})
            self.assertEqual(set(item["metadata"]), {"sourceTimestamp", "metadata1"})
            self.assertEqual(item["metadata"]["metadata1"], "metadataValue1")

    def test_xml(self) -> None:
        """The items are elements."""
        self.publish({"http-get": LIMITS}, QUICK)
        answer = self.get(accept="application/xml")
        self.assertEqual(answer.headers["content-type"], "application/xml")
        root = ElementTree.fromstring(answer.body)
        found = [
            (item.findtext("id"), item.findtext("content"))
            for item in root.findall("./items/item")
        ]
        self.assertEqual(found, [(str(at), "message") for at in range(12)])
        self.assertEqual(root.findtext("./pagination/nextCursor"), "11")

    def test_text(self) -> None:
        """The items are blocks of lines."""
        self.publish({"http-get": LIMITS}, QUICK)
        answer = self.get(accept="text/plain")
        self.assertEqual(answer.headers["content-type"], "text/plain")
        found = re.findall(
            r"(?m)^item\nid: (\d+)\ncontent: message\n", answer.body.decode()
        )
        self.assertEqual(found, [str(at) for at in range(12)])
        self.assertTrue(answer.body.endswith(b"\n\npagination\nnextCursor: 11"))

    def test_the_request_timeout(self) -> None:
        """A policy that takes longer than it is a 504."""
        slow = {"policy": "latency", "name": "slow", "enabled": True}
        flow = {
            "name": "slow",
            "enabled": True,
            "request": [{**slow, "configuration": {"time": 60, "timeUnit": "SECONDS"}}],
        }
        self.publish({"http-get": LIMITS}, QUICK, flows=[flow])
        answer = self.get()
        self.assertEqual(answer.status, 504)
        self.assertEqual(answer.json()["http_status_code"], 504)
        self.assertEqual(answer.json()["message"], "Request timeout")


class StreamTests(CompatibleCase):
    """Event streams."""

    EVENT = b'id: %d\nevent: message\ndata: {"message": "hello"}\n'
    MOCK = {"messageInterval": 10, "messageContent": '{"message": "hello"}'}

    def test_events(self) -> None:
        """The reconnection time comes first, on its own."""
        self.publish({"sse": GRAVITEE}, self.MOCK)
        body = self.stream().until(self.EVENT % 1 + b"\n").partition(b"\r\n\r\n")[2]
        expected = rb"\A[0-9a-f]+\r\nretry: \d+\n\n\r\n"
        self.assertRegex(body, expected)
        self.assertIn(self.EVENT % 0 + b"\n", body)

    def test_comments(self) -> None:
        """The comments begin with the time of the event."""
        comments = {"metadataAsComment": True, "headersAsComment": True}
        self.publish({"sse": {**GRAVITEE, **comments}}, {**self.MOCK, **PAIRS})
        body = self.stream().until(self.EVENT % 1)
        expected = self.EVENT % 0 + (
            rb":sourceTimestamp: \d{13}\n:metadata1: metadataValue1\n"
            rb":header1: headerValue1\n\n"
        )
        self.assertRegex(body, expected.replace(b'{"', b'\\{"'))

    def test_heartbeats(self) -> None:
        """Heartbeats also come before the first event, each with an empty line."""
        options = {**GRAVITEE, "heartbeatIntervalInMs": "100"}
        self.publish({"sse": options}, {**self.MOCK, "messageInterval": 1000})
        body = self.stream().until(self.EVENT % 0)
        before = body.partition(b"id: 0")[0]
        self.assertIn(b":\n\n", before)

    def test_a_stop(self) -> None:
        """Clients are told to reconnect."""
        api_id = self.publish({"sse": GRAVITEE}, self.MOCK)
        client = self.stream()
        client.until(self.EVENT % 0)
        self.daemon.must("POST", f"/apis/{api_id}/_stop")
        client.until(b"event: goaway\ndata: Stopping, please reconnect\n\n")

    def test_a_client_that_comes_back(self) -> None:
        """A client continues after the source's id that it sends."""
        self.publish({"sse": GRAVITEE}, self.MOCK)
        self.stream().until(self.EVENT % 5)
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path, "Accept: text/event-stream", "Last-Event-ID: 2")
        body = client.until(self.EVENT % 4)
        self.assertEqual(re.findall(rb"id: (\d+)", body), [b"3", b"4"])


class SocketTests(CompatibleCase):
    """WebSockets."""

    def test_contents(self) -> None:
        """Messages of both types are published, and received as binary ones."""
        self.publish({"websocket": GRAVITEE})
        connection = self.connect()
        for sent in ("message1", b"message2", "message3"):
            connection.send(sent)
        received = [connection.recv(timeout=BOUND_S) for _ in range(3)]
        self.assertEqual(received, [b"message1", b"message2", b"message3"])

    def test_publishers_and_readers(self) -> None:
        """Each does what the definition lets it do."""
        publisher = {"publisher": {"enabled": True}, "subscriber": {"enabled": False}}
        self.publish({"websocket": {**GRAVITEE, **publisher}, "http-get": LIMITS})
        waiting = self.get("?limit=1&waitMs=1")
        connection = self.connect()
        connection.send("message1")
        cursor = waiting.json()["pagination"]["nextCursor"]
        items = self.get(f"?cursor={cursor}&limit=1").json()["items"]
        self.assertEqual([one["content"] for one in items], ["message1"])
        with self.assertRaises(TimeoutError):
            connection.recv(timeout=0.1)

    def test_readers(self) -> None:
        """Frames of a client that may not publish are dropped."""
        self.publish(
            {"websocket": {**GRAVITEE, "publisher": {"enabled": False}}},
            {**QUICK, "messageInterval": 1000, "messageCount": 2},
        )
        connection = self.connect()
        connection.send("dropped")
        received = [connection.recv(timeout=BOUND_S) for _ in range(2)]
        self.assertEqual(received, [b"message"] * 2)
        with self.assertRaises(ConnectionClosed) as caught:
            connection.recv(timeout=BOUND_S)
        assert caught.exception.rcvd is not None
        self.assertEqual(caught.exception.rcvd.code, 1000)

    def test_a_stop(self) -> None:
        """Clients are told to try again later."""
        api_id = self.publish({"websocket": GRAVITEE})
        connection = self.connect()
        self.daemon.must("POST", f"/apis/{api_id}/_stop")
        with self.assertRaises(ConnectionClosed) as caught:
            connection.recv(timeout=BOUND_S)
        assert caught.exception.rcvd is not None
        self.assertEqual(caught.exception.rcvd.code, 1013)


class PublicationTests(CompatibleCase):
    """Publications by POST."""

    def test_any_body(self) -> None:
        """Any body is the content of a message with the request's headers."""
        members = {"headersInPayload": True, "messagesLimitCount": 3}
        post = {**GRAVITEE, "requestHeadersToMessage": True}
        self.publish({"http-post": post, "http-get": {**LIMITS, **members}})
        start = self.get("?waitMs=1").json()["pagination"]["nextCursor"]
        for body in (b'{"field": "value"}', b"<a/>", b"plain"):
            answer = self.post(body, X_Test_Header="header-value")
            self.assertEqual((answer.status, answer.body), (202, b""))
        items = self.get(f"?cursor={start}").json()["items"]
        self.assertEqual(
            [one["content"] for one in items], ['{"field": "value"}', "<a/>", "plain"]
        )
        for item in items:
            headers = {name.lower(): one for name, one in item["headers"].items()}
            self.assertEqual(headers["x-test-header"], ["header-value"])

    def test_a_mock(self) -> None:
        """A mock accepts publications with and without a body."""
        self.publish({"http-post": GRAVITEE}, QUICK)
        for _ in range(10):
            self.assertEqual(self.post(b'{"field": "value"}').status, 202)
        self.assertEqual(self.post(b"").status, 202)


class SelectionTests(CompatibleCase):
    """An API with every entrypoint, on a mock."""

    def setUp(self) -> None:
        """Start it."""
        super().setUp()
        members = {"headersInPayload": True, "metadataInPayload": True}
        self.publish(
            {
                "http-get": {**LIMITS, **members},
                "http-post": {**GRAVITEE, "requestHeadersToMessage": True},
                "sse": GRAVITEE,
                "websocket": GRAVITEE,
            },
            {"messageInterval": 1, "messageContent": "Mock data", "messageCount": 15},
        )

    def test_get(self) -> None:
        """JSON is polled."""
        answer = self.get()
        self.assertEqual((answer.status, answer.headers["content-type"]), JSON)
        self.assertEqual(len(answer.json()["items"]), 12)
        self.assertEqual(answer.json()["pagination"], {"nextCursor": "11"})

    def test_post(self) -> None:
        """A POST publishes."""
        answer = self.post(b"This is the message content!")
        self.assertEqual((answer.status, answer.body), (202, b""))

    def test_event_stream(self) -> None:
        """All messages, after the reconnection time."""
        body = self.stream().until(b"0\r\n\r\n")
        self.assertEqual(body.count(b"data: Mock data\n\n"), 15)
        self.assertEqual(len(re.findall(rb"(?m)^retry: \d+\n\n", body)), 1)

    def test_websocket(self) -> None:
        """All messages, then the end."""
        connection = self.connect()
        received = [connection.recv(timeout=BOUND_S) for _ in range(15)]
        self.assertEqual(received, [b"Mock data"] * 15)
