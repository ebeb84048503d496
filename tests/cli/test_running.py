"""The asynchronous part of a command under the reactor."""

from __future__ import annotations

import signal
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

_PROGRAM = """
import sys
from relay.cli.errors import Failed
from relay.cli.running import run_reactor
from twisted.internet.defer import CancelledError, Deferred

async def work(reactor):
    {work}

try:
    sys.exit(run_reactor(work))
except Failed as error:
    print(error.message)
    sys.exit(3)
"""
_WAIT = """
    print("waiting", flush=True)
    try:
        await Deferred()
    finally:
        print("ended", flush=True)
"""


def start(work: str) -> subprocess.Popen[str]:
    """Start a program that does some work."""
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(work=work.strip())],
        stdout=subprocess.PIPE,
        text=True,
    )


class RunningTests(SynchronousTestCase):
    """Exit statuses, errors and signals."""

    def test_statuses(self) -> None:
        """The result is the exit status; errors are raised."""
        for work, status, out in (
            ("return 2", 2, ""),
            ("return None", 0, ""),
            ("raise Failed('no')", 3, "no\n"),
        ):
            process = start(work)
            self.assertEqual(
                (process.communicate()[0], process.returncode), (out, status)
            )

    def test_signals(self) -> None:
        """The work is cancelled, and ends before the process does."""
        for number in (signal.SIGINT, signal.SIGTERM):
            process = start(_WAIT)
            assert process.stdout is not None
            self.assertEqual(process.stdout.readline(), "waiting\n")
            process.send_signal(number)
            self.assertEqual(process.communicate()[0], "ended\n")
            self.assertEqual(process.returncode, 130)
