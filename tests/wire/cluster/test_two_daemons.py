"""Two daemons on one store and one Redis server."""

from __future__ import annotations

import http.client
import json

from tests.servers.redis import HOST, MISSING, RedisServer
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Answer, Daemon, until
from tests.wire.messages.test_topics import topics_api

PATH = "/shared-topics"
PASSWORD = "pass-word-42"


class TwoDaemonsTests(WireCase):
    """What is published at one is read at the other, under the same ids."""

    skip = MISSING

    def setUp(self) -> None:
        """Start a server and two daemons, and publish an API."""
        self.redis = RedisServer(
            self.new_directory(), "--requirepass", PASSWORD, password=PASSWORD
        )
        self.addCleanup(self.redis.kill)
        self.redis.start()
        self.store = f"sqlite:///{self.new_directory()}/relay.db"
        self.daemons = [self.member(), self.member()]
        self.daemons[0].publish(topics_api(PATH, {"lingerMs": 0}))
        until(lambda: self.publish(1, "first").status == 202, "both serve the API")

    def member(self) -> Daemon:
        """Start a daemon of the cluster."""
        directory = self.new_directory()
        secret = directory / "redis-password"
        secret.write_text(f"{PASSWORD}\n")
        toml = f'[cluster]\nurl = "{self.redis.url}"\npassword_file = "{secret}"\n'
        return self.start_daemon(directory, f'{toml}[store]\nurl = "{self.store}"\n')

    def call(self, port: int, method: str, path: str, body: object = None) -> Answer:
        """Call a daemon."""
        connection = http.client.HTTPConnection(HOST, port, timeout=BOUND_S)
        headers = {"Content-Type": "application/json", "Accept": "*/*"}
        content = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, content, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def publish(self, number: int, data: str) -> Answer:
        """Publish an event at a daemon."""
        port = self.daemons[number].port
        return self.call(port, "POST", f"{PATH}/news", {"data": data})

    def read(self, number: int, last_id: str) -> RawClient:
        """Go on reading at a daemon."""
        client = RawClient(self.daemons[number].port)
        self.addCleanup(client.close)
        last = f"Last-Event-ID: {last_id}"
        client.get(f"{PATH}/news", "Accept: text/event-stream", last)
        client.until(b"\r\n\r\n")
        return client

    def answers(self, number: int) -> bool:
        """Whether a daemon reports that the engine answers."""
        port = self.daemons[number].technical_port
        health = self.call(port, "GET", "/_node/health?probes=engine")
        healthy: bool = health.json()["engine"]["healthy"]
        return healthy

    def test_one_topic(self) -> None:
        """Clients go on at either daemon; an outage of the server is told."""
        first = self.publish(0, "one").json()["ids"][0]
        streams = [self.read(number, first) for number in (0, 1)]
        ids = [
            self.publish(number, f"event {number}").json()["ids"] for number in (0, 1)
        ]
        for stream in streams:
            told = stream.until(b"data: event 1\n\n").decode()
            self.assertLess(told.index("event 0"), told.index("event 1"))
            for [one] in ids:
                self.assertIn(f"id: {one}\n", told)
        late = self.read(1, ids[0][0])
        self.assertNotIn(b"event 0", late.until(b"data: event 1\n\n"))

        self.assertTrue(self.answers(0))
        self.redis.kill()
        until(lambda: not self.answers(0) and not self.answers(1), "the loss is told")
        refused = self.publish(1, "refused")
        self.assertEqual(refused.status, 503)
        self.assertIn("Retry-After", refused.headers)
        self.redis.start()
        until(lambda: self.answers(0) and self.answers(1), "the server is back")
        until(lambda: self.publish(1, "again").status == 202, "events are taken again")
        for stream in streams:
            told = stream.until(b"data: again\n\n").decode()
            self.assertNotIn("refused", told)
        for daemon in self.daemons:
            self.assertNotIn(PASSWORD, daemon.log())
            daemon.stop()
            self.assertIn("Relay has stopped", daemon.log())
