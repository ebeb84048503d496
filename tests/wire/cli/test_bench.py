"""``relay bench`` against a gateway and a source."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios

from tests.wire.cli.case import RELAY, CommandCase
from tests.wire.harness.daemon import BOUND_S, SharedDaemon
from tests.wire.harness.ports import refusing_port
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_topics import topics_api

DAEMON = SharedDaemon()


class BenchTests(CommandCase):
    """What is measured, and what is refused."""

    def test_published_events(self) -> None:
        """Each client receives what is published, with its latency."""
        daemon = DAEMON.get()
        daemon.publish(topics_api("/bench", {}))
        url = f"{daemon.gateway_url}/bench/t"
        measure = (
            "bench",
            url,
            "--clients",
            "5",
            "--duration",
            "2s",
            "--ramp",
            "100ms",
        )
        ended = self.command(None, *measure, "--publish", url, "--rate", "50", "--json")
        self.assertEqual((ended.status, ended.err), (0, ""))
        found = ended.json()
        self.assertEqual(
            found["streams"],
            {"opened": 5, "mostOpen": 5, "ended": 0, "cut": 0, "failed": 0},
        )
        self.assertGreater(found["published"], 0)
        self.assertGreater(found["events"], found["published"])
        self.assertLessEqual(found["events"], 5 * found["published"] + 5000)
        self.assertEqual(found["latency"]["count"], found["events"])
        self.assertEqual((found["head"]["count"], found["gaps"]), (5, 0))

    def test_cuts(self) -> None:
        """Streams that break off are counted, and opened again."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"retry: 20\ndata: x\n\n"))

        with scripted(script) as (port, _):
            url = f"http://127.0.0.1:{port}/"
            ended = self.command(
                None, "bench", url, "--clients", "2", "--duration", "500ms"
            )
        self.assertEqual(ended.status, 0, ended.err)
        self.assertRegex(ended.out, r"(?m)^\d+ streams opened, .* [1-9]\d* cut, ")
        self.assertRegex(ended.out, r"(?m)^  \d+ x the stream broke off$")
        self.assertIn("Time to head: p50 ", ended.out)

    def test_a_narrow_terminal(self) -> None:
        """A bar is shown and removed; without colours if they are not wanted."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: x\n\n"))
            connection.closed_at()

        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
        with scripted(script) as (port, _):
            arguments = ("bench", f"http://127.0.0.1:{port}/", "--duration", "700ms")
            process = subprocess.Popen(
                [RELAY, *arguments],
                env=self.environment(None, TERM="xterm", NO_COLOR="1"),
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
            )
            os.close(theirs)
            shown = b""
            with contextlib.suppress(OSError):
                # Reading fails once the command has ended.
                while more := os.read(ours, 65_536):
                    shown += more
            self.assertEqual(process.wait(BOUND_S), 0)
        self.assertRegex(shown, rb"10 streams, 10 events [^\n]*\r\x1b\[2K")
        self.assertNotRegex(shown, rb"\x1b\[[0-9;]*m")
        self.assertIn(b"Time to head: p50 ", shown)

    def test_refusals(self) -> None:
        """Another machine, too many clients, and a source that is not there."""
        with refusing_port() as port:
            url = f"http://127.0.0.1:{port}/"
            for arguments, message in (
                (("http://198.51.100.7/",), "another machine; --yes puts the load"),
                ((url, "--publish", "http://198.51.100.7/"), "another machine"),
                ((url, "--clients", "50000"), "the limit is "),
                ((url, "--rate", "1"), "--rate is for --publish"),
                ((url, "--publish", url, "--timestamp", "a"), "excludes --timestamp"),
                ((url, "--ramp", "20s"), "--ramp is not longer"),
                ((url, "--duration", "100ms"), "no stream was opened: "),
            ):
                ended = self.command(None, "bench", *arguments)
                self.assertEqual((ended.status, ended.out), (1, ""), arguments)
                self.assertIn(message, ended.err)
