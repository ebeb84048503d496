"""MESSAGE APIs as their clients see them: heartbeats, reconnects, ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, until
from tests.wire.harness.ports import refusing_port
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    Script,
    chunk,
    scripted,
)
from tests.wire.messages.sourced import (
    FAST,
    Sourced,
    answering,
    one_after_another,
    streaming,
)
from tests.wire.messages.test_shared_upstream import message_api


class StreamTests(Sourced):
    """While a stream is open."""

    def test_heartbeats_without_a_source(self) -> None:
        """The client keeps its stream while the source refuses, and gets the event."""
        open_now = threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            if not open_now.is_set():
                connection.send(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
                return
            connection.send(EVENT_STREAM + chunk(b"data: at last\n\n"))
            connection.closed_at()

        self.publish(script, heartbeatIntervalInMs=300)
        client = self.subscribe()
        client.until(b"\r\n\r\n")
        client.until(b"\r\n:\n\r\n")
        client.until(b"\r\n:\n\r\n")
        open_now.set()
        self.assertIn(b"retry: ", client.until(b"data: at last\n\n"))

    def test_the_health_of_a_source(self) -> None:
        """
        The management API reports the state of a source, with the reason when it is
        down.
        """
        repaired = threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            if not repaired.is_set():
                busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
                connection.send(busy)
                return
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            connection.closed_at()

        api_id = self.publish(script)
        client = self.subscribe("?secret=1")
        client.until(b"\r\n\r\n")

        def channel() -> dict[str, Any]:
            (one,) = self.daemon.must("GET", f"/apis/{api_id}/channels")["data"]
            self.assertNotIn("secret", str(one))
            return dict(one)

        until(lambda: "answered 503" in str(channel()["problem"]), "it is down")
        self.assertEqual((channel()["health"], channel()["subscribers"]), ("DOWN", 1))
        repaired.set()
        client.until(b"data: 1\n\n")
        self.assertEqual((channel()["health"], channel()["events"]), ("UP", 1))

    def test_whole_events_only(self) -> None:
        """Half an event at a cut is dropped, never glued to the next connection's."""
        self.publish(
            one_after_another(
                _then_close(b"id: 1\ndata: whole\n\nid: 2\ndata: ha"),
                streaming(b"lf\n\nid: 3\ndata: next\n\n"),
            )
        )
        client = self.subscribe()
        client.until(b"data: whole\n\n")
        events = client.until(b"data: next\n\n")
        self.assertNotIn(b"data: ha", events)
        self.assertIn(b"relay.gap", events)

    def test_a_silent_source_is_called_again(self) -> None:
        """An idle timeout is a reconnect; nobody is cut."""
        self.publish(
            one_after_another(
                streaming(b"id: 1\ndata: one\n\nid: 2\ndata: two\n\n"),
                _expecting(
                    b"last-event-id: 1", b"id: 2\ndata: two\n\nid: 3\ndata: three\n\n"
                ),
            ),
            http={"idleTimeout": 200},
        )
        client = self.subscribe()
        client.until(b"data: two\n\n")
        events = client.until(b"data: three\n\n")
        self.assertNotIn(b"relay.gap", events)
        self.assertEqual(events.count(b"data:"), 1)

    def test_the_next_endpoint_takes_over(self) -> None:
        """Failover goes through the group in order."""
        good = scripted(streaming(b"data: from the second\n\n"))
        port, _ = good.__enter__()
        self.addCleanup(good.__exit__, None, None, None)
        refusing = refusing_port()
        refused = refusing.__enter__()
        self.addCleanup(refusing.__exit__, None, None, None)
        definition = message_api(f"http://127.0.0.1:{refused}/", self.path, FAST)
        endpoints = definition["endpointGroups"][0]["endpoints"]
        endpoints.append(
            {
                **endpoints[0],
                "name": "second",
                "configuration": {"target": f"http://127.0.0.1:{port}/"},
            }
        )
        self.daemon.publish(definition)
        self.subscribe().until(b"data: from the second\n\n")

    def test_merged_endpoints(self) -> None:
        """All at once; a client that comes back is where it was in each of them."""
        heads: list[bytes] = []

        def make(name: bytes) -> Script:
            def script(connection: Connection) -> None:
                heads.append(connection.head().lower())
                connection.send(
                    EVENT_STREAM + chunk(b"id: %s1\ndata: of %s\n\n" % (name, name))
                )
                connection.closed_at()

            return script

        ports = []
        for name in (b"a", b"b"):
            source = scripted(make(name))
            ports.append(source.__enter__()[0])
            self.addCleanup(source.__exit__, None, None, None)
        channel = {**FAST, "mode": "merge", "lingerMs": 0}
        definition = message_api(f"http://127.0.0.1:{ports[0]}/", self.path, channel)
        endpoints = definition["endpointGroups"][0]["endpoints"]
        endpoints.append(
            {
                **endpoints[0],
                "name": "second",
                "configuration": {"target": f"http://127.0.0.1:{ports[1]}/"},
            }
        )
        self.daemon.publish(definition)
        client = self.subscribe()
        text = client.until(b"data: of ")
        text += client.until(b"data: of ")
        last = text.rsplit(b"id: ", 1)[1].split(b"\n")[0].decode()
        client.close()
        until(lambda: "client_gone" in str(self.closed()), "the client is gone")
        again = self.subscribe("", f"Last-Event-ID: {last}")
        again.until(b"\r\n\r\n")
        until(lambda: len(heads) == 4, "both sources are called again")
        self.assertIn(b"last-event-id: a1", b"".join(heads[2:]))
        self.assertIn(b"last-event-id: b1", b"".join(heads[2:]))

    def closed(self) -> list[dict[str, Any]]:
        """The access-log lines of this test's streams that are over."""
        return [
            line
            for line in self.daemon.access_lines()
            if line["path"] == self.path and line["kind"] == "close"
        ]

    def test_the_upstream_closes_when_nobody_listens(self) -> None:
        """After lingering."""
        closed = threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            connection.closed_at()
            closed.set()

        self.publish(script, {"lingerMs": 100})
        client = self.subscribe()
        client.until(b"data: 1\n\n")
        self.assertFalse(closed.is_set())
        client.close()
        self.assertTrue(closed.wait(BOUND_S))


