"""Lines that are whole, whatever room there is."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from twisted.logger import globalLogPublisher, textFileLogObserver
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.log_file import LogFile

LINE = "x" * 98 + "\n"


class WholeLineTests(SynchronousTestCase):
    """The system grants a file so many bytes, as a disk does."""

    def setUp(self) -> None:
        """Make room for a file."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name, "log")
        self.limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.addCleanup(self.grant, self.limits[0])

    def grant(self, size_bytes: int) -> None:
        """Limit the size of files."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, self.limits[1]))

    def test_no_half_line_stays_on_a_full_disk(self) -> None:
        """A line without room is not written at all, and the next one begins anew."""
        file = LogFile(str(self.path))
        self.grant(250)
        for _ in range(2):
            file.write(LINE)
        for _ in range(3):
            self.assertRaises(OSError, file.write, LINE)
            self.assertEqual(self.path.read_text(), LINE * 2)
        self.grant(self.limits[0])
        file.write(LINE)
        file.write(LINE.encode())
        file.close()
        self.assertEqual(self.path.read_text(), LINE * 4)


class RotationTests(SynchronousTestCase):
    """Files that Relay rotates."""

    def setUp(self) -> None:
        """Make room for files."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.path = self.directory / "log"

    def lines(self) -> dict[str, str]:
        """The first character of each line of each file."""
        return {
            one.name: "".join(line[0] for line in one.read_text().splitlines())
            for one in self.directory.iterdir()
        }

    def test_rotates(self) -> None:
        """The file rotates by its size; the oldest files are removed."""
        file = LogFile(str(self.path), rotate_bytes=150, keep=2)
        self.addCleanup(file.close)
        for number in range(7):
            file.write(str(number) * 98 + "\n")
        self.assertEqual(self.lines(), {"log": "6", "log.1": "45", "log.2": "23"})

    def test_names_of_other_files(self) -> None:
        """Files whose names only begin as that of the log stay as they are."""
        others = ("log.1.gz", "log.x", "log.01", "log2.1")
        for name in others:
            (self.directory / name).write_text("x")
        file = LogFile(str(self.path), rotate_bytes=50)
        self.addCleanup(file.close)
        for number in range(2):
            file.write(str(number) * 98 + "\n")
        self.assertEqual(
            self.lines(), {"log": "1", "log.1": "0", **dict.fromkeys(others, "x")}
        )

    def test_a_file_that_is_continued(self) -> None:
        """A new process counts what the file contains already."""
        self.path.write_text(LINE * 2)
        file = LogFile(str(self.path), rotate_bytes=150)
        self.addCleanup(file.close)
        file.write("1\n")
        self.assertEqual(self.lines(), {"log": "1", "log.1": "xx"})

    def test_permissions(self) -> None:
        """Those that are set, or those of the file before."""
        self.path.touch(0o600)
        for mode, expected in ((None, 0o600), (0o640, 0o640)):
            file = LogFile(str(self.path), rotate_bytes=1, mode=mode)
            self.addCleanup(file.close)
            for _ in range(2):
                file.write(LINE)
            for path in (self.path, self.directory / "log.1"):
                self.assertEqual(path.stat().st_mode & 0o777, expected)

    def test_a_file_that_could_not_be_opened_when_it_was_rotated(self) -> None:
        """It is opened when that is possible again."""
        file = LogFile(str(self.path), rotate_bytes=50)
        self.addCleanup(file.close)
        file.write(LINE)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        try:
            for _ in range(2):
                self.assertRaises(OSError, file.write, LINE)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        file.write("1\n")
        self.assertEqual(self.lines(), {"log": "1", "log.1": "x"})


class ReopenTests(SynchronousTestCase):
    """Files that other programs rotate."""

    def setUp(self) -> None:
        """Open a file."""
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        self.path = self.directory / "daemon.log"
        self.file = LogFile(str(self.path))
        self.addCleanup(self.file.close)
        observer = textFileLogObserver(cast(Any, self.file))
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    def test_reopened(self) -> None:
        """Later lines are written to a new file at the same path."""
        self.file.write("old\n")
        self.path.rename(self.directory / "daemon.log.1")
        self.file.reopen()
        self.file.write("new\n")
        self.assertIn("new\n", self.path.read_text())
        self.assertNotIn("old\n", self.path.read_text())
        self.assertIn("old\n", (self.directory / "daemon.log.1").read_text())

    def test_a_path_that_cannot_be_opened_leaves_the_file_open(self) -> None:
        """
        If the path cannot be opened, the old file stays open, and no line is lost.
        """
        moved = self.directory.with_suffix(".moved")
        os.rename(self.directory, moved)
        self.file.reopen()
        self.file.write("still here\n")
        text = (moved / "daemon.log").read_text()
        self.assertIn("cannot be opened again", text)
        self.assertIn("still here\n", text)


class SharedFileTests(SynchronousTestCase):
    """Two processes write lines of theirs to one file."""

    def setUp(self) -> None:
        """Open the file twice."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name, "log")
        self.files = [
            LogFile(str(self.path), rotate_bytes=250, shared=True) for _ in range(2)
        ]
        for one in self.files:
            self.addCleanup(one.close)

    def test_rotation(self) -> None:
        """The file is rotated once, whoever does it, and no line is lost."""
        for number in range(8):
            self.files[number % 2].write(LINE)
        rotated = sorted(one.name for one in self.path.parent.iterdir())
        self.assertEqual(rotated, ["log", "log.1", "log.2"])
        sizes = [(self.path.parent / name).stat().st_size for name in rotated]
        self.assertEqual([size // len(LINE) for size in sizes], [2, 3, 3])

    def test_a_full_disk(self) -> None:
        """Half a line is removed, and the lines of the other process stay."""
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_FSIZE, limits)
        self.files[0].write(LINE)
        self.files[1].write(LINE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (250, limits[1]))
        self.assertRaises(OSError, self.files[0].write, LINE)
        self.assertEqual(self.path.read_text(), LINE * 2)
