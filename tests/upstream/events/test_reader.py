"""A response of a source, read a piece at a time."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.eventstream.continuity import Continuity, ResumeMode
from relay.eventstream.event import Event
from relay.reactor.turns import UPSTREAM_READS
from relay.upstream.events.inflater import TooMuchDecoded
from relay.upstream.events.problem import SourceProblem
from relay.upstream.events.reader import PIECE_BYTES, EventReader
from tests.reactor.test_turns import turn

EVENT = b"data: 0\n\n"


class Response:
    """Notes whether it is read."""

    def __init__(self) -> None:
        self.paused = False
        self.aborted = False

    def pause(self) -> None:
        """Read no more."""
        self.paused = True

    def resume(self) -> None:
        """Read on."""
        self.paused = False

    def abort(self) -> None:
        """End."""
        self.aborted = True


class ReaderTests(SynchronousTestCase):
    """Events that take their time."""

    def setUp(self) -> None:
        """Open a response."""
        self.clock = Clock()
        self.response = Response()
        self.continuity = Continuity(ResumeMode.VERIFY)
        self.continuity.connected()
        self.taken = 0
        self.left_out = 0
        self.retries: list[int] = []
        self.ends: list[SourceProblem] = []
        self.breaks = False
        self.reader = EventReader(
            self.clock,
            cast(Any, self.response),
            self.continuity,
            1024,
            self,
            self.ends.append,
        )

    def events(self, taken: list[tuple[Event, str] | None]) -> None:
        """Take what a piece brought: half a slice goes by."""
        if self.breaks:
            raise RuntimeError("broken")
        self.taken += len(taken)
        self.clock.rightNow += UPSTREAM_READS.share_s / 2

    def passed_over(self) -> None:
        """Note it."""
        self.left_out += 1

    def retry(self, retry_ms: int) -> None:
        """Note it."""
        self.retries.append(retry_ms)

    def test_what_one_read_brought_is_read_over_several_turns(self) -> None:
        """
        A large read is parsed over several turns, during which the source is paused.
        """
        count = 10 * PIECE_BYTES // len(EVENT)
        self.reader.body_received(EVENT * count)
        self.assertLess(self.taken, count / 2)
        self.assertTrue(self.response.paused)
        turns = 0
        while self.response.paused:
            turns += 1
            turn(self.clock)
        self.assertEqual(self.taken, count)
        self.assertGreaterEqual(turns, 4)

    def test_the_end_comes_after_the_last_event(self) -> None:
        """Whether it is an end or a cut."""
        count = 10 * PIECE_BYTES // len(EVENT)
        self.reader.body_received(EVENT * count)
        self.reader.body_ended([])
        self.assertEqual(self.ends, [])
        self.clock.pump([0] * 20)
        self.assertEqual((self.taken, len(self.ends)), (count, 1))
        self.assertFalse(self.ends[0].refused)

    def test_nothing_is_read_while_it_is_paused(self) -> None:
        """A paused reader delivers neither events nor the end."""
        self.reader.pause()
        self.reader.body_received(EVENT)
        self.reader.body_ended([])
        self.assertEqual((self.taken, self.ends), (0, []))
        self.reader.resume()
        self.assertEqual((self.taken, len(self.ends)), (1, 1))

    def test_nothing_comes_of_a_reader_that_was_stopped(self) -> None:
        """A stopped reader drops the bytes that it holds."""
        self.reader.body_received(EVENT * PIECE_BYTES)
        before = self.taken
        self.reader.stop()
        self.clock.pump([0] * 20)
        self.reader.body_received(EVENT)
        self.reader.body_ended([])
        self.assertEqual((self.taken, self.ends), (before, []))
        self.assertTrue(self.response.aborted)

    def test_events_that_cannot_be_taken_end_the_connection(self) -> None:
        """
        An error of the listener ends the connection, so that the source is called
        again.
        """
        self.breaks = True
        self.reader.body_received(EVENT)
        self.assertEqual(len(self.ends), 1)
        self.assertTrue(self.response.aborted)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_a_body_that_decodes_to_too_much_is_a_refusal(self) -> None:
        """Any other cut is not."""
        self.reader.body_cut(Failure(TooMuchDecoded()))
        self.assertTrue(self.ends[0].refused)

    def test_long_events_and_retries_are_reported(self) -> None:
        """A retry once, as long as it stays."""
        self.reader.body_received(b"retry: 7\n\n" + b"data: " + b"x" * 2000 + b"\n\n")
        self.reader.body_received(EVENT)
        self.reader.body_received(b"retry: 8\n\n")
        self.assertEqual((self.left_out, self.taken), (1, 1))
        self.assertEqual(self.retries, [7, 8])
