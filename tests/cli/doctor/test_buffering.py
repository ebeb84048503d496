"""Whether events arrive one by one."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.buffering import Arrivals, judge

EVENT = b"data: 1\n\n"


def arrivals(*pieces: tuple[float, bytes]) -> Arrivals:
    """Return pieces that arrived."""
    found = Arrivals()
    for at_s, data in pieces:
        found.add(at_s, data)
    return found


def level(found: Arrivals, direct: Arrivals | None = None) -> str:
    """Judge ten seconds."""
    return judge(found, 0.0, 10.0, direct).level


class ArrivalTests(SynchronousTestCase):
    """How bytes are grouped."""

    def test_events_and_comments(self) -> None:
        """Comments are no events, and an event may come in two reads."""
        found = arrivals((1, b":ping\n\ndata: 1\r\n"), (1.01, b"\r\ndata"), (3, b": 2"))
        self.assertEqual([one.events for one in found.bursts], [1, 0])
        self.assertEqual([one.cut for one in found.bursts], [True, True])
        found.add(3.01, b"\n\n:ping\n")
        self.assertEqual([one.events for one in found.bursts], [1, 1])
        self.assertFalse(found.bursts[-1].cut)

    def test_silences(self) -> None:
        """The last one lasts until the end."""
        found = arrivals((1, EVENT), (4, EVENT))
        self.assertEqual([silence for _, silence in found.silences(6)], [3, 2])


class JudgeTests(SynchronousTestCase):
    """What is concluded."""

    def test_one_by_one(self) -> None:
        """Single events, heartbeats, and a backlog at the beginning are well."""
        single = [(float(second), EVENT) for second in range(9)]
        self.assertEqual(level(arrivals(*single)), "ok")
        self.assertEqual(level(arrivals((0.0, EVENT * 50), *single[1:])), "ok")
        self.assertEqual(level(arrivals((0.0, EVENT * 50))), "ok")
        self.assertEqual(level(arrivals((3.0, b":keepalive\n"))), "ok")

    def test_pieces_that_end_inside_events(self) -> None:
        """They are the mark of a buffer, unless the rest follows at once."""
        self.assertEqual(
            level(arrivals((1, EVENT * 9 + b"data"), (3, b": 1\n\n"))), "error"
        )
        self.assertEqual(level(arrivals((1, b"data"), (1.1, b": 1\n\n"))), "ok")

    def test_many_events_at_once(self) -> None:
        """They are a buffer's if the stream without the proxy has single ones."""
        pieces = arrivals(*[(float(second), EVENT * 6) for second in (1, 4, 7)])
        single = arrivals(*[(second / 2, EVENT) for second in range(18)])
        self.assertEqual(level(pieces), "warning")
        self.assertEqual(level(pieces, single), "error")
        self.assertEqual(level(pieces, pieces), "ok")

    def test_nothing(self) -> None:
        """Silence is told from a buffer by the stream without the proxy."""
        single = arrivals((1, EVENT))
        self.assertEqual(level(Arrivals()), "warning")
        self.assertEqual(level(Arrivals(), single), "error")
        self.assertEqual(level(Arrivals(), Arrivals()), "warning")
