"""Lines that are whole, whatever room there is."""

from __future__ import annotations

import resource
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.python.logfile import LogFile
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.log_file import WholeLineLogFile, keep_lines_whole

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

    def stays_whole(self, file: LogFile) -> None:
        """Write beyond the room that there is, and again when there is room."""
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

    def test_no_half_line_stays_on_a_full_disk(self) -> None:
        """A partial line is removed, and no line is appended to one."""
        self.stays_whole(WholeLineLogFile.fromFullPath(str(self.path)))

    def test_the_log_file_of_twistd(self) -> None:
        """The file that twistd has opened keeps whole lines, too."""
        file = LogFile.fromFullPath(str(self.path))
        self.patch(LogFile, "write", LogFile.write)
        keep_lines_whole()
        self.stays_whole(file)

    def test_rotates(self) -> None:
        """The file is rotated by the number of bytes written."""
        file = WholeLineLogFile.fromFullPath(str(self.path), rotateLength=150)
        for _ in range(3):
            file.write(LINE)
        file.close()
        self.assertEqual(self.path.read_text(), LINE)
        self.assertEqual(Path(f"{self.path}.1").read_text(), LINE * 2)

    def test_a_file_that_could_not_be_opened_when_it_was_rotated(self) -> None:
        """
        A file that could not be opened after a rotation is opened when it is possible.
        """
        file = WholeLineLogFile.fromFullPath(str(self.path), rotateLength=50)
        file.write(LINE)
        opening, file._openFile = file._openFile, self.refuse
        self.assertRaises(OSError, file.write, LINE)
        self.assertRaises(OSError, file.write, LINE)
        file._openFile = opening
        file.write(LINE)
        file.close()
        self.assertEqual(self.path.read_text(), LINE)

    def refuse(self) -> None:
        """Open nothing."""
        raise OSError("no room")
