"""The memory endpoint: publish by POST, read by stream and by polling."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Answer, Daemon, SharedDaemon, until

SHARED = SharedDaemon()


def topics_api(
    context_path: str, channel: dict[str, Any], **get: Any
) -> dict[str, Any]:
    """Write the definition of an API of topics."""
    return {
        "definitionVersion": "V4",
        "name": f"topics {context_path}",
        "apiVersion": "1.0",
        "type": "MESSAGE",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": context_path}],
                "entrypoints": [
                    {"type": "sse", "configuration": {}},
                    {"type": "http-post", "configuration": {}},
                    {"type": "http-get", "configuration": get},
                ],
            }
        ],
        "endpointGroups": [
            {
                "name": "topics",
                "type": "memory",
                "sharedConfiguration": {"channel": channel},
                "endpoints": [
                    {"name": "memory", "type": "memory", "inheritConfiguration": True}
                ],
            }
        ],
    }


class TopicTests(WireCase):
    """Each test has an API of its own."""

    def setUp(self) -> None:
        """Publish an API."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        channel = {"maxEventBytes": 2048, "lingerMs": 0}
        self.daemon.publish(topics_api(self.path, channel, allowFilter=True))

    def post(
        self,
        body: object,
        topic: str = "news",
        content_type: str = "application/json",
        **headers: str,
    ) -> Answer:
        """Publish."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": content_type, "Accept": "*/*"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.port, timeout=BOUND_S
        )
        try:
            connection.request("POST", f"{self.path}/{topic}", content, sent)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def poll(self, query: str = "", topic: str = "news") -> dict[str, Any]:
        """Poll."""
        accept = {"Accept": "application/json"}
        answer = self.daemon.get(f"{self.path}/{topic}{query}", accept)
        self.assertEqual(answer.status, 200, answer.body)
        found: dict[str, Any] = answer.json()
        return found

    def test_published_and_read(self) -> None:
        """An open stream receives the events, and so does a later one with a cursor."""
        stream = RawClient(self.daemon.port)
        self.addCleanup(stream.close)
        stream.get(self.path + "/news", "Accept: text/event-stream")
        stream.until(b"\r\n\r\n")
        answer = self.post([{"data": "one"}, {"data": "two", "type": "b"}])
        self.assertEqual(answer.status, 202)
        published = answer.json()
        self.assertEqual((len(published["ids"]), published["durable"]), (2, False))
        events = stream.until(b"data: two\n\n").decode()
        self.assertIn(f"id: {published['ids'][0]}\n", events)
        self.assertIn("event: b\ndata: two", events)
        late = RawClient(self.daemon.port)
        self.addCleanup(late.close)
        last = f"Last-Event-ID: {published['ids'][0]}"
        late.get(self.path + "/news", "Accept: text/event-stream", last)
        self.assertNotIn(b"one", late.until(b"data: two\n\n"))

    def test_polling(self) -> None:
        """A cursor goes on exactly where the last answer ended."""
        cursor = self.poll()["cursor"]
        self.post([{"data": str(number)} for number in range(5)])
        first = self.poll(f"?cursor={cursor}&limit=2")
        self.assertEqual([one["data"] for one in first["items"]], ["0", "1"])
        self.assertEqual(
            set(first["items"][0]), {"id", "type", "data", "topic", "timestamp"}
        )
        self.assertEqual(first["items"][0]["topic"], "news")
        second = self.poll(f"?cursor={first['cursor']}")
        self.assertEqual([one["data"] for one in second["items"]], ["2", "3", "4"])
        third = self.poll(f"?cursor={second['cursor']}")
        self.assertEqual(third["items"], [])
        matching = self.poll(f"?cursor={cursor}&filter=@%3E%603%60")
        self.assertEqual([one["data"] for one in matching["items"]], ["4"])
        lost = self.poll("?cursor=nonsense")
        self.assertEqual(lost["gaps"][0]["reason"], "unknown_id")
        self.assertEqual(len(lost["items"]), 5)

    def test_long_polling(self) -> None:
        """A call waits for the first event, up to ``waitMs``."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path + "/news?waitMs=20000", "Accept: application/json")
        line = {"path": f"{self.path}/news", "method": "POST"}
        self.post({"data": "at last"})
        self.daemon.access_line(**line)
        self.assertIn(b"at last", client.until(b"}]"))
        self.assertEqual(self.poll("?waitMs=50")["items"], [])

    def test_a_client_that_stops_waiting(self) -> None:
        """A client that leaves is noticed at once."""
        client = RawClient(self.daemon.port)
        client.get(self.path + "/news?waitMs=20000", "Accept: application/json")
        client.close()
        line = self.daemon.access_line(path=f"{self.path}/news", kind="close")
        self.assertEqual((line["status"], line["outcome"]), (499, "client_gone"))
        self.assertLess(line["durationMs"], 10_000)

    def test_topics_are_apart(self) -> None:
        """The path alone selects the topic."""
        self.post({"data": "sport"}, "sport", Authorization="Basic a")
        self.post({"data": "news"}, "news", Authorization="Basic b")
        items = self.poll("?cursor=x", "sport")["items"]
        self.assertEqual([one["data"] for one in items], ["sport"])

    def test_text_and_bytes(self) -> None:
        """Bodies that are no JSON have their id and type in headers."""
        self.post(
            "Grüße".encode(),
            content_type="text/plain; charset=utf-8",
            Relay_Event_Id="e1",
            Relay_Event_Type="greeting",
        )
        self.post(b"\x00\xff", content_type="application/octet-stream")
        text, binary = self.poll("?cursor=x")["items"]
        self.assertEqual((text["data"], text["type"]), ("Grüße", "greeting"))
        self.assertEqual(binary["dataBase64"], "AP8=")

    def test_a_repeated_publication(self) -> None:
        """
        A repetition with the same key is published once, and has the same response.
        """
        first = self.post({"data": "once"}, Idempotency_Key="k1")
        again = self.post({"data": "once"}, Idempotency_Key="k1")
        self.assertEqual(first.json(), again.json())
        self.assertEqual(len(self.poll("?cursor=x")["items"]), 1)

    def test_all_or_nothing(self) -> None:
        """One invalid event refuses all events of the body."""
        answer = self.post([{"data": "good"}, {"data": "x" * 3000}])
        self.assertEqual(answer.status, 413)
        self.assertIn("[1].data is longer than 2048 bytes", answer.json()["message"])
        self.assertEqual(self.poll("?cursor=x")["items"], [])

    def test_a_body_that_is_too_large(self) -> None:
        """
        A body that is too large is refused during the upload, and the client receives
        the response.
        """
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.send(
            f"POST {self.path}/news HTTP/1.1\r\nHost: localhost\r\n"
            "Accept: application/json\r\nContent-Type: text/plain\r\n"
            "Content-Length: 10000000\r\n\r\n".encode()
            + b"x" * 1_000_000
        )
        self.assertIn(b"413", client.until(b"\r\n\r\n"))

    def test_bad_parameters(self) -> None:
        """Invalid parameters are named."""
        for query, name in (("?limit=0", "limit"), ("?waitMs=x", "waitMs")):
            accept = {"Accept": "application/json"}
            answer = self.daemon.get(f"{self.path}/news{query}", accept)
            self.assertEqual(answer.status, 400)
            self.assertIn(name, answer.json()["message"])

    def test_a_mock(self) -> None:
        """A mock makes its events, and ends after the configured number."""
        path = self.path + "-mock"
        definition = topics_api(path, {})
        definition["listeners"][0]["entrypoints"] = [
            {
                "type": "sse",
                "configuration": {"metadataAsComment": True, "headersAsComment": True},
            }
        ]
        group = definition["endpointGroups"][0]
        group["type"] = group["endpoints"][0]["type"] = "mock"
        group["endpoints"][0]["configuration"] = {
            "messageInterval": 20,
            "messageContent": "number {counter}",
            "messageCount": 3,
            "headers": [{"name": "X-A", "value": "b"}],
            "metadata": [{"name": "region", "value": "eu"}],
        }
        self.daemon.publish(definition)
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(path, "Accept: text/event-stream", "Connection: close")
        received, _ = client.rest()
        for number in range(3):
            self.assertIn(b"data: number %d\n" % number, received)
        self.assertIn(b"data: number 2\n:region: eu\n:X-A: b\n\n", received)
        line = self.daemon.access_line(path=path, kind="close")
        self.assertEqual((line["outcome"], line["events"]), ("source_ended", 3))

    def test_publishing_needs_a_topic(self) -> None:
        """An API with a source of its own takes no publications."""
        definition = topics_api(self.path + "-no", {})
        group = definition["endpointGroups"][0]
        group["type"] = group["endpoints"][0]["type"] = "sse"
        target = {"target": "http://127.0.0.1:1/"}
        group["endpoints"][0]["configuration"] = target
        answer = self.daemon.manage("POST", "/apis", definition)
        self.assertEqual(answer.status, 400)
        (detail,) = answer.json()["details"]
        self.assertEqual(detail["location"], "listeners[0].entrypoints[1].type")


