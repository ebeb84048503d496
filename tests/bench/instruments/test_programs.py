"""The instruments of the benchmark, checked before anything is measured with them."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from bench.instruments.processes import wait_until
from bench.instruments.programs import Figures, Publisher, load, source
from bench.leave import self_signed
from bench.scenario import Shared
from bench.servers.peers import tls_headers
from bench.shared import dying_source
from tests.bench.scripted import Step, chunk, event, scripted_source

FAULTS = (
    "failed",
    "refused",
    "cut",
    "malformed",
    "lost",
    "duplicated",
    "out_of_order",
    "misshapen",
    "mixed",
    "unfinished",
    "late",
)
MOST_UNANSWERED = 32
"""How many publications the publisher has under way at most."""


def measured(port: int, **options: object) -> Figures:
    """Run the load client for a short window."""
    given: dict[str, object] = {
        "port": port,
        "path": "/events",
        "streams": 2,
        "settle-ms": 0,
        "window-ms": 300,
        "drain-ms": 500,
        "event-bytes": 80,
        **{name.replace("_", "-"): value for name, value in options.items()},
    }
    return load(None, given, cpu_of=[os.getpid()], at=lambda phase: None, bound_s=30)


class InstrumentCase(SynchronousTestCase):
    """Needs a compiler."""

    def setUp(self) -> None:
        """Skip where the programs cannot be built."""
        if shutil.which("gcc") is None and shutil.which("cc") is None:
            raise SkipTest("gcc is not installed")

    def assert_faults(self, figures: Figures, **expected: int) -> None:
        """Every fault counter is as expected, those not named being zero."""
        found = {name: figures[name] for name in FAULTS if figures[name]}
        self.assertEqual(found, expected, figures)


class LoadTests(InstrumentCase):
    """The load client sees each fault that is planted, and none that is not."""

    def run_script(self, step: Step, *, cut: int = 0, **options: object) -> Figures:
        """Measure a scripted source, also on a machine that delays its steps."""
        with scripted_source(step, cut=cut) as port:
            return measured(port, **{"window_ms": 900, **options})

    def test_clean(self) -> None:
        """A faultless stream has no fault, and its events are counted and timed."""
        figures = self.run_script(lambda n: chunk(event(n)))
        self.assert_faults(figures)
        self.assertEqual(figures["opened"], 2)
        self.assertGreater(figures["events"], 2)
        self.assertGreater(figures["latency_us"]["max"], 0)
        self.assertLess(figures["latency_us"]["p50"], 1e6)
        self.assertGreater(figures["window_cpu_ns"], 0)

    def test_clean_in_pieces(self) -> None:
        """Where the bytes are cut makes no difference."""
        for size in (1, 7):
            self.assert_faults(self.run_script(lambda n: chunk(event(n)), cut=size))

    def test_other_framing(self) -> None:
        """Chunks need not be events, and a body need not be chunked."""
        figures = self.run_script(
            lambda n: b"".join(
                chunk(part) for part in (b":\n", event(n)[:30], event(n)[30:])
            )
        )
        self.assert_faults(figures)
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        with scripted_source(event, head=head) as port:
            self.assert_faults(measured(port))

    def test_lost(self) -> None:
        """Two numbers that never come are two losses a stream, the first one too."""
        figures = self.run_script(
            lambda n: chunk(event(n if n < 3 else n + 2)),
        )
        self.assert_faults(figures, lost=4)
        figures = self.run_script(lambda n: chunk(event(n + 1)))
        self.assert_faults(figures, lost=2)

    def test_joining_late(self) -> None:
        """Where the first number is not known, the stream counts from there on."""
        figures = self.run_script(lambda n: chunk(event(n + 100)), first_sequence=0)
        self.assert_faults(figures)

    def test_duplicated(self) -> None:
        """An event that comes twice is no new event."""
        figures = self.run_script(lambda n: chunk(event(n) * (1 + (n == 3))))
        self.assert_faults(figures, duplicated=2)

    def test_out_of_order(self) -> None:
        """Two events that changed places are not counted as a loss."""
        order = {3: 4, 4: 3}
        figures = self.run_script(lambda n: chunk(event(order.get(n, n))))
        self.assert_faults(figures, out_of_order=2)

    def test_misshapen(self) -> None:
        """An event with a changed length is counted."""
        figures = self.run_script(
            lambda n: chunk(event(n, event_bytes=80 - (n == 3))),
        )
        self.assert_faults(figures, misshapen=2)

    def test_mixed(self) -> None:
        """An event of another client's stream is noticed, coming and going."""
        figures = self.run_script(lambda n: chunk(event(n, stream=7 + (n == 3))))
        self.assert_faults(figures, mixed=4)

    def test_late(self) -> None:
        """An event that took longer than allowed is late, not lost."""
        figures = self.run_script(
            lambda n: chunk(event(n, age_ms=600 * (n == 40))),
            window_ms=1000,
            late_ms=500,
        )
        self.assert_faults(figures, late=2)
        self.assertGreaterEqual(figures["latency_us"]["max"], 600_000)

    def test_unfinished(self) -> None:
        """A stream that falls silent in the window is not taken for complete."""
        figures = self.run_script(lambda n: chunk(event(n)) if n < 4 else b"")
        self.assert_faults(figures, unfinished=2)

    def test_cut(self) -> None:
        """A stream's end counts, be it polite, abrupt or garbled."""
        for ending, counter in (
            (b"0\r\n\r\n", "cut"),
            (None, "cut"),
            (b"what?\r\n", "malformed"),
        ):

            def step(number: int, ending: bytes | None = ending) -> bytes | None:
                return chunk(event(number)) if number < 4 else ending

            figures = self.run_script(step)
            self.assert_faults(figures, unfinished=2, **{counter: 2})

    def test_refused(self) -> None:
        """An answer that is not 200 is no stream, and the status is kept."""
        head = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
        with scripted_source(lambda n: b"", head=head) as port:
            figures = measured(port)
        self.assert_faults(figures, refused=2)
        self.assertEqual(figures["first_refusal"], 503)

    def test_failed(self) -> None:
        """Connections to a port without a listener are counted."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.assert_faults(measured(taken.getsockname()[1]), failed=2)


class StormTests(InstrumentCase):
    """After the storm the load client reports the events that are missing."""

    def storm(self, step: Step) -> Figures:
        """Cut two streams of a scripted source, and let them come back."""
        with scripted_source(step) as port:
            return measured(
                port, streams=2, storm_ms=1000, away_ms=100, first_sequence=0
            )

    def test_a_source_that_goes_on(self) -> None:
        """Each client receives each missed event once."""
        scenario = Shared("t", "test", 4, 20_000, 80, window_s=1)
        with dying_source(scenario, Path(self.mktemp()), None) as events:
            figures = measured(
                events.port, streams=4, storm_ms=5000, away_ms=200, first_sequence=0
            )
        self.assert_faults(figures)
        self.assertEqual((figures["opened"], figures["storm_returned"]), (4, 4))
        self.assertEqual(figures["storm_unfinished"], 0)
        self.assertGreater(figures["storm_events"], 4 * 10)

    def test_a_source_that_begins_anew(self) -> None:
        """Repeated events are counted as duplicates."""
        figures = self.storm(lambda n: chunk(b"id: %d\n%b" % (n, event(n))))
        self.assertGreater(figures["duplicated"], 2)
        self.assertEqual(figures["lost"], 0)

    def test_a_source_that_leaves_out(self) -> None:
        """The first number after the storm must follow the last one before it."""
        first = in_turn(0, 0, 1000, 1000)

        def step(number: int) -> bytes:
            number += first(number)
            return chunk(b"id: %d\n%b" % (number, event(number)))

        self.assertGreater(self.storm(step)["lost"], 2 * 900)

    def test_nobody_comes_back(self) -> None:
        """A source that gives nothing more leaves all streams unfinished."""
        speaks = in_turn(True, True, False, False)
        figures = self.storm(
            lambda n: chunk(b"id: 1\n" + event(n)) if speaks(n) else b""
        )
        self.assertEqual(figures["storm_unfinished"], 2)


def in_turn(*values: Any) -> Callable[[int], Any]:
    """Use the next value for each connection of a scripted source, in all its steps."""
    left, given = list(values), dict[int, Any]()

    def value(number: int) -> Any:
        mine = threading.get_ident()
        if number == 1:
            given[mine] = left.pop(0)
        return given[mine]

    return value


class SourceTests(InstrumentCase):
    """The source serves the requested streams, and reports its clients."""

    def test_streams(self) -> None:
        """Every stream gets its events at its rate, numbered from 1."""
        with source(None) as events:
            figures = measured(
                events.port,
                path="/some/prefix/events?interval_us=20000&bytes=80",
                streams=50,
                window_ms=400,
            )
            self.assert_faults(figures)
            self.assertEqual(figures["opened"], 50)
            self.assertGreater(figures["events"], 50 * 20 * 0.5)
            self.assertLess(figures["events"], 50 * 20 * 1.5)
            wait_until(lambda: events.stats()["open"] == 0, "all streams are closed")
            stats = events.stats()
        self.assertEqual((stats["opened"], stats["closed"]), (50, 50))
        self.assertGreaterEqual(stats["sent"], figures["events"])

    def test_back_pressure(self) -> None:
        """A client that reads nothing makes the source wait, not its memory grow."""
        with source(None) as events, socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", events.port))
            client.sendall(b"GET /events?interval_us=100&bytes=60000 HTTP/1.1\r\n\r\n")
            wait_until(lambda: events.stats()["stalled"] > 100, "the source waits")
            self.assertLess(events.stats()["sent"], 200)

    def test_posts(self) -> None:
        """A POST with a body is answered with a stream of events as a GET is."""
        with source(None) as events:
            path = "/events?interval_us=20000&bytes=80"
            self.assert_faults(measured(events.port, path=path, post_bytes=1024))

    def test_broadcast(self) -> None:
        """
        A broadcast reaches all clients from the start on, and is slower after ``ease``.
        """
        with source(None, broadcast_us=2000, broadcast_bytes=80) as events:
            events.start()
            options = {"path": "/broadcast", "streams": 5, "first_sequence": 0}
            figures = measured(events.port, **options)
            self.assert_faults(figures)
            self.assertGreater(figures["events"], 5 * 150 * 0.5)
            events.ease()
            eased = measured(events.port, **options)
            self.assert_faults(eased)
            self.assertLessEqual(eased["events"], 5 * 4)

    def test_no_gap_by_back_pressure(self) -> None:
        """A broadcast that one client cannot take is made for none, and has no gap."""
        with source(None, broadcast_us=100, broadcast_bytes=60_000) as events:
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", events.port))
                client.sendall(b"GET /broadcast HTTP/1.1\r\n\r\n")
                wait_until(lambda: events.stats()["open"] == 1, "it listens")
                events.start()
                wait_until(lambda: events.stats()["stalled"] > 100, "the source waits")
            options = {"path": "/broadcast", "event_bytes": 60_000}
            self.assert_faults(measured(events.port, first_sequence=0, **options))


class PublisherTests(InstrumentCase):
    """The publisher sends well-formed, numbered events and knows their answers."""

    def published(self, answer: bytes) -> tuple[bytes, Figures]:
        """Return the bytes sent to a server with this answer, and the counts."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with Publisher(None, port, "/topic", 1000, 80) as publisher:
                publisher.start()
                connection, _ = listener.accept()
                with connection:
                    got, sent = b"", 0
                    # It sends one more only after it has read an answer.
                    while sent < MOST_UNANSWERED + 6:
                        got += connection.recv(65536)
                        connection.sendall(answer * (got.count(b"POST") - sent))
                        sent = got.count(b"POST")
                    counts = publisher.end()
        return got, counts

    def test_published(self) -> None:
        """Every event has its number, and every answer is counted."""
        answers = (
            b"HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\n{}\n",
            b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2\r\n{}\r\n0\r\n\r\n",
        )
        for answer in answers:
            got, counts = self.published(answer)
            head, _, body = got.partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"POST /topic HTTP/1.1\r\n"), head)
            self.assertIn(b"\r\nContent-Length: 72\r\n", got)
            self.assertTrue(body.startswith(b"000000 0000000001 "), body[:80])
            self.assertIn(b"000000 0000000006 ", got)
            self.assertGreaterEqual(counts["answered"], 6)
            self.assertEqual(counts["turned_down"], 0)

    def test_turned_down(self) -> None:
        """Answers that are no success are counted, and the first status is reported."""
        refusal = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
        _, counts = self.published(refusal)
        self.assertGreaterEqual(counts["turned_down"], 6)
        self.assertEqual(counts["first_turned_down"], 503)

    def test_unanswered(self) -> None:
        """The number of unanswered publications is bounded."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with Publisher(None, port, "/topic", 100, 80) as publisher:
                publisher.start()
                connection, _ = listener.accept()
                with connection:
                    got = b""
                    while got.count(b"POST") < MOST_UNANSWERED:
                        got += connection.recv(65536)
                    connection.settimeout(0.2)
                    with self.assertRaises(TimeoutError):
                        connection.recv(65536)
                    counts = publisher.end()
        self.assertEqual(counts["published"], MOST_UNANSWERED)
        self.assertEqual(counts["answered"], 0)
        self.assertGreater(counts["stalled"], 100)


class TlsTests(InstrumentCase):
    """The load client speaks TLS, and insists on the certificate that it trusts."""

    def setUp(self) -> None:
        """Skip where OpenSSL's headers are not there."""
        super().setUp()
        if not tls_headers():
            raise SkipTest("libssl-dev is not installed")
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        self.tls = self_signed(self.directory)

    def test_clean(self) -> None:
        """Events come whole through TLS, in pieces of any size."""
        for size in (0, 7):
            with scripted_source(
                lambda n: chunk(event(n)), cut=size, tls=self.tls
            ) as port:
                figures = measured(port, trust=self.tls.certificate)
            self.assert_faults(figures)
            self.assertEqual(figures["opened"], 2)
            self.assertTrue(figures["tls"].startswith("TLSv1.3 "), figures["tls"])

    def test_stranger(self) -> None:
        """Another certificate is refused."""
        other = Path(self.mktemp())
        other.mkdir()
        with scripted_source(lambda n: chunk(event(n)), tls=self.tls) as port:
            figures = measured(port, trust=self_signed(other).certificate)
        self.assert_faults(figures, failed=2)
