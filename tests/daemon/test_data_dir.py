"""One daemon holds a data directory, unless all its daemons share it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.data_dir import LOCK_NAME, DataDir
from relay.daemon.errors import CannotStart


class DataDirTests(SynchronousTestCase):
    """Locks count between two openings of a file as between two processes."""

    def setUp(self) -> None:
        """Name a directory that is not there."""
        self.path = str(Path(self.mktemp()) / "relay")

    def hold(self, shared: bool = False) -> DataDir:
        """Hold it until the test ends."""
        held = DataDir(self.path, shared)
        held.startService()
        self.addCleanup(held.stopService)
        return held

    def test_it_is_made_when_it_is_missing(self) -> None:
        """The directory is created with its parents, and is private to the user."""
        self.hold()
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o700)

    def test_one_process_holds_it(self) -> None:
        """
        A second process fails with the id of the first, and succeeds after the first
        has ended.
        """
        held = DataDir(self.path, shared=False)
        held.startService()
        for shared in (False, True):
            with self.assertRaisesRegex(CannotStart, f"process {os.getpid()} holds"):
                DataDir(self.path, shared).startService()
        held.stopService()
        self.hold()

    def test_those_who_share_it(self) -> None:
        """
        Any number of daemons may share the directory, but not with one that does not
        share.
        """
        self.hold(shared=True)
        self.hold(shared=True)
        with self.assertRaisesRegex(CannotStart, f"process {os.getpid()} holds"):
            DataDir(self.path, shared=False).startService()

    def test_processes_that_have_ended_are_not_named(self) -> None:
        """Ids of processes that have ended are not named."""
        self.hold(shared=True)
        (Path(self.path) / LOCK_NAME).write_text("4194305\n")
        with self.assertRaisesRegex(CannotStart, "another process holds"):
            DataDir(self.path, shared=False).startService()

    def test_what_is_no_directory(self) -> None:
        """A path that is no directory is named in the error."""
        Path(self.path).parent.mkdir()
        Path(self.path).write_text("")
        with self.assertRaisesRegex(CannotStart, "data_dir: .*relay: "):
            DataDir(self.path, shared=False).startService()
