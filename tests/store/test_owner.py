"""The name under which a process owns channels."""

from __future__ import annotations

import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

NAME = "import sys; from relay.store.owner import owner_name; "
TELL = NAME + "print(owner_name(sys.argv[1]))"
TWICE = NAME + "print(owner_name(sys.argv[1]), owner_name(sys.argv[1]))"


class OwnerTests(SynchronousTestCase):
    """
    The name of a process, tested in processes since it lasts as long as the process.
    """

    def ask(self, program: str, directory: str) -> list[str]:
        """Run a program, and return the names that it prints."""
        done = subprocess.run(
            [sys.executable, "-c", program, directory],
            capture_output=True,
            check=True,
            timeout=60,
        )
        return done.stdout.decode().split()

    def test_a_process_that_comes_back_has_its_name(self) -> None:
        """A restarted process has the same name, and so its leases."""
        with TemporaryDirectory() as directory:
            first = self.ask(TELL, directory)
            self.assertEqual(self.ask(TELL, directory), first)

    def test_a_copy_of_the_directory(self) -> None:
        """Has a name of its own: both may run at once, on one store."""
        with TemporaryDirectory() as directory:
            first = self.ask(TELL, f"{directory}/one")
            shutil.copytree(f"{directory}/one", f"{directory}/two")
            self.assertNotEqual(self.ask(TELL, f"{directory}/two"), first)

    def test_two_at_once_have_two_names(self) -> None:
        """Two processes at one time have different names."""
        with TemporaryDirectory() as directory:
            one, two = self.ask(TWICE, directory)
            self.assertNotEqual(one, two)
            self.assertEqual(self.ask(TELL, directory), [one])