class DurableTests(WireCase):
    """Topics whose history is in the store."""

    def setUp(self) -> None:
        """Start a daemon of its own."""
        self.root = self.new_directory()

    def start(self, name: str = "one") -> Daemon:
        """Start a daemon on the shared store."""
        toml = f'[store]\nurl = "sqlite:///{self.root}/shared.db"\n'
        return self.start_daemon(self.root / name, toml)

    def publish(self, daemon: Daemon, channel: dict[str, Any]) -> str:
        """Publish an API of topics."""
        return daemon.publish(topics_api("/t", channel))

    def post(self, daemon: Daemon, data: str, key: str = "") -> Answer:
        """Publish one event."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", daemon.port, timeout=BOUND_S
        )
        headers = {"Content-Type": "text/plain", "Accept": "*/*"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            connection.request("POST", "/t/news", data.encode(), headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def read(self, daemon: Daemon, cursor: str) -> Answer:
        """Poll."""
        accept = {"Accept": "application/json"}
        return daemon.get(f"/t/news?cursor={cursor}", accept)

    def test_a_crash_loses_nothing_answered(self) -> None:
        """Killed while publishing, again and again: ids go on, keys are known."""
        daemon = self.start()
        self.publish(daemon, {"history": {"durable": True, "maxAgeMs": 600000}})
        answered: list[str] = []
        first_id = ""
        for crash in range(3):
            stop = threading.Timer(0.7, daemon.kill)
            stop.start()
            number = 0
            try:
                while True:
                    data = f"{crash}-{number}"
                    answer = self.post(daemon, data, key=data)
                    self.assertEqual(answer.status, 202, answer.body)
                    self.assertTrue(answer.json()["durable"])
                    first_id = first_id or answer.json()["ids"][0]
                    answered.append(data)
                    number += 1
            except (OSError, http.client.HTTPException):
                stop.join()
            daemon.start()
            until(lambda: self.read(daemon, "x").status == 200, "the topics are back")
        items = self.read(daemon, first_id).json()
        self.assertNotIn("gaps", items)
        kept = [answered[0], *(one["data"] for one in items["items"])]
        self.assertEqual([one for one in answered if one not in kept], [])
        self.assertEqual(len(kept), len(set(kept)))
        # The crash may have come after one more was kept, and before its answer.
        (last,) = [one for one in items["items"] if one["data"] == answered[-1]]
        again = self.post(daemon, answered[-1], key=answered[-1])
        self.assertEqual(again.json()["ids"], [last["id"]])
        other = self.post(daemon, "another event", key=answered[-1])
        self.assertEqual(other.status, 422)
        print(f"3 crashes, {len(answered)} publications answered, all kept")

    def test_one_process_owns_the_topics(self) -> None:
        """The other refuses, and takes over when the owner stops."""
        one = self.start("one")
        self.publish(one, {})
        self.assertEqual(self.post(one, "here").status, 202)
        two = self.start("two")
        refused = self.post(two, "there")
        self.assertEqual(refused.status, 503)
        self.assertEqual(refused.json()["key"], "CHANNEL_OWNED_ELSEWHERE")
        self.assertEqual(refused.headers["Retry-After"], "2")
        one.stop()
        until(lambda: self.post(two, "now").status == 202, "the other took over")
        one.start()
        self.assertEqual(self.post(one, "late").status, 503)

    def test_an_owner_that_dies_is_followed(self) -> None:
        """When its lease has run out, and not before."""
        one = self.start("one")
        self.publish(one, {"history": {"durable": True}})
        self.post(one, "kept")
        two = self.start("two")
        one.kill()
        begun = time.monotonic()
        until(lambda: self.post(two, "after").status == 202, "the other took over")
        print(f"taken over after {time.monotonic() - begun:.1f} s")
        items = self.read(two, "x").json()["items"]
        self.assertEqual(items[0]["data"], "kept")
