"""A wall clock that is set while daemons run: no duration notices."""

from __future__ import annotations

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.stepped import SteppedClock
from tests.wire.messages.test_topics import topics_api


class ClockStepTests(WireCase):
    """A daemon whose wall clock the test sets."""

    def setUp(self) -> None:
        """Start it, with one stream open."""
        root = self.new_directory()
        self.clock = SteppedClock(root / "clock")
        environment = self.clock.environment
        self.daemon = self.start_daemon(root / "one", environment=environment)
        api = topics_api("/t", {})
        sse = api["listeners"][0]["entrypoints"][0]["configuration"]
        sse["heartbeatIntervalInMs"] = 200
        self.daemon.publish(api)
        self.stream = RawClient(self.daemon.port)
        self.addCleanup(self.stream.close)
        self.stream.get("/t/news", "Accept: text/event-stream")
        self.stream.until(b"\r\n\r\n")

    def goes_on(self) -> None:
        """Heartbeats come, and nothing but heartbeats."""
        for _ in range(10):
            self.assertNotIn(b"event:", self.stream.until(b":\n"))

    def test_heartbeats_come_when_the_clock_was_set_back(self) -> None:
        """No timer waits until the clock has caught up."""
        self.goes_on()
        self.clock.set(-3600)
        self.goes_on()

    def test_streams_stay_when_the_clock_was_set_forward(self) -> None:
        """A step of the clock triggers neither a timeout nor the loss of a lease."""
        self.goes_on()
        self.clock.set(7200)
        self.goes_on()
