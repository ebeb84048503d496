"""The history of the demo source."""

from twisted.trial.unittest import SynchronousTestCase

from relay.demo.history import History
from relay.demo.message import DemoMessage, Draft


def message(serial: int, channel: str, at_ms: int, size: int = 1) -> DemoMessage:
    """A message of *size* characters of data."""
    return DemoMessage.publish(
        Draft.of(None, "x" * size),
        run="00000000",
        serial=serial,
        message_id=f"m:{serial}:0",
        channel=channel,
        timestamp_ms=at_ms,
    )


def serials(messages: list[DemoMessage]) -> list[int]:
    """The serials of messages."""
    return [kept.serial for kept in messages]


class HistoryTests(SynchronousTestCase):
    """Bounds, and reading from a position."""

    def setUp(self) -> None:
        self.history = History(age_ms=1000, max_messages=4, max_bytes=10_000)

    def test_after_reads_several_channels_in_order(self) -> None:
        """The messages that follow a position come as they were published."""
        for serial, channel in enumerate(["a", "b", "c", "a"], start=1):
            self.history.add(message(serial, channel, 0))
        self.assertEqual(serials(self.history.after(["a", "b"], 1)), [2, 4])

    def test_latest_counts_each_channel(self) -> None:
        """Rewinding takes so many messages of every channel."""
        for serial, channel in enumerate(["a", "a", "b", "a"], start=1):
            self.history.add(message(serial, channel, 0))
        self.assertEqual(serials(self.history.latest(["a", "b"], 2)), [2, 3, 4])
        self.assertEqual(self.history.latest(["a"], 0), [])

    def test_age_bounds(self) -> None:
        """A message is forgotten when it reaches the age, and not before."""
        self.history.add(message(1, "a", 0))
        self.history.add(message(2, "a", 1))
        self.history.expire(999)
        self.assertEqual(len(self.history), 2)
        self.history.expire(1000)
        self.assertEqual(serials(self.history.after(["a"], 0)), [2])

    def test_count_bounds_over_all_channels(self) -> None:
        """The oldest message goes, whatever its channel."""
        for serial in range(1, 7):
            self.history.add(message(serial, f"channel {serial}", 0))
        self.assertEqual(len(self.history), 4)
        channels = [f"channel {serial}" for serial in range(1, 7)]
        self.assertEqual(serials(self.history.after(channels, 0)), [3, 4, 5, 6])

    def test_bytes_bound(self) -> None:
        """Few large messages are bounded too."""
        for serial in range(1, 4):
            self.history.add(message(serial, "a", 0, size=6000))
        self.assertEqual(serials(self.history.after(["a"], 0)), [3])
