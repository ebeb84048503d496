"""A capture that is served as a source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twisted.internet.defer import maybeDeferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.captures.format import CaptureError, Opened, Received, Record, Stopped
from relay.demo.replay import EARLY_S, TURN_BYTES, ReplaySource
from tests.captures.samples import STREAM, TWO_RESPONSES, captured
from tests.demo.caller import Answer, Caller

FIRST = b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n"
SECOND = b"id: 3\ndata: c\n\n"


class ReplayCase(SynchronousTestCase):
    """A source without threads, on a clock that is advanced."""

    def source(
        self,
        records: Sequence[Record] = TWO_RESPONSES,
        speed: float = 1,
        loop: bool = False,
    ) -> Caller:
        """Serve a capture, and connect."""
        path = Path(self.mktemp())
        path.write_bytes(captured(records))
        self.clock = Clock()
        self.replay = ReplaySource(
            self.clock, str(path), speed, loop, maybeDeferred, self.sleep
        )
        return Caller(self.replay)

    def sleep(self, seconds: float) -> None:
        """Let a short time pass."""
        self.assertLessEqual(seconds, EARLY_S + 1e-6)
        self.clock.rightNow += seconds

    def get(self, caller: Caller, last_event_id: str = "") -> Answer:
        """Ask for the stream."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        return caller.call("GET", "/anything", key=None, headers=headers)


class ReplayTests(ReplayCase):
    """What a client receives, and when."""

    def test_the_same_bytes_at_the_same_times(self) -> None:
        """Each piece comes when it is due, and not before."""
        caller = self.source()
        answer = self.get(caller)
        self.assertEqual((answer.status, answer.body), (200, FIRST))
        self.assertEqual(answer.header("Content-Type"), "text/event-stream")
        self.assertAlmostEqual(self.clock.seconds(), 0.001)
        self.clock.advance(0.0085)
        self.assertEqual(caller.answer().body, FIRST)
        self.clock.advance(0.0005)
        self.assertEqual(caller.answer().body, FIRST + SECOND + b"data: unfin")
        self.assertAlmostEqual(self.clock.seconds(), 0.012)

    def test_a_cut_is_a_cut(self) -> None:
        """The response is not ended where the recorded one broke off."""
        caller = self.source()
        self.get(caller)
        self.clock.pump([0.001] * 25)
        answer = caller.answer()
        self.assertEqual(answer.body, FIRST + SECOND + b"data: unfin")
        self.assertFalse(answer.finished)
        self.assertTrue(caller.transport.disconnecting)

    def test_resume(self) -> None:
        """A client continues after its event, and at the end there is nothing more."""
        caller = self.source()
        self.assertEqual(self.get(caller, "1").body, b"id: 2\ndata: b\n\n")
        caller = Caller(self.replay)
        self.get(caller, "3")
        self.clock.pump([0.001] * 25)
        answer = caller.answer()
        self.assertEqual(answer.body, b":\nid: 4\ndata: d\n\n")
        self.assertTrue(answer.finished)
        self.assertEqual(self.get(Caller(self.replay), "4").status, 204)

    def test_an_unknown_event(self) -> None:
        """Its client begins at the beginning."""
        caller = self.source()
        self.get(caller, "other")
        self.clock.pump([0.001] * 3)
        self.assertEqual(caller.answer().body, FIRST)

    def test_each_client_has_its_own_time(self) -> None:
        """A second client begins at the beginning."""
        first = self.source()
        self.get(first)
        self.clock.pump([0.001] * 5)
        second = Caller(self.replay)
        self.get(second)
        self.clock.pump([0.001] * 2)
        self.assertEqual(second.answer().body, FIRST)

    def test_loop(self) -> None:
        """The capture begins again, also for a client that has its last event."""
        records: list[Record] = [
            Opened(0, 200, STREAM, ""),
            Received(1_000, SECOND),
            Stopped(5_000, "interrupted"),
        ]
        caller = self.source(records, loop=True)
        self.get(caller)
        self.clock.pump([0.001] * 15)
        body = caller.answer().body
        self.assertGreaterEqual(body.count(SECOND), 3)
        self.assertEqual(body.replace(SECOND, b""), b"")
        resumed = Caller(self.replay)
        self.assertEqual(self.get(resumed, "3").status, 200)

    def test_loop_after_an_incomplete_event(self) -> None:
        """The response ends, since the next bytes do not belong to the event."""
        records: list[Record] = [
            Opened(0, 200, STREAM, ""),
            Received(1_000, b"data: unfin"),
        ]
        caller = self.source(records, loop=True)
        self.get(caller)
        self.clock.pump([0.001] * 5)
        self.assertEqual(caller.answer().body, b"data: unfin")
        self.assertTrue(caller.answer().finished)

    def test_no_faster_than_the_client(self) -> None:
        """Nothing is sent while the client takes nothing, at any speed."""
        piece = b"data: %s\n\n" % (b"x" * TURN_BYTES)
        pieces = [Received(n, piece) for n in range(100)]
        caller = self.source([Opened(0, 200, STREAM, ""), *pieces], speed=0)
        self.get(caller)
        caller.stall()
        self.clock.pump([0] * 10)
        self.assertEqual(len(caller.answer().body), len(piece))
        caller.drain()
        self.assertEqual(len(caller.answer().body), 2 * len(piece))
        self.clock.pump([0] * 100)
        self.assertEqual(caller.answer().body, piece * 100)

    def test_a_client_that_leaves(self) -> None:
        """Its stream does nothing more."""
        caller = self.source()
        self.get(caller)
        caller.leave()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_the_end_of_the_daemon(self) -> None:
        """Streams are finished."""
        caller = self.source()
        self.get(caller)
        self.replay.end_all()
        self.clock.pump([0.001] * 5)
        answer = caller.answer()
        self.assertEqual((answer.body, answer.finished), (FIRST, True))

    def test_other_methods(self) -> None:
        """A head alone, a preflight, and a refusal."""
        caller = self.source()
        head = caller.call("HEAD", "/", key=None)
        self.assertEqual(head.header("Content-Type"), "text/event-stream")
        self.assertEqual(caller.call("OPTIONS", "/", key=None).status, 204)
        answer = caller.call("POST", "/", b"x", key=None)
        self.assertEqual(answer.status, 405)
        self.assertEqual(answer.header("Allow"), "GET, HEAD, OPTIONS")

    def test_a_file_that_changes(self) -> None:
        """A malformed record cuts the response; the log names its line."""
        caller = self.source([*TWO_RESPONSES[:2]])
        path = Path(self.replay.path)
        path.write_bytes(path.read_bytes() + b"nonsense\n")
        self.get(caller)
        self.clock.pump([0.001] * 3)
        self.assertFalse(caller.answer().finished)
        self.assertTrue(caller.transport.disconnecting)

    def test_no_capture(self) -> None:
        """A file of another kind is refused at the start."""
        path = Path(self.mktemp())
        path.write_bytes(b"data: 1\n\n")
        with self.assertRaisesRegex(CaptureError, "not a capture"):
            ReplaySource(Clock(), str(path), 1, False)
