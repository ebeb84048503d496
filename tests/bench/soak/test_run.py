"""The figures of a soak, and its bounds."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from bench.soak.clients import DyingSource, Visit, Visitors, Witness, connected, get
from bench.soak.run import Figures, slope_per_minute

KEPT = {"events": 9, "lost": 0, "doubled": 0, "ended": ""}


class FiguresTests(SynchronousTestCase):
    """The bounds."""

    def figures(self) -> Figures:
        """Make figures that keep all bounds."""
        made = Figures(1, 200)
        made.calls, made.call_p99_ms = 100, 5.0
        made.descriptors_before = made.descriptors_after = 20
        made.witnesses = {"topic": dict(KEPT)}
        return made

    def test_kept(self) -> None:
        """Figures within the bounds have no message."""
        self.assertEqual(self.figures().broken(), [])

    def test_each_bound_is_told(self) -> None:
        """Each bound that is exceeded has a message."""
        broken: dict[str, dict[str, object]] = {
            "memory": {"memory_mb_per_minute": 0.3},
            "descriptors": {"descriptors_after": 40},
            "p99": {"call_p99_ms": 21.0},
            "keyless calls failed": {"failed_calls": 1},
            "0 keyless": {"calls": 0},
            "unexpected": {"unexpected": {"topic: 503": 1}},
            "revoked": {"streams_left_after_revocation": 1},
            "'lost': 1": {"witnesses": {"topic": {**KEPT, "lost": 1}}},
            "'doubled': 1": {"witnesses": {"topic": {**KEPT, "doubled": 1}}},
            "'ended': 'closed'": {"witnesses": {"topic": {**KEPT, "ended": "closed"}}},
            "'events': 0": {"witnesses": {"topic": {**KEPT, "events": 0}}},
        }
        for told, changed in broken.items():
            figures = self.figures()
            for name, value in changed.items():
                setattr(figures, name, value)
            (line,) = figures.broken()
            self.assertIn(told, line)

    def test_the_slope(self) -> None:
        """A line through all samples, in a minute's terms."""
        self.assertEqual(slope_per_minute([(0.0, 1.0), (1.0, 2.0)]), 0.0)
        rising = [(float(second), 100.0 + second / 60.0) for second in range(100)]
        self.assertAlmostEqual(slope_per_minute(rising), 1.0)


class WitnessTests(SynchronousTestCase):
    """Numbers that are missing, and that come twice."""

    def test_all_there(self) -> None:
        """Events are counted for every cut of the bytes, and from every first event."""
        seen = Witness("topic", b"")
        for data in (b"retry: 5\n\nid: x\nda", b"ta: 4", b"1\n\n:\ndata: 42\n\n"):
            seen.take(data)
        self.assertEqual((seen.events, seen.lost, seen.doubled), (2, 0, 0))

    def test_lost_and_doubled(self) -> None:
        """The source's streams have a number, too, before the event's."""
        seen = Witness("stream", b"")
        for number in (1, 2, 5, 5, 6):
            seen.take(b"data: 000007 %010d 99 xx\n\n" % number)
        self.assertEqual((seen.events, seen.lost, seen.doubled), (5, 2, 1))


class VisitorsTests(SynchronousTestCase):
    """Visitors of a server that is not Relay."""

    def test_they_come_and_leave(self) -> None:
        """Expected answers are counted, and other answers are reported."""

        async def run() -> tuple[Visitors, int]:
            source = DyingSource()
            port = await source.start()
            visitors = Visitors(port, 200, lambda: Visit("call", get("/"), (404,)))
            await visitors.come(asyncio.get_running_loop().time() + 0.2)
            source.stop()
            return visitors, source.died

        visitors, died = asyncio.run(run())
        self.assertGreaterEqual(sum(visitors.answers.values()), 30)
        self.assertEqual(set(visitors.unexpected), {"call: 200"})
        self.assertGreater(died, 0)


class ProbeTests(SynchronousTestCase):
    """The process that calls."""

    def test_it_tells_what_failed(self) -> None:
        """The probe reports failed calls when it is ended."""

        async def run() -> dict[str, object]:
            async def answer(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter
            ) -> None:
                answered.append(await reader.readuntil(b"\r\n\r\n"))
                status = b"200 OK" if len(answered) > 1 else b"503 No"
                writer.write(b"HTTP/1.1 %s\r\n\r\n" % status)
                writer.close()

            answered: list[bytes] = []
            server = await asyncio.start_server(answer, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            probe = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.soak.probe", str(port), "/ping"),
                stdout=subprocess.PIPE,
            )
            while len(answered) < 5:
                await asyncio.sleep(0.01)
            probe.terminate()
            output, _ = await probe.communicate()
            server.close()
            return dict(json.loads(output))

        told = asyncio.run(run())
        self.assertEqual(told["failed"], 1)
        took_ms = told["took_ms"]
        assert isinstance(took_ms, list)
        self.assertGreaterEqual(len(took_ms), 3)


class ConnectedTests(SynchronousTestCase):
    """The connection of a client."""

    def test_to_nobody(self) -> None:
        """A connection to a port without a listener raises OSError."""
        self.assertRaises(OSError, asyncio.run, connected(1))