class EndTests(Sourced):
    """How streams end."""

    def assert_goodbye(self, client: RawClient, outcome: str) -> None:
        """The stream ends with a goaway, as a complete response."""
        rest, how = client.rest()
        self.assertIn(b"event: goaway\n", rest)
        self.assertIn(b"0\r\n\r\n", rest)
        line = self.daemon.access_line(path=self.path, kind="close")
        self.assertEqual((line["outcome"], line["status"]), (outcome, 200))
        del how

    def test_stop(self) -> None:
        """Clients of a stopped API are notified."""
        api_id = self.publish(streaming(b"data: 1\n\n"))
        client = self.subscribe("", "Connection: close")
        client.until(b"data: 1\n\n")
        self.daemon.must("POST", f"/apis/{api_id}/_stop")
        self.assert_goodbye(client, "stopped")

    def test_without_control_events(self) -> None:
        """Only the source's events are sent; the end is complete all the same."""
        api_id = self.publish(streaming(b"data: 1\n\n"), controlEvents="off")
        client = self.subscribe("", "Connection: close")
        client.until(b"data: 1\n\n")
        self.daemon.must("POST", f"/apis/{api_id}/_stop")
        rest, _ = client.rest()
        self.assertEqual(rest.count(b"event:"), 0)
        self.assertIn(b"0\r\n\r\n", rest)

    def test_a_deployment_of_other_things(self) -> None:
        """Cuts nobody off, and goes on with the same upstream."""
        go_on = threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            go_on.wait(BOUND_S)
            connection.send(chunk(b"data: 2\n\n"))
            connection.closed_at()

        api_id = self.publish(script)
        client = self.subscribe()
        client.until(b"data: 1\n\n")
        self.definition["description"] = "another one"
        self.redeploy(api_id)
        late = self.subscribe()
        late.until(b"\r\n\r\n")
        go_on.set()
        for one in (client, late):
            self.assertNotIn(b"goaway", one.until(b"data: 2\n\n"))

    def test_a_deployment_of_another_source(self) -> None:
        """Clients are asked to reconnect, and the new source serves them."""
        api_id = self.publish(streaming(b"data: old\n\n"))
        client = self.subscribe("", "Connection: close")
        client.until(b"data: old\n\n")
        group = self.definition["endpointGroups"][0]
        group["sharedConfiguration"]["channel"]["lingerMs"] = 1
        self.redeploy(api_id)
        self.assert_goodbye(client, "stopped")

    def redeploy(self, api_id: str) -> None:
        """Save the definition and deploy it."""
        self.daemon.must("PUT", f"/apis/{api_id}", self.definition)
        self.daemon.must("POST", f"/apis/{api_id}/deployments", {})
        until(
            lambda: f"API {api_id}: serving deployment 2" in self.daemon.log(),
            "the new deployment is served",
        )

    def test_maximum_duration(self) -> None:
        """Ends the stream so that it can be placed anew; the log names the clock."""
        self.publish(streaming(b"data: 1\n\n"), maxDurationMs=500)
        begun = time.monotonic()
        client = self.subscribe("", "Connection: close")
        client.until(b"data: 1\n\n")
        self.assert_goodbye(client, "max_duration")
        took_s = time.monotonic() - begun
        self.assertGreater(took_s, 0.4)
        line = self.daemon.access_line(path=self.path, kind="close")
        self.assertEqual(line["clock"], "maxDurationMs")

    def test_a_source_that_says_no_more(self) -> None:
        """204: who listens gets the end, and who comes with all of it a 204."""
        self.publish(
            one_after_another(
                _then_close(b"id: 1\ndata: last\n\n"),
                answering(b"HTTP/1.1 204 No Content\r\n\r\n"),
            ),
            {"lingerMs": 60000},
        )
        client = self.subscribe("", "Connection: close")
        text = client.until(b"data: last\n\n")
        last = text.split(b"id: ")[1].split(b"\n")[0].decode()
        rest, _ = client.rest()
        self.assertIn(b"0\r\n\r\n", rest)
        line = self.daemon.access_line(path=self.path, kind="close")
        self.assertEqual(line["outcome"], "source_ended")
        answer = self.daemon.get(self.path, {"Last-Event-ID": last})
        self.assertEqual(answer.status, 204)

    def test_a_deployment_asks_the_source_again(self) -> None:
        """A deployment forgets the end of the source."""
        api_id = self.publish(
            one_after_another(
                answering(b"HTTP/1.1 204 No Content\r\n\r\n"),
                streaming(b"data: there is more\n\n"),
            ),
            {"lingerMs": 60000},
        )
        self.subscribe("", "Connection: close").rest()
        self.assertEqual(self.daemon.get(self.path).status, 204)
        self.definition["description"] = "another one"
        self.redeploy(api_id)
        self.subscribe().until(b"data: there is more\n\n")


def _then_close(*pieces: bytes) -> Script:
    def script(connection: Connection) -> None:
        connection.head()
        connection.send(EVENT_STREAM)
        for piece in pieces:
            connection.send(chunk(piece))

    return script


def _expecting(field: bytes, piece: bytes) -> Script:
    """Make a source that streams only to a request with a header field."""
    stream: Callable[[Connection], None] = streaming(piece)

    def script(connection: Connection) -> None:
        head = connection.head()
        connection.buffer = head + b"\r\n\r\n" + connection.buffer
        if field in head.lower():
            stream(connection)

    return script
