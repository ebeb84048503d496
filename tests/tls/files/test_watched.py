"""Tests for :mod:`relay.tls.files.watched`."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.logger import LogLevel, capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.files.watched import IN_USE, Read, Watched
from relay.tls.material import MaterialError
from tests.tls.files.looks import PATIENCE_S, Clocked, replace


class WatchedTests(SynchronousTestCase):
    """A value of two files that must hold the same."""

    def setUp(self) -> None:
        """Write the files and make the value."""
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        self.one = str(self.directory / "one")
        self.other = str(self.directory / "other")
        self.write("first", "first")
        self.made = 0
        self.watched = Watched("somebody", self.make)
        self.clock = Clocked()

    def write(self, one: str, other: str) -> None:
        """Replace both files."""
        replace(self.one, one)
        replace(self.other, other)

    def make(self, read: Read) -> bytes:
        """Make the value."""
        self.made += 1
        one, other = read("one", self.one).data, read("other", self.other).data
        if one != other:
            raise MaterialError("they differ")
        return one

    def test_first_load(self) -> None:
        """The first value is there at once, and files that do not fit are refused."""
        self.assertEqual(self.watched.load(), b"first")
        self.assertIn(self.watched, IN_USE)
        replace(self.other, "second")
        broken = Watched("somebody", self.make)
        self.assertRaises(MaterialError, broken.load)
        self.assertNotIn(broken, IN_USE)

    def test_nothing_is_read_without_a_change(self) -> None:
        """A look at files that have not changed reads none."""
        self.watched.load()
        self.clock.look(self.watched)
        self.assertEqual(self.made, 1)

    def test_a_change(self) -> None:
        """A changed value is used, and logged once with its files."""
        self.watched.load()
        self.write("second", "second")
        with capturedLogs() as events:
            self.clock.look(self.watched)
            self.clock.look(self.watched)
        self.assertEqual(self.watched.value, b"second")
        self.assertEqual(self.made, 2)
        self.assertEqual([event["log_level"] for event in events], [LogLevel.info])
        self.assertIn(self.one, events[0]["files"])

    def test_a_touched_file(self) -> None:
        """A file with a new time and the same content changes nothing."""
        first = self.watched.load()
        os.utime(self.one, (1, 1))
        with capturedLogs() as events:
            self.clock.look(self.watched)
            self.clock.look(self.watched)
        self.assertIs(self.watched.value, first)
        self.assertEqual((self.made, events), (2, []))

    def test_a_file_in_the_middle_of_a_change(self) -> None:
        """A file that was written a moment ago is left for the next look."""
        self.watched.load()
        self.write("second", "second")
        changed_s = os.stat(self.other).st_mtime
        self.clock.wall_s = changed_s + 0.5
        self.clock.look(self.watched)
        self.assertEqual(self.watched.value, b"first")
        self.clock.pass_time(1)
        self.clock.look(self.watched)
        self.assertEqual(self.watched.value, b"second")

    def test_a_file_of_the_future(self) -> None:
        """A clock of another machine that is ahead delays nothing."""
        self.watched.load()
        self.write("second", "second")
        self.clock.wall_s = os.stat(self.one).st_mtime - 3600
        self.clock.look(self.watched)
        self.assertEqual(self.watched.value, b"second")

    def test_one_file_after_the_other(self) -> None:
        """Files that do not fit for a while are no problem, and nothing is logged."""
        self.watched.load()
        replace(self.one, "second")
        with capturedLogs() as events:
            self.clock.look(self.watched)
            self.clock.pass_time(PATIENCE_S - 1)
            self.clock.look(self.watched)
            self.assertEqual(self.watched.value, b"first")
            self.assertEqual((self.watched.problem, events), (None, []))
            replace(self.other, "second")
            self.clock.look(self.watched)
        self.assertEqual(self.watched.value, b"second")
        self.assertEqual([event["log_level"] for event in events], [LogLevel.info])

    def test_files_that_stay_broken(self) -> None:
        """The old value stays in use, and the problem is logged once."""
        self.watched.load()
        replace(self.one, "second")
        with capturedLogs() as events:
            for _ in range(5):
                self.clock.look(self.watched)
                self.clock.pass_time(PATIENCE_S)
        self.assertEqual(self.watched.value, b"first")
        self.assertEqual(self.watched.states()[0].problem, "they differ")
        self.assertEqual([event["log_level"] for event in events], [LogLevel.error])
        self.assertIn("stay in use", str(events[0]["kept"]))

    def test_recovery(self) -> None:
        """A value that can be used again, even the same one, ends the problem."""
        for content in ("first", "second"):
            self.write("first", "first")
            watched = Watched("somebody", self.make)
            watched.load()
            replace(self.one, "broken")
            self.clock.look(watched)
            self.clock.pass_time(PATIENCE_S)
            self.clock.look(watched)
            self.assertEqual(watched.problem, "they differ")
            self.write(content, content)
            self.clock.look(watched)
            self.assertEqual((watched.problem, watched.value), (None, content.encode()))

    def test_a_missing_file(self) -> None:
        """A file that is gone keeps the value; permissions are another change."""
        self.watched.load()
        os.remove(self.other)
        self.clock.look(self.watched)
        self.clock.pass_time(PATIENCE_S)
        self.clock.look(self.watched)
        self.assertIn("No such file", str(self.watched.problem))
        self.assertEqual(self.watched.value, b"first")
        replace(self.other, "first")
        self.clock.look(self.watched)
        self.assertIsNone(self.watched.problem)

    def test_a_forced_look(self) -> None:
        """Everything is read, however new, and a problem is logged at once."""
        self.watched.load()
        self.clock.look(self.watched, forced=True)
        self.assertEqual(self.made, 2)
        replace(self.one, "second")
        self.clock.wall_s = os.stat(self.one).st_mtime
        with capturedLogs() as events:
            self.clock.look(self.watched, forced=True)
            self.clock.look(self.watched, forced=True)
        self.assertEqual([event["log_level"] for event in events], [LogLevel.error] * 2)
        replace(self.other, "second")
        self.clock.look(self.watched, forced=True)
        self.assertEqual(self.watched.value, b"second")

    def test_symbolic_links(self) -> None:
        """A link to a file, or to the directory above, may lead elsewhere."""
        for name in ("old", "new"):
            (self.directory / name).mkdir()
            (self.directory / name / "file").write_text(name)
        data = self.directory / "..data"
        data.symlink_to("old")
        (self.directory / "file").symlink_to("..data/file")
        path = str(self.directory / "file")
        watched = Watched("somebody", lambda read: read("file", path).data)
        self.assertEqual(watched.load(), b"old")
        (self.directory / "..data.new").symlink_to("new")
        os.replace(self.directory / "..data.new", data)
        self.clock.look(watched)
        self.assertEqual(watched.value, b"new")
        os.remove(path)
        (self.directory / "file").symlink_to("old/file")
        self.clock.look(watched)
        self.assertEqual(watched.value, b"old")

    def test_a_value_that_nobody_uses(self) -> None:
        """It is not examined any more, and not kept in memory."""
        self.watched.load()
        before = len(IN_USE)
        del self.watched
        self.assertEqual(len(IN_USE), before - 1)
