"""Limits are exact, however many clients call at once, and nothing leaks."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from typing import Any

from tests.wire.gateway.limited import (
    ATTEMPTS,
    EXCHANGES,
    LimitCase,
    limited,
    step,
)
from tests.wire.harness.crowd import CLIENTS, Ask, Opened, called
from tests.wire.harness.daemon import Answer, SharedDaemon, until
from tests.wire.harness.scripted import Connection

CALLS = 8
"""Of each client."""
SHARED = SharedDaemon(limited)


class CallTests(LimitCase):
    """Policies that count calls."""

    shared = SHARED

    def check_refused(self, refused: list[Answer], key: str, name: str) -> None:
        """Assert the responses to calls above the limit."""
        for one in refused:
            self.assertEqual((one.status, one.json()["key"]), (429, key))
            self.assertEqual(one.headers[f"{name}-Remaining"], "0")
            left_s = int(one.headers[f"{name}-Reset"]) / 1000 - time.time()
            # It was read a moment after it was written.
            told_s = int(one.headers["Retry-After"])
            self.assertGreaterEqual(told_s, math.ceil(left_s))
            self.assertLess(told_s, left_s + 10)

    def test_rate_limit(self) -> None:
        """
        Each consumer has exactly its number of calls, and receives the rest in headers.
        """
        limit = 137
        rate = {"limit": limit, "periodTime": 10, "periodTimeUnit": "MINUTES"}
        self.publish(step("rate-limit", addHeaders=True, rate=rate))
        answers = called(
            self.daemon.port, CALLS, lambda n: self.ask(self.consumers[n % 2])
        )
        good = [one for one in answers if one.status == 200]
        self.assertEqual(len(good), 2 * limit)
        self.assertEqual(self.asked, 2 * limit)
        left = Counter(int(one.headers["X-Rate-Limit-Remaining"]) for one in good)
        self.assertEqual(left, dict.fromkeys(range(limit), 2))
        refused = [one for one in answers if one.status != 200]
        self.check_refused(refused, "RATE_LIMIT_TOO_MANY_REQUESTS", "X-Rate-Limit")
        lines = self.ended(len(refused), outcome="limit_reached")
        self.assertEqual(len(lines), len(refused))
        by_consumer = Counter(line["subscriptionId"] for line in lines)
        self.assertEqual(set(by_consumer.values()), {CLIENTS * CALLS // 2 - limit})

    def test_quota(self) -> None:
        """A deployment does not reset the count."""
        limit = 200
        quota = {"limit": limit, "periodTimeUnit": "HOURS"}
        self.publish(step("quota", quota=quota))
        over = threading.Event()
        deployments = []

        def deploy() -> None:
            while not over.is_set():
                self.daemon.must("POST", f"{self.api.at}/deployments", {})
                deployments.append(1)

        deploying = threading.Thread(target=deploy)
        deploying.start()
        try:
            answers = called(self.daemon.port, CALLS, lambda _: self.ask())
        finally:
            over.set()
            deploying.join()
        self.assertTrue(deployments)
        good = [one for one in answers if one.status == 200]
        self.assertEqual(len(good), limit)
        left = sorted(int(one.headers["X-Quota-Remaining"]) for one in good)
        self.assertEqual(left, list(range(limit)))
        refused = [one for one in answers if one.status != 200]
        self.check_refused(refused, "QUOTA_TOO_MANY_REQUESTS", "X-Quota")

    def test_spike_arrest(self) -> None:
        """Each slice permits its number of calls, and refuses the others."""
        spike = {"limit": 2400, "periodTimeUnit": "MINUTES"}
        self.publish(step("spike-arrest", addHeaders=True, spike=spike))
        answers = called(self.daemon.port, CALLS, lambda _: self.ask())
        slices: list[list[Answer]] = []
        last = -1000
        ends = "X-Spike-Arrest-Reset"
        for one in sorted(answers, key=lambda one: int(one.headers[ends])):
            # Two clocks tell it, which are rounded apart.
            if int(one.headers[ends]) > last + 10:
                slices.append([])
            last = int(one.headers[ends])
            slices[-1].append(one)
        self.assertGreater(len(slices), 1)
        for found in slices:
            self.assertEqual(found[0].headers["X-Spike-Arrest-Limit"], "4")
            admitted = sum(one.status == 200 for one in found)
            self.assertEqual(admitted, min(4, len(found)))

    def test_two_limits(self) -> None:
        """A wide limit and a narrow one for some paths: each counts for itself."""

        def limited(limit: int) -> dict[str, Any]:
            return step("rate-limit", rate={"limit": limit, "periodTime": 600})

        self.publish(
            limited(100),
            more=[
                {
                    "selectors": [{"type": "HTTP", "path": "/limited/narrow"}],
                    "request": [limited(30)],
                }
            ],
        )
        narrow = called(self.daemon.port, 1, lambda _: self.ask(path="/limited/narrow"))
        self.assertEqual(Counter(one.status for one in narrow), {200: 30, 429: 20})
        wide = called(self.daemon.port, 2, lambda _: self.ask())
        self.assertEqual(Counter(one.status for one in wide), {200: 50, 429: 50})

    def test_attempts(self) -> None:
        """All requests of an address count, whatever comes of them."""
        self.publish()
        address = f"{self.network}.7"
        good = self.ask(address=address)
        headers = {"X-Forwarded-For": address, "Accept": "application/json"}
        wrong, nowhere = Ask(self.path, headers), Ask("/nowhere/at/all", headers)
        answers = called(self.daemon.port, 10, lambda n: (good, wrong, nowhere)[n % 3])
        found = Counter(one.status for one in answers)
        self.assertEqual(found.total() - found[429], ATTEMPTS, found)
        for one in answers:
            if one.status == 429:
                self.assertEqual(one.json()["key"], "ADDRESS_TOO_MANY_ATTEMPTS")
                self.assertLessEqual(int(one.headers["Retry-After"]), 3600)
                self.assertGreater(int(one.headers["Retry-After"]), 3400)
        other = self.ask(address=f"{self.network}.8")
        self.assertEqual(self.daemon.get(other.path, other.headers).status, 200)


class StreamTests(LimitCase):
    """Streams that are open at once."""

    shared = SHARED

    def limited(self, per: str, message: bool) -> None:
        """Check the limits of one kind."""
        limit = 7
        streams = [{"per": per, "limit": limit}]
        self.publish(step("stream-limit", streams=streams), message=message)
        let_in, refused = self.open()
        by = {"SUBSCRIPTION": 2, "ADDRESS": 2}.get(per, 1)
        self.assertEqual(len(let_in), by * limit)
        self.assertEqual(len(refused), CLIENTS - by * limit)
        for one in refused:
            self.assertEqual(one.status, 429)
            self.assertIn("Retry-After: 5\r\n", one.head)
        if per == "SUBSCRIPTION":
            found = Counter(one.number % 2 for one in let_in)
        elif per == "ADDRESS":
            found = Counter(one.number // 2 % 2 for one in let_in)
        else:
            return
        self.assertEqual(found, {0: limit, 1: limit})

    def test_per_subscription(self) -> None:
        """Each consumer has its places, on a PROXY API."""
        self.limited("SUBSCRIPTION", message=False)

    def test_per_subscription_of_a_channel(self) -> None:
        """Each consumer has its places, on a MESSAGE API."""
        self.limited("SUBSCRIPTION", message=True)

    def test_per_plan(self) -> None:
        """All consumers of a plan share its places."""
        self.limited("PLAN", message=False)

    def test_per_api(self) -> None:
        """All of an API share its places."""
        self.limited("API", message=True)

    def test_per_address(self) -> None:
        """Each address has its places, behind a proxy, too."""
        self.limited("ADDRESS", message=False)

    def test_per_address_of_the_daemon(self) -> None:
        """The daemon's own limit holds for all APIs together."""
        self.publish(message=True)
        both = 2 * EXCHANGES
        let_in, refused = self.open(clients=both + 24)
        self.assertEqual(len(let_in), both)
        self.assertEqual({one.status for one in refused}, {429})
        by = Counter(one.number // 2 % 2 for one in let_in)
        self.assertEqual(by, {0: EXCHANGES, 1: EXCHANGES})

    def test_places_come_back(self) -> None:
        """Every end of a stream frees its place."""
        limit = 100
        streams = [{"per": per, "limit": limit} for per in ("API", "PLAN")]
        short = step("stream-limit", maxDurationMs=600)
        self.publish(
            step("stream-limit", streams=streams),
            more=[
                {
                    "selectors": [{"type": "HTTP", "path": "/limited/stream-short"}],
                    "request": [short],
                }
            ],
        )
        ways = [
            self._clients_close,
            self._clients_reset,
            self._sources_end,
            self._sources_reset,
            self._nobody_does,
        ]
        closed = 2  # Those that found out whether the keys are known.
        for turn in range(10):
            way = ways[turn % len(ways)]
            way_is_time = way == self._nobody_does
            let_in, refused = self.open(
                clients=limit,
                suffix="-short" if way_is_time else "",
                address=turn,
            )
            # On a busy machine the time may be up before there is a head.
            late = 504 if way_is_time else 200
            wrong = [one.head for one in refused if one.status != late]
            self.assertEqual(wrong, [], way.__name__)
            way(let_in)
            closed += limit
            self.ended(closed)
            for one in let_in:
                one.client.close()
            self.streams.clear()
        let_in, refused = self.open(clients=limit + 5)
        self.assertEqual((len(let_in), len(refused)), (limit, 5))
        self.consumers[0].act("_pause")
        self.consumers[1].act_on_key("_revoke")
        self.ended(limit, outcome="revoked")
        self.consumers[0].act("_resume")
        self.consumers[1] = self.consumers[0]
        until(lambda: len(self.open(clients=1)[0]) == 1, "the key is known")
        let_in, _ = self.open(clients=limit + 5)
        self.assertEqual(len(let_in), limit - 1)
        self.daemon.must("POST", f"{self.api.at}/_stop")
        self.ended(limit, outcome="stopped")
        self.daemon.must("POST", f"{self.api.at}/_start")
        until(lambda: len(self.open(clients=1)[0]) == 1, "it is served")
        let_in, _ = self.open(clients=limit + 5)
        self.assertEqual(len(let_in), limit - 1)

    def _clients_close(self, streams: list[Opened]) -> None:
        for one in streams:
            one.client.close()

    def _clients_reset(self, streams: list[Opened]) -> None:
        for one in streams:
            Connection(one.client.socket).reset()

    def _sources_end(self, streams: list[Opened]) -> None:
        for source in self.streams:
            source.send(b"0\r\n\r\n")

    def _sources_reset(self, streams: list[Opened]) -> None:
        for source in self.streams:
            source.reset()

    def _nobody_does(self, streams: list[Opened]) -> None:
        """Do nothing: the streams end by their maximum duration."""
