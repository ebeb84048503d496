"""The open channels of a real daemon, over all APIs."""

from __future__ import annotations

import http.client
import threading
from itertools import count
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_shared_upstream import message_api
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.following import call, listed

TOKEN = "a-token-for-scrapers"
SHARED = SharedDaemon(lambda _: f'[technical]\ntoken = "{TOKEN}"\n')


class ChannelsTests(WireCase):
    """Each test has an API of its own."""

    def setUp(self) -> None:
        """Begin without the API."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")

    def subscribe(self, path: str) -> RawClient:
        """Open a stream, and wait for its head."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(path, "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        return client

    def publish(self, path: str, text: str) -> None:
        """Publish an event to a topic."""
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port)
        try:
            connection.request("POST", path, text, {"Content-Type": "text/plain"})
            self.assertEqual(connection.getresponse().status, 202)
        finally:
            connection.close()

    def shown(self, api_id: str, **query: object) -> list[dict[str, Any]]:
        """List the channels of an API."""
        answer = call(self.daemon, "GET", "/channels", apiIds=api_id, **query)
        self.assertEqual(answer.status, 200, answer.body)
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    def one(self, of: dict[str, Any]) -> dict[str, Any]:
        """Return one channel with its readers."""
        path = f"/channels/{of['apiId']}/{of['channel']}"
        found: dict[str, Any] = call(self.daemon, "GET", path).json()
        return found

    def test_a_source_and_its_clocks(self) -> None:
        """While it is connected, and while it is called again."""
        over = threading.Event()

        def feed(connection: Connection) -> None:
            connection.head()
            connection.socket.sendall(EVENT_STREAM + chunk(b"id: 1\ndata: one\n\n"))
            over.wait(BOUND_S)

        with scripted(feed) as (port, _):
            self.addCleanup(over.set)
            definition = message_api(
                f"http://127.0.0.1:{port}/?key=secret",
                self.path,
                {"reconnect": {"initialMs": 60_000, "maxMs": 60_000}},
            )
            api_id = self.daemon.publish(definition)
            client = self.subscribe(self.path)
            client.until(b"one")
            (shown,) = self.shown(api_id, sources="UP")
            self.assertEqual(shown["readers"], {"total": 1, "lagging": 0})
            log = shown["log"]
            self.assertEqual((log["first"], log["last"], log["entries"]), (1, 1, 1))
            self.assertEqual(log["oldestMs"], log["newestMs"])
            self.assertEqual(shown["source"]["url"], f"http://127.0.0.1:{port}/")
            (connection,) = shown["source"]["connections"]
            self.assertEqual(connection["endpoint"], "upstream")
            self.assertGreater(connection["clocks"]["idleTimeout"], 0)
            over.set()
            (shown,) = until(lambda: self.shown(api_id, sources="DOWN"), "it is lost")
            (connection,) = shown["source"]["connections"]
            self.assertEqual(list(connection["clocks"]), ["reconnect"])
            self.assertLessEqual(connection["clocks"]["reconnect"], 60_000)
            self.assertEqual(connection["problem"], shown["source"]["problem"])
            marks = [one["mark"] for one in self.one(shown)["moments"]]
            self.assertEqual(marks, ["source_connected", "source_lost"])
            self.assertEqual(self.shown(api_id, sources="UP"), [])
            self.assertNotIn("secret", str(self.one(shown)))

    def test_readers_are_positions(self) -> None:
        """Each with its stream; one that takes nothing lags, and comes first."""
        api_id = self.daemon.publish(topics_api(self.path, {"lingerMs": 60_000}))
        fast, slow = (self.subscribe(f"{self.path}/t") for _ in range(2))
        published = count()

        def lagging() -> list[dict[str, Any]]:
            mark = f"end-{next(published)}."
            self.publish(f"{self.path}/t", "x" * 60_000 + mark)
            fast.until(mark.encode())
            return [
                one
                for one in map(self.one, self.shown(api_id, lagging="true"))
                if one["positions"][0]["lag"]["events"] > 1
            ]

        (found,) = until(lagging, "a reader lags")
        self.assertEqual((found["topic"], found["source"]["state"]), ("t", "NO_SOURCE"))
        first, second = found["positions"]
        self.assertTrue(first["lagging"])
        self.assertGreater(first["lag"]["events"], second["lag"]["events"])
        self.assertLess(first["place"], found["log"]["last"])
        self.assertEqual(
            {one["streamId"] for one in (first, second)},
            {one["id"] for one in listed(self.daemon, apiIds=api_id)},
        )
        self.assertEqual(sum(found["readers"]["states"].values()), 2)
        slow.close()
        fast.close()
        (shown,) = until(
            lambda: [one for one in self.shown(api_id) if one["clocks"]], "they left"
        )
        self.assertTrue(0 < shown["clocks"]["lingerMs"] <= 60_000)

    def test_who_sees_what(self) -> None:
        """Names of topics are for administrators; a channel that is not open is 404."""
        api_id = self.daemon.publish(topics_api(self.path, {}))
        self.subscribe(f"{self.path}/secret-topic")
        scraper = f"Bearer {TOKEN}"
        answer = call(self.daemon, "GET", "/channels", scraper, apiIds=api_id)
        self.assertNotIn(b"secret-topic", answer.body)
        (shown,) = answer.json()["data"]
        path = f"/channels/{api_id}/{shown['channel']}"
        self.assertNotIn("topic", call(self.daemon, "GET", path, scraper).json())
        self.assertEqual(self.shown(api_id)[0]["topic"], "secret-topic")
        for unknown in (
            f"/channels/{api_id}/none",
            f"/channels/none/{shown['channel']}",
        ):
            self.assertEqual(call(self.daemon, "GET", unknown).status, 404)
        self.assertEqual(
            call(self.daemon, "GET", "/channels", sources="up").status, 400
        )

    def test_pages(self) -> None:
        """Sorted, and cut."""
        api_id = self.daemon.publish(topics_api(self.path, {}))
        for topic, readers in (("a", 1), ("b", 2), ("c", 3)):
            for _ in range(readers):
                self.subscribe(f"{self.path}/{topic}")
        topics = [one["topic"] for one in self.shown(api_id)]
        self.assertEqual(topics, ["c", "b", "a"])
        second = self.shown(api_id, sortBy="readers", page=2, perPage=1)
        self.assertEqual([one["topic"] for one in second], ["b"])
