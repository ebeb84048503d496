"""Tests of :mod:`relay.cluster.local.address`."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.local.address import SocketAddress


class AddressTests(SynchronousTestCase):
    """The address of a socket in a directory with a long path."""

    def test_a_long_path(self) -> None:
        """A socket listens at it, and another process connects to it."""
        directory = Path(self.mktemp()).absolute() / ("x" * 120)
        directory.mkdir(parents=True)
        path = str(directory / "hub")
        one, two = SocketAddress(path), SocketAddress(path)
        self.addCleanup(one.close)
        with (
            socket.socket(socket.AF_UNIX) as server,
            socket.socket(socket.AF_UNIX) as client,
        ):
            server.bind(one.open())
            server.listen()
            client.connect(two.open())
        self.assertEqual(two.open(), two.open())
        two.close()
        two.close()
        self.assertEqual(os.listdir(directory), ["hub"])

    def test_no_directory(self) -> None:
        """The directory has to be there."""
        with self.assertRaises(FileNotFoundError):
            SocketAddress(self.mktemp() + "/hub").open()
