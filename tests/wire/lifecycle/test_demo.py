"""``twistd relay --demo`` as a newcomer runs it."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from relay.settings.demo import PORTS
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, until
from tests.wire.harness.interpreter import Process, fork

TWISTD = str(Path(sys.executable).with_name("twistd"))


class DemoTests(WireCase):
    """The demo in a directory of its own, while its usual ports are taken."""

    def setUp(self) -> None:
        """Take the ports, unless another program has them."""
        self.directory = self.new_directory()
        for port in PORTS.values():
            with contextlib.suppress(OSError):
                holder = socket.create_server(("127.0.0.1", port))
                self.addCleanup(holder.close)

    def run_demo(self) -> tuple[Process, str]:
        """Start the demo, and return what it has printed when it is set up."""
        log = self.directory / "demo.log"
        with log.open("wb") as output:
            process = fork(
                [TWISTD, "--nodaemon", "--pidfile=", "relay", "--demo"],
                {**os.environ},
                self.directory,
                output.fileno(),
            )
        self.addCleanup(process.wait, BOUND_S)
        self.addCleanup(process.kill)
        until(
            lambda: "Console: " in log.read_text(),
            "the demo is set up",
            failed=log.read_text,
        )
        return process, log.read_text()

    def stop(self, process: Process) -> None:
        """Stop the demo."""
        process.send_signal(signal.SIGTERM)
        process.wait(BOUND_S)

    def try_commands(self, printed: str) -> None:
        """Run both commands, the second once the stream of the first is open."""
        found = re.findall(r"(?m)^  (curl .+)$", printed)
        subscribe, publish = map(shlex.split, found)
        curl = subprocess.Popen(
            subscribe, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        bound = threading.Timer(BOUND_S, curl.kill)
        bound.start()
        self.addCleanup(curl.wait)
        self.addCleanup(curl.kill)
        self.addCleanup(bound.cancel)
        assert curl.stdout is not None
        self.assertEqual(curl.stdout.readline(), b":keepalive\n")
        subprocess.run(publish, capture_output=True, timeout=BOUND_S, check=True)
        line = b""
        while not line.startswith(b"data: "):
            line = curl.stdout.readline()
            self.assertNotEqual(line, b"", "the stream has ended")
        self.assertIn(b"hello", line)
        curl.kill()

    def test_ports_of_others(self) -> None:
        """
        Free ports are found and named, nothing else is printed, and the commands work;
        in a second run, too, whose source is at another port.
        """
        for _ in range(2):
            process, printed = self.run_demo()
            lines = [line for line in printed.splitlines() if line]
            self.assertEqual(len(lines), len(PORTS) + 6, printed)
            for line, (name, port) in zip(lines, PORTS.items(), strict=False):
                expected = f"Port {port} is taken: the {name} listens on 127.0.0.1:"
                self.assertTrue(line.startswith(expected), line)
            management, console, place = lines[-3:]
            self.assertTrue(management.startswith("Management API: http://127.0.0.1:"))
            self.assertTrue(console.startswith("Console: http://127.0.0.1:"), console)
            self.assertTrue(console.endswith("/console/ (user admin)"), console)
            file = self.directory / "var" / "admin-password"
            self.assertEqual(place, f"Password: in {file}")
            self.assertNotIn(file.read_text().strip(), printed)
            self.try_commands(printed)
            self.stop(process)

    def test_on_a_terminal(self) -> None:
        """The last line is the password, which no log or pipe is given."""
        terminal, output = os.openpty()
        self.addCleanup(os.close, terminal)
        process = fork(
            [TWISTD, "--nodaemon", "--pidfile=", "relay", "--demo"],
            {**os.environ},
            self.directory,
            output,
        )
        os.close(output)
        self.addCleanup(process.wait, BOUND_S)
        self.addCleanup(process.kill)
        printed = b""
        while b"Password: " not in printed or not printed.endswith(b"\r\n\r\n"):
            printed += os.read(terminal, 65536)
        password = (self.directory / "var" / "admin-password").read_text().strip()
        self.assertEqual(
            printed.decode().split("\r\n")[-3:-2], [f"Password: {password}"], printed
        )
        self.stop(process)

    def test_without_the_password(self) -> None:
        """The commands are printed although the API cannot be checked."""
        process, _ = self.run_demo()
        self.stop(process)
        (self.directory / "var" / "admin-password").unlink()
        process, printed = self.run_demo()
        self.assertIn("The API was not checked: ", printed)
        self.assertEqual(len(re.findall(r"(?m)^  curl ", printed)), 2)
        self.stop(process)
