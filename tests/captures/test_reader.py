"""Reading a capture."""

import io

from twisted.trial.unittest import SynchronousTestCase

from relay.captures.format import CaptureError
from relay.captures.reader import CaptureReader
from tests.captures.samples import HEAD, TWO_RESPONSES, captured


class ReaderTests(SynchronousTestCase):
    """Whole captures, cut ones, and other files."""

    def test_whole(self) -> None:
        """All records come, in order."""
        reader = CaptureReader(io.BytesIO(captured()))
        self.assertEqual(reader.head, HEAD)
        self.assertEqual(tuple(reader), TWO_RESPONSES)
        self.assertFalse(reader.is_cut)

    def test_cut_anywhere(self) -> None:
        """A file that was cut at any byte is read up to its last whole line."""
        whole = captured()
        first = whole.index(b"\n") + 1
        for size in range(first, len(whole) + 1):
            reader = CaptureReader(io.BytesIO(whole[:size]))
            lines = whole[first:size].count(b"\n")
            self.assertEqual(tuple(reader), TWO_RESPONSES[:lines])
            self.assertEqual(reader.is_cut, whole[size - 1 : size] != b"\n")
        for size in range(first):
            self.assertRaises(CaptureError, CaptureReader, io.BytesIO(whole[:size]))

    def test_the_line_of_a_mistake_is_named(self) -> None:
        """The same holds for a time that goes back."""
        lines = captured().splitlines(keepends=True)
        for line, message in (
            (b"nonsense\n", "line 4: the line is not a JSON object"),
            (b'{"atMs":0,"data":""}\n', "line 4: atMs is before"),
        ):
            reader = CaptureReader(io.BytesIO(b"".join([*lines[:3], line])))
            with self.assertRaisesRegex(CaptureError, message):
                list(reader)

    def test_places(self) -> None:
        """Reading continues at an offset."""
        file = io.BytesIO(captured())
        reader = CaptureReader(file)
        records = iter(reader)
        next(records)
        offset = reader.tell()
        rest = tuple(records)
        reader.seek(offset)
        self.assertEqual(tuple(reader), rest)
