"""``relay record``, ``relay replay`` and ``twistd relay-source --replay``."""

from __future__ import annotations

import json
import signal
import socket
import stat
from pathlib import Path
from typing import Any

from relay.captures.format import Lost, Opened, Received, Record, Stopped, decode
from relay.captures.reader import CaptureReader
from tests.wire.cli.case import CommandCase
from tests.wire.harness.daemon import BOUND_S, until
from tests.wire.harness.demo import demo_source
from tests.wire.harness.scripted import Connection, chunk, scripted

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: hush=1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
FIRST = [
    b"retry: 100\nid: 1\ndata: a\n\n:\n",
    b"id: 2\r\ndata: \xc3",
    b"\xa9\r\n\r\n",
    b"id: 3\ndata: \xff raw\n\ndata: unfin",
]
SECOND = [b":\n", b"id: 4\nevent: last\ndata: d\n\n"]


class TwoResponses:
    """A source whose first response breaks off, and whose second one stays open."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []

    def __call__(self, connection: Connection) -> None:
        """Send one of the responses."""
        self.heads.append(connection.head())
        # Each piece is a packet of its own, so that each is a read of its own.
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        first = len(self.heads) == 1
        connection.send(HEAD)
        for piece in FIRST if first else SECOND:
            connection.send(chunk(piece))
        if not first:
            connection.closed_at()


def read(path: Path) -> list[Record]:
    """Read the records of a capture."""
    with path.open("rb") as file:
        return list(CaptureReader(file))


def body(records: list[Record]) -> bytes:
    """Return all bytes of the body."""
    return b"".join(one.data for one in records if isinstance(one, Received))


class CaptureCase(CommandCase):
    """A directory for captures."""

    def setUp(self) -> None:
        """Make the directory."""
        super().setUp()
        self.path = self.new_directory() / "a.jsonl"

    def recorded(self, url: str, *options: str, **variables: str) -> list[Record]:
        """Record four events, and return the records."""
        path = self.new_directory() / "b.jsonl"
        ended = self.command(
            None, "record", url, "-o", str(path), "--count", "4", *options, **variables
        )
        self.assertEqual(ended.status, 0, ended.err)
        return read(path)


class RecordTests(CaptureCase):
    """From a source to a file, and back."""

    def test_the_same_bytes_again(self) -> None:
        """A recording of a replay has the bytes, the reconnect and the cut."""
        source = TwoResponses()
        with scripted(source) as (port, _):
            url = f"http://127.0.0.1:{port}/sse?key=hush"
            process = self.start_command(None, "record", url, "-o", str(self.path))
            until(
                lambda: self.path.exists() and b"event: last" in body(read(self.path)),
                "the last event is in the file",
            )
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=BOUND_S)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("4 events", err)
        self.assertIn("interrupted", err)
        self.assertIn(b"last-event-id: 3\r\n", source.heads[1].lower())
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertNotIn(b"hush", self.path.read_bytes())
        records = read(self.path)
        self.assertEqual(body(records), b"".join(FIRST + SECOND))
        marks = [one for one in records if not isinstance(one, Received)]
        opened, lost, reopened, stopped = marks
        assert isinstance(opened, Opened) and isinstance(reopened, Opened)
        self.assertEqual((opened.status, opened.last_event_id), (200, ""))
        self.assertEqual(reopened.last_event_id, "3")
        self.assertEqual(opened.headers, (("content-type", "text/event-stream"),))
        assert isinstance(lost, Lost) and isinstance(stopped, Stopped)
        self.assertEqual((lost.how, stopped.reason), ("cut", "interrupted"))
        times = [one.at_us for one in records]
        self.assertEqual(times, sorted(times))
        self.assert_replayed(records)

    def assert_replayed(self, records: list[Record]) -> None:
        """Check what a replay to the output, and one as a source, have."""
        with self.path.open("rb") as file:
            lines = file.read().splitlines()
        written = self.new_directory() / "body"
        ended = self.command(None, "replay", str(self.path), "--json", "--speed", "0")
        pieces = [line for line in lines if b'"data"' in line or b'"base64"' in line]
        self.assertEqual(
            [json.loads(line) for line in ended.out.splitlines()],
            [json.loads(line) for line in pieces],
        )
        self.assertIn("relay: cut after ", ended.err)
        with written.open("wb") as out:
            process = self.start_command(
                None, "replay", str(self.path), "--speed", "5", stdout=out.fileno()
            )
            process.communicate(timeout=BOUND_S)
        self.assertEqual(written.read_bytes(), body(records))
        with demo_source("--replay", str(self.path), "--speed", "2") as url:
            again = self.recorded(f"{url}/any")
        self.assertEqual(body(again), body(records))
        self.assertEqual([one.how for one in again if isinstance(one, Lost)], ["cut"])
        self.assertEqual(
            [one.last_event_id for one in again if isinstance(one, Opened)], ["", "3"]
        )

    def test_a_recording_that_is_killed(self) -> None:
        """The file has all that came, and is replayed."""
        with scripted(TwoResponses()) as (port, _):
            url = f"http://127.0.0.1:{port}/"
            process = self.start_command(None, "record", url, "-o", str(self.path))
            until(
                lambda: self.path.exists() and b"event: last" in body(read(self.path)),
                "the last event is in the file",
            )
            process.kill()
            process.communicate(timeout=BOUND_S)
        with self.path.open("r+b") as file:
            file.seek(-7, 2)
            file.truncate()
        ended = self.command(None, "replay", str(self.path), "--json", "--speed", "0")
        self.assertEqual(ended.status, 0)
        # The last line is incomplete; those that are written are complete.
        pieces = [one for one in read(self.path) if isinstance(one, Received)]
        self.assertEqual(
            [decode(line.encode()) for line in ended.out.splitlines()], pieces
        )
        self.assertNotIn(b"event: last", body(read(self.path)))
        self.assertIn("the recording was cut off", ended.err)

    def test_bounds(self) -> None:
        """The number of events, the size, and the time end a recording."""
        reasons: dict[str, Any] = {}
        for name, *options in (
            ("count", "--count", "2"),
            ("size", "--max-bytes", "10"),
            ("time", "--duration", "300ms", "--no-reconnect"),
        ):
            path = self.path.with_name(name)
            with scripted(lambda one: self.stream_forever(one)) as (port, _):
                ended = self.command(
                    None,
                    "record",
                    f"http://127.0.0.1:{port}/",
                    "-o",
                    str(path),
                    "--json",
                    *options,
                )
            self.assertEqual(ended.status, 0, ended.err)
            reasons[name] = ended.json()["reason"]
            last = read(path)[-1]
            assert isinstance(last, Stopped)
            self.assertEqual(last.reason, reasons[name])
        self.assertEqual(
            reasons,
            {
                "count": "recorded 2 events",
                "size": "the capture is full",
                "time": "the time is over",
            },
        )
        self.assertEqual(body(read(self.path.with_name("size"))), b"")

    @staticmethod
    def stream_forever(connection: Connection) -> None:
        """Send two events, and stay."""
        connection.head()
        connection.send(HEAD + chunk(b"data: a\n\n"))
        connection.send(chunk(b"data: b\n\n"))
        connection.closed_at()

    def test_files(self) -> None:
        """A file is not replaced by mistake, and none is left by a failed call."""
        self.path.write_text("mine")
        record = ("record", "http://127.0.0.1:1/", "-o")
        ended = self.command(None, *record, str(self.path))
        self.assertEqual(ended.status, 1)
        self.assertIn("--force replaces it", ended.err)
        self.assertEqual(self.path.read_text(), "mine")
        with scripted(self.stream_forever) as (port, _):
            url = f"http://127.0.0.1:{port}/"
            replace = ("--force", "--count", "2")
            ended = self.command(None, "record", url, "-o", str(self.path), *replace)
            self.assertEqual(ended.status, 0, ended.err)
            ended = self.command(None, "record", url, "-o", "/dev/null", *replace)
            self.assertEqual(ended.status, 0, ended.err)
        self.assertEqual(body(read(self.path)), b"data: a\n\ndata: b\n\n")
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.path.write_text("mine")
        other = self.path.with_name("other")
        ended = self.command(None, *record, str(other))
        self.assertEqual(ended.status, 1)
        self.assertFalse(other.exists())
        ended = self.command(None, "replay", str(self.path))
        self.assertEqual(ended.status, 1)
        self.assertIn("not a capture of Relay", ended.err)
