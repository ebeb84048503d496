"""The table that follows changes."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.output import Output
from relay.cli.streams.watching import LiveStreams


def stream(name: str, **members: Any) -> dict[str, Any]:
    """Return a stream as the technical API describes it."""
    return {
        "id": name,
        "apiId": "a",
        "startedAt": f"2026-11-30T12:00:0{name}.000Z",
        "phase": "stream",
        "ageMs": 1000,
        "events": 1,
        **members,
    }


class WatchTests(SynchronousTestCase):
    """The events of the technical API."""

    def shown(self, live: LiveStreams, limit: int = 10) -> list[str]:
        """Draw the table, and return its lines."""
        out = io.StringIO()
        Output(out=out, err=out).console.print(live.table({"a": "orders"}, limit, 200))
        return [line.strip() for line in out.getvalue().splitlines()]

    def test_changes(self) -> None:
        """Streams appear, change and leave."""
        live = LiveStreams()
        live.take("snapshot", {"data": [stream("1"), stream("2")], "complete": True})
        live.take("opened", stream("3"))
        live.take("changed", {"id": "1", "events": 7})
        live.take("changed", {"id": "9", "events": 7})
        live.take("closed", {"id": "2", "outcome": "client_gone"})
        live.take("closed", {"id": "8", "outcome": None})
        heading, first, second, caption = self.shown(live)
        self.assertTrue(heading.startswith("ID"))
        self.assertRegex(first, r"^1 +orders .* 7 ")
        self.assertRegex(second, r"^3 +orders ")
        self.assertEqual(caption, "2 streams, 1 ended")

    def test_snapshots(self) -> None:
        """One in parts is one; the next one replaces it."""
        live = LiveStreams()
        live.take("snapshot", {"data": [stream("1")], "complete": False})
        live.take("snapshot", {"data": [stream("2")], "complete": True})
        self.assertEqual(set(live.streams), {"1", "2"})
        live.take("snapshot", {"data": [stream("3")], "complete": True})
        self.assertEqual(set(live.streams), {"3"})

    def test_a_narrow_terminal(self) -> None:
        """Ids and figures are whole; what has no room is left out."""
        live = LiveStreams()
        long = stream("1" * 36, events=123456, remoteAddress="198.51.100.123")
        live.take("snapshot", {"data": [long], "complete": True})
        for width, figures in ((60, False), (70, True)):
            console = Console(width=width, file=io.StringIO())
            console.print(live.table({"a": "orders"}, 10, width))
            file = console.file
            assert isinstance(file, io.StringIO)
            heading, row, _ = file.getvalue().splitlines()
            self.assertTrue(row.startswith("1" * 36 + "  orders "), row)
            self.assertNotIn("CLIENT", heading)
            self.assertEqual("123456" in row.split(), figures, row)

    def test_limit_and_problems(self) -> None:
        """The oldest are shown; a lost connection is told."""
        live = LiveStreams()
        live.take("snapshot", {"data": [stream(n) for n in "321"], "complete": True})
        live.lost("cut", "the stream broke \x1b off", 1.0)
        lines = self.shown(live, 1)
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[1], "^1 ")
        self.assertEqual(lines[2], "the stream broke \\u001b off")

    def test_json(self) -> None:
        """Each event is an object."""
        told: list[dict[str, Any]] = []
        live = LiveStreams(told.append)
        live.take("closed", {"id": "2", "outcome": "drained"})
        self.assertEqual(told, [{"event": "closed", "id": "2", "outcome": "drained"}])
