"""The WebSocket entrypoint, with a client that people use."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon, proxy_api
from tests.wire.messages.test_topics import topics_api

AUTHORITY = Authority()


def _listeners(directory: Path) -> str:
    """Write a plain listener and one with TLS."""
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1"
        tls = {{ certificate = "{written.certificate}", key = "{written.key}" }}
    """


SHARED = SharedDaemon(_listeners)


class WebsocketTests(WireCase):
    """Each test has an API of its own."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")

    def publish(self, channel: dict[str, Any] | None = None, **options: Any) -> str:
        """Publish an API of topics with a WebSocket entrypoint; give its id."""
        definition = topics_api(self.path, channel or {})
        definition["listeners"][0]["entrypoints"].append(
            {
                "type": "websocket",
                "configuration": {"publisher": {"enabled": True}, **options},
            }
        )
        return self.daemon.publish(definition)

    def connect(self, query: str = "", **options: Any) -> ClientConnection:
        """Connect to a topic."""
        url = f"ws://127.0.0.1:{self.daemon.port}{self.path}/news{query}"
        connection: ClientConnection = connect(url, compression=None, **options)
        self.addCleanup(connection.close)
        return connection

    def receive(self, connection: ClientConnection) -> Any:
        """Receive one frame, as JSON."""
        return json.loads(connection.recv(timeout=10))

    def test_events_both_ways(self) -> None:
        """A publisher gets its id, a reader the event, in the one JSON form."""
        self.publish()
        reader, publisher = self.connect(), self.connect()
        publisher.send(json.dumps({"type": "greeting", "data": "Grüße"}))
        event = self.receive(reader)
        self.assertEqual(set(event), {"id", "type", "data", "topic", "timestamp"})
        self.assertEqual((event["type"], event["data"]), ("greeting", "Grüße"))
        answers = [self.receive(publisher) for _ in range(2)]
        self.assertIn({"ack": [event["id"]]}, answers)
        self.assertIn(event, answers)
        reader.close()
        line = self.daemon.access_line(path=f"{self.path}/news", kind="close")
        self.assertEqual(
            (line["status"], line["outcome"], line["events"]), (101, "client_gone", 1)
        )

    def test_resume_and_filter(self) -> None:
        """A reader goes on after the event that it has, by the query."""
        self.publish(allowFilter=True)
        publisher = self.connect()
        ids = []
        for number in range(4):
            publisher.send(json.dumps({"data": number}))
            answers = [self.receive(publisher) for _ in range(2)]
            ids += [one["ack"][0] for one in answers if "ack" in one]
        reader = self.connect(f"?lastEventId={ids[0]}&filter=@%3E%601%60")
        self.assertEqual([self.receive(reader)["data"] for _ in range(2)], ["2", "3"])
        lost = self.connect("?lastEventId=nonsense")
        self.assertEqual(self.receive(lost)["gap"]["reason"], "unknown_id")

    def test_what_cannot_be_published(self) -> None:
        """
        An invalid event is an error that names the problem; the connection stays open.
        """
        self.publish({"maxEventBytes": 1024})
        connection = self.connect()
        for sent, status, problem in (
            ("{", 400, "the frame is no JSON"),
            ('{"type": "a"}', 400, "data or dataBase64 is needed"),
            (json.dumps({"data": "x" * 2000}), 413, "data is longer than 1024 bytes"),
        ):
            connection.send(sent)
            error = self.receive(connection)["error"]
            self.assertEqual(error["status"], status)
            self.assertIn(problem, error["message"])

    def test_readers_only(self) -> None:
        """
        A client that may not publish receives an error; the connection stays open.
        """
        self.publish(publisher={"enabled": False})
        connection = self.connect()
        connection.send('{"data": ""}')
        self.assertEqual(self.receive(connection)["error"]["status"], 403)

    def test_publishers_only(self) -> None:
        """A publisher receives acknowledgements and no events."""
        self.publish(subscriber={"enabled": False})
        connection = self.connect()
        for _ in range(2):
            connection.send('{"data": ""}')
            self.assertEqual(list(self.receive(connection)), ["ack"])

    def test_frames_that_are_no_events(self) -> None:
        """Bytes, and a frame that has no end, end the connection with a code."""
        self.publish({"maxEventBytes": 1024})
        for sent, code in ((b"\x00", 1003), ("x" * 200_000, 1009)):
            connection = self.connect()
            connection.send(sent)
            with self.assertRaises(ConnectionClosed) as raised:
                connection.recv(timeout=10)
            assert raised.exception.rcvd is not None
            self.assertEqual(raised.exception.rcvd.code, code)

    def test_the_code_is_not_overtaken(self) -> None:
        """Data that the client sends meanwhile does not prevent the close code."""
        self.publish({"maxEventBytes": 1024})
        raw = self.raw()
        raw.send(b"\x81\xff" + (1 << 24).to_bytes(8, "big") + bytes(4))
        raw.send(bytes(100_000))
        received, ending = raw.rest()
        self.assertIn((1009).to_bytes(2, "big"), received)
        self.assertEqual(ending, "close")
        for _ in range(50):
            raw.send(bytes(100_000))

    def test_a_client_that_reads_nothing(self) -> None:
        """A client that does not read is not read from."""
        self.publish()
        raw = self.raw()
        raw.socket.settimeout(1)
        # Each is answered with what is wrong with it.
        text = b"\x81\xfd" + bytes(4) + b"x" * 125
        sent = 0
        with self.assertRaises(TimeoutError):
            while True:
                sent += raw.socket.send(text * 500)
                self.assertLess(sent, 100_000_000)

    def test_a_flood_of_pings_ends_the_connection(self) -> None:
        """A flood of pings closes the connection with its code."""
        self.publish()
        raw = self.raw()
        raw.socket.settimeout(10)
        ping = b"\x89\xfd" + bytes(4) + bytes(125)
        sent = 0
        with self.assertRaises(ConnectionError):
            while True:
                sent += raw.socket.send(ping * 500)
                self.assertLess(sent, 100_000_000)

    def raw(self) -> RawClient:
        """Shake hands on a bare socket."""
        raw = RawClient(self.daemon.port)
        self.addCleanup(raw.close)
        raw.get(
            self.path + "/news",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
        )
        self.assertIn(b"101 Switching Protocols", raw.until(b"\r\n\r\n"))
        return raw

    def test_pings(self) -> None:
        """A quiet connection is pinged, and a ping is answered."""
        self.publish(heartbeatIntervalInMs=200)
        connection = self.connect(ping_interval=None)
        self.assertTrue(connection.ping().wait(10))
        self.raw().until(b"\x89\x00")

    def test_a_pong_that_never_comes(self) -> None:
        """Ends the connection; the log names the clock."""
        self.publish(heartbeatIntervalInMs=200, pongTimeoutMs=300)
        received, ending = self.raw().rest()
        self.assertIn(b"\x89\x00", received)
        self.assertIn(b"\x03\xf3no pong", received)
        self.assertEqual(ending, "reset")
        line = self.daemon.access_line(path=f"{self.path}/news", kind="close")
        self.assertEqual(
            (line["outcome"], line["clock"]), ("client_gone", "pongTimeout")
        )

    def test_over_tls(self) -> None:
        """Events both ways, more of them than one record holds, and the goodbye."""
        api_id = self.publish()
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        url = f"wss://localhost:{self.daemon.ports['tls']}{self.path}/news"
        reader = connect(url, compression=None, ssl=context)
        publisher = connect(url, compression=None, ssl=context)
        for connection in (reader, publisher):
            self.addCleanup(connection.close)
        data = "x" * 300_000
        for number in range(5):
            publisher.send(json.dumps({"data": f"{number} {data}"}))
        for number in range(5):
            self.assertEqual(self.receive(reader)["data"], f"{number} {data}")
        self.daemon.must("POST", f"/apis/{api_id}/_stop")
        with self.assertRaises(ConnectionClosed) as raised:
            reader.recv(timeout=10)
        assert raised.exception.rcvd is not None
        self.assertEqual(raised.exception.rcvd.code, 1001)

    def test_a_stop_is_a_close(self) -> None:
        """A stop closes the connection with the code for going away."""
        api_id = self.publish()
        connection = self.connect()
        self.daemon.must("POST", f"/apis/{api_id}/_stop")
        with self.assertRaises(ConnectionClosed) as raised:
            connection.recv(timeout=10)
        assert raised.exception.rcvd is not None
        self.assertEqual(raised.exception.rcvd.code, 1001)
        line = self.daemon.access_line(path=f"{self.path}/news", kind="close")
        self.assertEqual(line["outcome"], "stopped")

    def test_bad_handshakes(self) -> None:
        """An invalid handshake is refused with the name of the field."""
        self.publish(cors={"allowOrigin": ["https://app.example"]})
        self.connect(origin="https://app.example")
        with self.assertRaises(InvalidStatus) as raised:
            self.connect(origin="https://other.example")
        self.assertEqual(raised.exception.response.status_code, 403)
        self.assertIn(b"Origin is not allowed", raised.exception.response.body or b"")
        raw = RawClient(self.daemon.port)
        self.addCleanup(raw.close)
        raw.get(self.path + "/news", "Connection: Upgrade", "Upgrade: websocket")
        head = raw.until(b"\r\n\r\n")
        self.assertIn(b"HTTP/1.1 426 Upgrade Required", head)
        self.assertIn(b"sec-websocket-version: 13\r\n", head.lower())

    def test_other_apis_do_not_switch(self) -> None:
        """A PROXY API answers 501, as before."""
        self.daemon.publish(proxy_api("http://127.0.0.1:1/", self.path))
        with self.assertRaises(InvalidStatus) as raised:
            self.connect()
        self.assertEqual(raised.exception.response.status_code, 501)
