"""Two daemons on one store and one Redis server deliver webhooks."""

from __future__ import annotations

import time

from relay.channel.ownership import RENEW_S
from relay.cluster.link import SESSION_MS
from tests.servers.redis import MISSING, RedisServer
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Daemon, until
from tests.wire.webhook.hooked import ALLOWED, Hooked
from tests.wire.webhook.receiver import Receiver

EVENTS = 20
TOOK_OVER_S = SESSION_MS / 1000 + RENEW_S + 1
"""How long after the death of a daemon another one delivers, at the most."""


class ClusterWebhookTests(WireCase):
    """Any daemon delivers, one at a time for each subscription."""

    skip = MISSING

    def setUp(self) -> None:
        """Start a server and two daemons, and publish an API."""
        self.redis = RedisServer(self.new_directory())
        self.addCleanup(self.redis.kill)
        self.redis.start()
        self.store = f"sqlite:///{self.new_directory()}/relay.db"
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.daemons = [self.member(), self.member()]
        self.api = Hooked(self.daemons[0], "/hooked")
        served = f"{self.api.id}: serving"
        until(lambda: served in self.daemons[1].log(), "both serve it")

    def member(self) -> Daemon:
        """Start a daemon of the cluster."""
        toml = (
            f'{ALLOWED}[cluster]\nurl = "{self.redis.url}"\n'
            f'[store]\nurl = "{self.store}"\n'
        )
        return self.start_daemon(self.new_directory(), toml)

    def delivers(self, daemon: Daemon) -> bool:
        """Whether a daemon delivers the subscription."""
        self.api.daemon = daemon
        return bool(self.api.delivery(self.subscription)["here"])

    def test_one_at_a_time(self) -> None:
        """When a daemon is killed, the other goes on where it was."""
        self.subscription = self.api.subscribe(self.receiver.url)
        texts = [str(number) for number in range(EVENTS)]
        for number, text in enumerate(texts):
            self.api.publish(text, daemon=self.daemons[number % 2])
        until(lambda: len(self.receiver.calls) >= EVENTS, "all have come")
        self.assertEqual(self.receiver.texts, texts)
        one, other = sorted(self.daemons, key=self.delivers, reverse=True)
        self.assertTrue(self.delivers(one))
        self.assertFalse(self.delivers(other))
        begun_s = time.monotonic()
        one.kill()
        self.api.publish("last", daemon=other)
        until(lambda: self.delivers(other), "it took over")
        took_s = time.monotonic() - begun_s
        print(f"taken over {took_s:.1f} s after it was killed")
        self.assertLess(took_s, TOOK_OVER_S)
        until(lambda: "last" in self.receiver.texts, "the last event has come")
        # A position is stored within half a second: what came after it is repeated.
        again = self.receiver.texts[EVENTS:]
        self.assertEqual(again, [*texts, "last"][-len(again) :])
        for daemon in self.daemons:
            self.assertNotIn("other daemons share the store", daemon.log())
