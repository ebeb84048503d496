"""Running a command on a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Sequence

from tests.wire.harness.daemon import BOUND_S, until


class Terminal:
    """
    A command whose input, output and errors are a terminal.

    :param columns: of the terminal.
    """

    def __init__(
        self, arguments: Sequence[str], environment: dict[str, str], columns: int
    ) -> None:
        self._ours, theirs = pty.openpty()
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        self.process = subprocess.Popen(
            arguments,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            # Ctrl-C reaches the processes of the terminal's session.
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.text = ""

    def read(self) -> str:
        """Read what has arrived, and return all text so far."""
        while select.select([self._ours], [], [], 0)[0]:
            try:
                data = os.read(self._ours, 65536)
            except OSError:
                break  # The command has closed its side.
            if not data:
                break
            self.text += data.decode()
        return self.text

    def shows(self, text: str) -> None:
        """Wait until a text has been printed."""
        until(lambda: text in self.read(), f"{text} is printed", failed=self.read)

    def type(self, text: str) -> None:
        """Type keys; ``\\x03`` is Ctrl-C."""
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """Wait for the end of the command, and return its exit status."""

        def ended() -> bool:
            self.read()
            return self.process.poll() is not None

        try:
            until(ended, "the command ends", BOUND_S, self.read)
            self.read()
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait(BOUND_S)
            os.close(self._ours)
        return self.process.returncode
