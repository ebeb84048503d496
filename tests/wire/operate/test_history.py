"""The last hour of a real daemon."""

from __future__ import annotations

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.following import Following, call

SHARED = SharedDaemon(lambda _: "[metrics]\nenabled = false\n")


class HistoryTests(WireCase):
    """What a daemon keeps of itself, with the metrics switched off."""

    def test_a_sample(self) -> None:
        """A stream that opens is in the next sample, which arrives by itself."""
        daemon = SHARED.get()
        api_id = daemon.publish(topics_api("/sampled", {"lingerMs": 0}))
        following = Following(daemon, "/history")
        self.addCleanup(following.close)
        of_api = Following(daemon, "/history", apis=api_id, series="streams")
        self.addCleanup(of_api.close)
        _, history = following.next("history")
        self.assertEqual(history["intervalMs"], 10_000)
        client = RawClient(daemon.port)
        self.addCleanup(client.close)
        client.get("/sampled/t", "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        _, sample = following.next("sample")
        self.assertEqual(
            [sample["series"][name] for name in ("streams", "opened", "ended")],
            [1, 1, 0],
        )
        self.assertGreater(sample["series"]["memoryBytes"], 10_000_000)
        _, sample = of_api.next("sample")
        self.assertEqual(sample["apis"], {api_id: {"streams": 1}})
        shown = call(daemon, "GET", "/history", series="streams").json()
        self.assertEqual(shown["series"]["streams"][-1], 1)
        self.assertEqual(shown["timestamps"][-1], sample["timestamp"])
        self.assertEqual(call(daemon, "GET", "/metrics/prometheus").status, 404)
