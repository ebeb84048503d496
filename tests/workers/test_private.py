"""The Unix sockets of workers."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.workers.private import DIRECTORY, PrivateSockets


class PrivateSocketsTests(SynchronousTestCase):
    """Two workers in a directory whose path is longer than an address may be."""

    def setUp(self) -> None:
        """Open the sockets, over the file of a process that has died."""
        self.data_dir = Path(self.mktemp()).absolute() / ("d" * 100)
        old = self.data_dir / DIRECTORY
        old.mkdir(parents=True)
        (old / "1.sock").touch()
        self.sockets = PrivateSockets(str(self.data_dir), 2)
        self.sockets.startService()
        self.addCleanup(self.sockets.stopService)

    def test_connections(self) -> None:
        """Each path leads to a socket that listens, and that only its owner may use."""
        for worker in (1, 2):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(self.sockets.path(worker))
            mode = os.stat(self.sockets.path(worker)).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_the_end(self) -> None:
        """The files are removed."""
        self.sockets.stopService()
        self.assertEqual(os.listdir(self.data_dir / DIRECTORY), [])
