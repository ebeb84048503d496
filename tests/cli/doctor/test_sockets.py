"""The sockets that listen, and their processes."""

from __future__ import annotations

import os
import socket

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.sockets import listening, sockets_of

LOOPBACK = "127.0.0.1"


class SocketTests(SynchronousTestCase):
    """A socket of this process."""

    def listen(self, family: socket.AddressFamily, address: str) -> tuple[int, int]:
        """Listen on an address; return the port and the inode of the socket."""
        made = socket.create_server((address, 0), family=family)
        self.addCleanup(made.close)
        return made.getsockname()[1], os.fstat(made.fileno()).st_ino

    def test_the_address_decides(self) -> None:
        """A socket has its own address, and every address if it has none."""
        port, inode = self.listen(socket.AF_INET, LOOPBACK)
        for interface in (LOOPBACK, "", "0.0.0.0", "localhost"):
            self.assertEqual(listening(socket.AF_INET, interface, port), {inode})
        self.assertEqual(listening(socket.AF_INET, "127.0.0.2", port), set())
        port, inode = self.listen(socket.AF_INET, "")
        self.assertEqual(listening(socket.AF_INET, "127.0.0.2", port), {inode})

    def test_ipv6(self) -> None:
        """An address of 128 bits is read as the system writes it."""
        try:
            port, inode = self.listen(socket.AF_INET6, "::1")
        except OSError:
            self.skipTest("this machine has no IPv6")
        self.assertEqual(listening(socket.AF_INET6, "::1", port), {inode})
        self.assertEqual(listening(socket.AF_INET6, "fe80::1", port), set())

    def test_processes(self) -> None:
        """A process has its sockets; one that has ended has none."""
        _, inode = self.listen(socket.AF_INET, LOOPBACK)
        self.assertIn(inode, sockets_of(os.getpid()) or ())
        self.assertEqual(sockets_of(99999999), set())
