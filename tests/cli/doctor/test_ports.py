"""The addresses of the listeners."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.finding import Finding
from relay.cli.doctor.ports import check_ports, running_daemons
from relay.settings.schema import load


class PortTests(SynchronousTestCase):
    """Whether they can be listened on."""

    def setUp(self) -> None:
        """Take a port."""
        self.directory = self.mktemp()
        os.makedirs(self.directory)
        self.taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.taken.close)
        self.port = self.taken.getsockname()[1]

    def findings(self, endpoint: str) -> Finding:
        """Check a listener."""
        options = {"gateway": [endpoint]}
        found = check_ports(load(None, self.directory, {}, options))
        return next(iter(found))

    def test_a_taken_port(self) -> None:
        """It is an error, unless the daemon of the data directory listens there."""
        endpoint = f"tcp:{self.port}:interface=127.0.0.1"
        self.assertEqual(self.findings(endpoint).level, "error")
        (Path(self.directory) / "lock").write_text(f"{os.getpid()}\n")
        self.assertEqual(self.findings(endpoint).level, "ok")

    def test_the_daemon_that_runs_is_not_taken_for_the_owner_of_a_port(self) -> None:
        """The socket is that of another process than the one of the data directory."""
        other = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        self.addCleanup(other.communicate)
        (Path(self.directory) / "lock").write_text(f"{other.pid}\n")
        found = self.findings(f"tcp:{self.port}:interface=127.0.0.1")
        self.assertEqual(found.level, "error")
        self.assertIn(f"not by the daemon that runs ({other.pid})", found.found)
        (Path(self.directory) / "lock").write_text(f"{other.pid}\n{os.getpid()}\n")
        found = self.findings(f"tcp:{self.port}:interface=127.0.0.1")
        self.assertIn(f"the daemon runs ({os.getpid()})", found.found)

    def test_a_free_port(self) -> None:
        """Nothing is wrong."""
        self.taken.close()
        endpoint = f"tcp:{self.port}:interface=127.0.0.1"
        self.assertEqual(self.findings(endpoint).level, "ok")

    def test_an_address_of_another_machine(self) -> None:
        """It is an error."""
        found = self.findings("tcp:18999:interface=192.0.2.1")
        self.assertIn("192.0.2.1 is not an address here", found.found)

    def test_other_endpoints(self) -> None:
        """They have no port."""
        (found, _) = list(
            check_ports(load(None, self.directory, {}, {"gateway": ["unix:/x"]}))
        )
        self.assertIn("management.endpoint", found.found)

    def test_a_daemon_that_has_ended(self) -> None:
        """Its process id is not taken for a running one."""
        self.assertEqual(running_daemons(self.directory), [])
        (Path(self.directory) / "lock").write_text("99999999\n")
        self.assertEqual(running_daemons(self.directory), [])
