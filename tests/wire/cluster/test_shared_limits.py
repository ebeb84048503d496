"""Two daemons on one Redis server count together."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from tests.servers.redis import HOST, MISSING, RedisServer
from tests.wire.harness.case import WireCase
from tests.wire.harness.crowd import Ask, opened
from tests.wire.harness.daemon import BOUND_S, Answer, Daemon, until
from tests.wire.messages.test_topics import topics_api

PATH = "/shared-limits"
CALLS = 60
LIMIT = 25
PLACES = 7
CLIENTS = 20


def flow(topic: str, policy: str, **configuration: Any) -> dict[str, Any]:
    """Write a flow of one step."""
    return {
        "selectors": [{"type": "CHANNEL", "channel": topic}],
        "request": [{"policy": policy, "configuration": configuration}],
    }


class SharedLimitTests(WireCase):
    """Limits are those of the cluster."""

    skip = MISSING

    def setUp(self) -> None:
        """Start a server and two daemons, and publish an API with limits."""
        self.redis = RedisServer(self.new_directory())
        self.addCleanup(self.redis.kill)
        self.redis.start()
        self.store = f"sqlite:///{self.new_directory()}/relay.db"
        self.daemons = [self.member(), self.member()]
        definition = topics_api(PATH, {"lingerMs": 0})
        definition["flows"] = [
            flow(
                "/calls",
                "rate-limit",
                addHeaders=True,
                rate={"limit": LIMIT, "periodTime": 600},
            ),
            flow(
                "/blocked",
                "rate-limit",
                errorStrategy="BLOCK_ON_INTERNAL_ERROR",
                rate={"limit": LIMIT, "periodTime": 600},
            ),
            flow(
                "/streams",
                "stream-limit",
                streams=[{"per": "API", "limit": PLACES}],
                onEngineLoss="refuse",
            ),
        ]
        self.daemons[0].publish(definition)
        for number in (0, 1):
            until(partial(self.serves, number), "it is served")

    def member(self) -> Daemon:
        """Start a daemon of the cluster."""
        url = self.redis.url
        return self.start_daemon(
            toml=f'[cluster]\nurl = "{url}"\n[store]\nurl = "{self.store}"\n'
        )

    def serves(self, number: int) -> bool:
        """Whether a daemon serves the API."""
        return self.call(number, "/known").status == 202

    def call(self, number: int, topic: str) -> Answer:
        """Publish an event at a daemon."""
        connection = http.client.HTTPConnection(
            HOST, self.daemons[number].port, timeout=BOUND_S
        )
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            connection.request("POST", PATH + topic, '{"data": "1"}', headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def open(self, number: int) -> Counter[int]:
        """Ask a daemon for streams, and count the statuses."""
        ask = Ask(f"{PATH}/streams", {"Accept": "text/event-stream"})
        let_in, refused = opened(self.daemons[number].port, lambda _: ask, CLIENTS)
        for one in let_in:
            self.addCleanup(one.client.close)
        return Counter(one.status for one in (*let_in, *refused))

    def test_calls(self) -> None:
        """The calls of a window are counted once each, at whichever daemon; without
        the server, ``errorStrategy`` decides."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(lambda n: self.call(n % 2, "/calls"), range(CALLS)))
        self.assertEqual(
            Counter(one.status for one in answers), {202: LIMIT, 429: CALLS - LIMIT}
        )
        left = [
            int(one.headers["X-Rate-Limit-Remaining"])
            for one in answers
            if one.status == 202
        ]
        self.assertEqual(sorted(left), list(range(LIMIT)))
        kept = self.redis.ask("KEYS", "*")
        self.assertNotIn(HOST, kept)
        self.redis.kill()
        until(lambda: self.call(0, "/blocked").status == 429, "the loss is known")
        refused = self.call(1, "/blocked")
        self.assertEqual(refused.headers["Retry-After"], "1")
        key = json.loads(refused.body)["key"]
        self.assertEqual(key, "RATE_LIMIT_BLOCK_ON_INTERNAL_ERROR")

    def test_streams(self) -> None:
        """The places of a daemon that dies are free; those of the others are not, when
        the server was started again, empty."""
        first = self.open(0)
        self.assertEqual(first, {200: PLACES, 429: CLIENTS - PLACES})
        self.assertEqual(self.open(1), {429: CLIENTS})
        self.daemons[0].kill()
        found: Counter[int] = Counter()

        def all_taken() -> bool:
            found.update(self.open(1))
            return found[200] == PLACES

        until(all_taken, "the places are free")
        self.redis.kill()
        self.assertEqual(self.open(1), {503: CLIENTS})
        self.redis.start()
        until(lambda: self.open(1) == {429: CLIENTS}, "the server counts again")
