"""Programs in forks of an interpreter run as if they had been started alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.harness.daemon import BOUND_S, until
from tests.wire.harness.interpreter import Process, Run, address, execute, fork

REPORT = """
import json, os, sys
print(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd(), __name__]), flush=True)
print("more", file=sys.stderr)
sys.exit(3)
"""
WAITING = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n"


class ForkTests(SynchronousTestCase):
    """Forks, and the same programs with an interpreter of their own."""

    def setUp(self) -> None:
        """Make a directory for the program."""
        self.directory = Path(tempfile.mkdtemp(prefix="relay-")).resolve()
        self.addCleanup(shutil.rmtree, self.directory)
        self.script = self.directory / "program.py"
        self.output = self.directory / "output"

    def start(self, run: Run, text: str, *command: str) -> Process:
        """Start a program with these arguments."""
        self.script.write_text(text)
        environment = {"HOME": "/nowhere", "LC_CTYPE": "C.UTF-8"}
        with self.output.open("wb") as output:
            return run(command, environment, self.directory, output.fileno())

    def test_a_program_gets_what_it_was_given(self) -> None:
        """Arguments, environment, directory and output, and its status is reported."""
        forked = self.start(fork, REPORT, str(self.script), "a", "b")
        self.assertEqual(forked.wait(BOUND_S), 3)
        self.assertEqual(forked.poll(), 3)
        reported = self.output.read_text()
        again = self.start(execute, REPORT, sys.executable, str(self.script), "a", "b")
        self.assertEqual(again.wait(BOUND_S), 3)
        self.assertEqual(self.output.read_text(), reported)
        self.assertEqual(json.loads(reported.splitlines()[0])[0], ["a", "b"])

    def test_signals(self) -> None:
        """A signal reaches the program, and its status names the signal."""
        program = self.start(fork, WAITING, str(self.script))
        until(self.output.read_text, "the program runs")
        self.assertIsNone(program.poll())
        self.assertRaises(subprocess.TimeoutExpired, program.wait, 0.01)
        program.send_signal(signal.SIGTERM)
        self.assertEqual(program.wait(BOUND_S), -signal.SIGTERM)
        program.kill()

    def test_clients_that_leave(self) -> None:
        """A client that leaves before or amid its request harms no other."""
        for sent in (b"", b"\0\0", b"\0\0\1\0"):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(address())
                client.sendall(sent)
        program = self.start(fork, "", str(self.script))
        self.assertEqual(program.wait(BOUND_S), 0)

    def test_a_program_ends_with_the_tests(self) -> None:
        """A process of tests that dies leaves no program behind."""
        self.script.write_text(WAITING)
        text = (
            "import os, pathlib, sys\n"
            "from tests.wire.harness.interpreter import fork\n"
            "where = pathlib.Path(sys.argv[1])\n"
            "with (where / 'output').open('wb') as output:\n"
            "    program = fork([sys.argv[2]], {}, where, output.fileno())\n"
            "print(program.pid, flush=True)\n"
            "sys.stdin.read()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", text, str(self.directory), str(self.script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as tests:
            assert tests.stdout is not None
            pid = int(tests.stdout.readline())
            until(self.output.read_text, "the program runs")
            tests.kill()
        until(lambda: not os.path.exists(f"/proc/{pid}"), "the program is gone")
