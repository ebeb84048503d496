"""The frames that an HTTP/2 connection sends, at the pace of its client."""

from __future__ import annotations

from h2.errors import ErrorCodes
from h2.events import DataReceived
from h2.settings import SettingCodes

from relay.model.outcome import Outcome
from tests.http.http2.client import Http2Case


class PaceTests(Http2Case):
    """The client's pace, its windows' and its connection's."""

    def test_data_without_window_waits(self) -> None:
        """A client that opens no window costs no turn of the reactor."""
        stream_id, feed = self.stream()
        feed.write(b"x" * 70_000)
        self.turn()
        self.assertEqual(len(self.body(stream_id)), 65_535)
        self.assertTrue(feed.paused)
        due = [one for one in self.reactor.getDelayedCalls() if one.getTime() <= 0]
        self.assertEqual(due, [])

    def test_data_goes_on_with_the_window(self) -> None:
        """Data that waits is sent after a WINDOW_UPDATE, up to the window."""
        stream_id, feed = self.stream()
        feed.write(b"x" * 70_000)
        self.turn()
        self.client.increment_flow_control_window(10_000, stream_id)
        self.client.increment_flow_control_window(10_000)
        self.turn()
        self.assertEqual(len(self.body(stream_id)), 70_000)
        self.assertFalse(feed.paused)

    def test_a_window_that_a_setting_opens(self) -> None:
        """A larger SETTINGS_INITIAL_WINDOW_SIZE opens the windows of all streams."""
        self.client.increment_flow_control_window(1_000_000)
        self.client.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 10})
        stream_id, feed = self.stream()
        feed.write(b"x" * 100)
        self.turn()
        self.assertEqual(len(self.body(stream_id)), 10)
        self.client.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 200})
        self.turn()
        self.assertEqual(len(self.body(stream_id)), 100)

    def test_a_full_connection_pauses_the_sources(self) -> None:
        """A full connection pauses the sources, for every size of the windows."""
        self.client.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 2**31 - 1})
        self.client.increment_flow_control_window(2**31 - 1 - 65_535)
        streams = [self.stream() for _ in range(3)]
        self.link.room = 100_000
        for _ in range(20):
            for _, feed in streams:
                if not feed.paused:
                    feed.write(b"x" * 50_000)
            self.reactor.advance_ms(0)
        self.assertEqual([feed.paused for _, feed in streams], [True, True, True])
        written = sum(map(len, self.link.written))
        self.assertLess(written, 100_000 + 2 * 65_536)
        self.link.drain()
        self.turn()
        self.assertEqual([feed.paused for _, feed in streams], [False] * 3)
        sizes = [len(self.body(stream_id)) for stream_id, _ in streams]
        self.assertEqual(
            sizes, [feed.exchange.stream.ledger.bytes for _, feed in streams]
        )

    def test_streams_take_turns(self) -> None:
        """A large response does not hold up the others."""
        self.client.increment_flow_control_window(1_000_000)
        large, feed = self.stream()
        small, other = self.stream()
        feed.write(b"x" * 60_000)
        other.write(b"data: 1\n\n")
        self.turn()
        order = [one.stream_id for one in self.events if isinstance(one, DataReceived)]
        self.assertEqual(order[:3], [large, small, large])

    def test_one_write_for_what_one_turn_brings(self) -> None:
        """Many events of many streams leave together, each stream's in one frame."""
        streams = [self.stream() for _ in range(20)]
        for number in range(5):
            for _, feed in streams:
                feed.write(b"data: %d\n\n" % number)
        self.reactor.advance_ms(0)
        self.assertEqual(len(self.link.written), 1)
        self.receive()
        for stream_id, _ in streams:
            self.assertEqual(len(self.of(stream_id, DataReceived)), 1)
            self.assertEqual(self.body(stream_id).count(b"\n\n"), 5)

    def test_a_stalled_stream_is_cut_alone(self) -> None:
        """Output waits and the window stays shut: the stall clock ends that stream."""
        stalled, feed = self.stream()
        quiet, other = self.stream()
        feed.write(b"x" * 70_000)
        self.turn()
        self.reactor.advance_ms(15_000)
        # Control frames are no progress of a stream.
        self.client.ping(b"12345678")
        self.turn()
        for _ in range(4):
            self.reactor.advance_ms(15_000)
        self.turn()
        self.assertEqual(self.reset(stalled), ErrorCodes.INTERNAL_ERROR)
        self.assertIs(feed.exchange.record.outcome, Outcome.SLOW_CONSUMER)
        self.assertFalse(other.released)
        self.assertIsNone(self.reset(quiet))

    def test_a_complete_answer_is_not_kept_for_ever(self) -> None:
        """A complete response that the client does not read is dropped after a time."""
        stream_id, feed = self.stream()
        feed.write(b"x" * 70_000)
        feed.complete()
        self.turn()
        self.assertFalse(self.ended(stream_id))
        self.client.increment_flow_control_window(100, stream_id)
        self.client.increment_flow_control_window(100)
        self.turn()
        # It has taken something; from now on it does not.
        self.reactor.advance_ms(60_000)
        self.assertIsNone(self.reset(stream_id))
        self.reactor.advance_ms(60_000)
        self.turn()
        self.assertEqual(self.reset(stream_id), ErrorCodes.CANCEL)
        self.assertEqual(self.server.streams, {})
