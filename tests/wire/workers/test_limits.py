"""Limits are exact over all workers of a daemon."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

from tests.wire.gateway.limited import (
    ATTEMPTS,
    EXCHANGES,
    LimitCase,
    limited,
    step,
)
from tests.wire.harness.crowd import CLIENTS, called
from tests.wire.harness.daemon import SharedDaemon, until
from tests.wire.plans.keyed import Subscription

LIMIT = 137
PLACES = 24
CALLS = 8
LOOKS = 12
"""How many connections find out whether all workers know something."""


def _settings(directory: Path) -> str:
    return f"[process]\nworkers = 2\n{limited(directory)}"


class WorkerLimitTests(LimitCase):
    """Two workers count together."""

    shared = SharedDaemon(_settings)

    def is_known(self, consumer: Subscription) -> bool:
        """Whether a consumer is let in by all workers."""
        return all(
            super(WorkerLimitTests, self).is_known(consumer) for _ in range(LOOKS)
        )

    def children(self, hub: bool) -> list[int]:
        """List the processes of the workers, or that of the hub."""
        pid = self.daemon.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [
            int(one)
            for one in listed
            if (b"local.process" in Path(f"/proc/{one}/cmdline").read_bytes()) == hub
        ]

    def test_calls(self) -> None:
        """Each consumer has exactly its number of calls, at whichever worker."""
        rate = {"limit": LIMIT, "periodTime": 10, "periodTimeUnit": "MINUTES"}
        self.publish(step("rate-limit", addHeaders=True, rate=rate))
        answers = called(
            self.daemon.port, CALLS, lambda n: self.ask(self.consumers[n % 2])
        )
        good = [one for one in answers if one.status == 200]
        left = Counter(int(one.headers["X-Rate-Limit-Remaining"]) for one in good)
        self.assertEqual(left, dict.fromkeys(range(LIMIT), 2))
        self.assertEqual({one.status for one in answers}, {200, 429})

    def test_limits_of_an_address(self) -> None:
        """An address has its number of requests, and of exchanges."""
        self.publish()
        let_in, refused = self.open(clients=2 * EXCHANGES + 24)
        by = Counter(one.number // 2 % 2 for one in let_in)
        self.assertEqual(by, {0: EXCHANGES, 1: EXCHANGES})
        self.assertEqual({one.status for one in refused}, {429})
        address = f"{self.network}.7"
        answers = called(
            self.daemon.port, 10, lambda n: self.ask(path="/known", address=address)
        )
        found = Counter(one.status for one in answers)
        self.assertEqual(found[429], CLIENTS * 10 - ATTEMPTS)

    def test_streams(self) -> None:
        """The places of streams are those of all workers, also when the hub was
        started again; those of a worker that dies are free."""
        streams = [{"per": "API", "limit": PLACES}]
        self.publish(step("stream-limit", streams=streams, onEngineLoss="refuse"))
        let_in, refused = self.open()
        self.assertEqual((len(let_in), len(refused)), (PLACES, CLIENTS - PLACES))
        [hub] = self.children(hub=True)
        os.kill(hub, signal.SIGKILL)
        until(self.all_are_full, "the hub counts again")
        self.assertNotIn(hub, self.children(hub=True))
        os.kill(self.children(hub=False)[0], signal.SIGKILL)
        until(lambda: self.open(clients=LOOKS)[0], "a place is free")

    def all_are_full(self) -> bool:
        """Whether all workers refuse streams since all places are taken; none is let
        in meanwhile."""
        let_in, refused = self.open(clients=LOOKS)
        self.assertEqual(let_in, [])
        return {one.status for one in refused} == {429}
