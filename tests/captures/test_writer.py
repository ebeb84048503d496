"""Writing a capture."""

import io

from twisted.trial.unittest import SynchronousTestCase

from relay.captures.format import Received, Stopped
from relay.captures.writer import CaptureWriter
from tests.captures.samples import HEAD, captured


class Slow(io.BytesIO):
    """A file that takes three bytes at a time."""

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        """Write the first bytes."""
        return super().write(bytes(data[:3]))


class WriterTests(SynchronousTestCase):
    """Order, and files that write in part."""

    def test_a_file_that_takes_a_part(self) -> None:
        """All of a line is written, and counted."""
        slow, whole = Slow(), io.BytesIO()
        for file in (slow, whole):
            writer = CaptureWriter(file, HEAD)
            writer.write(Received(1, b"data: a\n\n"))
            self.assertEqual(writer.bytes, len(file.getvalue()))
        self.assertEqual(slow.getvalue(), whole.getvalue())

    def test_order(self) -> None:
        """Times do not go back, and nothing follows the end."""
        writer = CaptureWriter(io.BytesIO(), HEAD)
        writer.write(Received(5, b"a"))
        self.assertRaises(ValueError, writer.write, Received(4, b"b"))
        writer.write(Stopped(5, "duration"))
        self.assertRaises(ValueError, writer.write, Received(6, b"c"))
        self.assertTrue(captured().endswith(b'"stopped":"interrupted"}\n'))
