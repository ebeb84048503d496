"""Places in a capture, and times."""

import io
from itertools import islice

from twisted.trial.unittest import SynchronousTestCase

from relay.captures.format import CaptureError, Opened, Received, Record, Stopped
from relay.captures.playback import (
    Place,
    beginning,
    place_after,
    play,
)
from tests.captures.samples import STREAM, TWO_RESPONSES, captured


class PlaceTests(SynchronousTestCase):
    """Where a reader begins."""

    def setUp(self) -> None:
        """Open a capture of two responses."""
        self.file = io.BytesIO(captured())

    def rest(self, place: Place | None) -> list[tuple[int, Record]]:
        """Return what follows a place, with its microseconds."""
        assert place is not None
        return [
            (round(due_s * 1_000_000), record)
            for due_s, record in play(self.file, place, 1, False)
        ]

    def data(self, event_id: str) -> bytes:
        """Return the bytes that follow an event."""
        return b"".join(
            record.data
            for _, record in self.rest(place_after(self.file, event_id))
            if isinstance(record, Received)
        )

    def test_beginning(self) -> None:
        """The time of the first response is zero."""
        place = beginning(self.file)
        self.assertEqual((place.at_us, place.at_end), (1_000, False))
        (first_us, first), *_, (last_us, last) = self.rest(place)
        self.assertEqual((first_us, first), (1_000, TWO_RESPONSES[1]))
        self.assertEqual(last_us, 49_000)
        self.assertIsInstance(last, Stopped)

    def test_amid_a_piece(self) -> None:
        """The rest of a piece with several events follows at once."""
        place = place_after(self.file, "1")
        (first_us, first), *_ = self.rest(place)
        self.assertEqual((first_us, first), (0, Received(2_000, b"id: 2\ndata: b\n\n")))

    def test_after_a_piece(self) -> None:
        """The next piece follows after the time between them."""
        (first_us, first), *_ = self.rest(place_after(self.file, "2"))
        self.assertEqual((first_us, first), (10_000, TWO_RESPONSES[2]))

    def test_the_last_event_of_a_lost_response(self) -> None:
        """The next response follows: the cut would come again and again otherwise."""
        place = place_after(self.file, "3")
        assert place is not None
        self.assertEqual(place.opened, TWO_RESPONSES[6])
        self.assertEqual(self.data("3"), b":\nid: 4\ndata: d\n\n")

    def test_the_last_event(self) -> None:
        """Nothing follows."""
        place = place_after(self.file, "4")
        assert place is not None
        self.assertTrue(place.at_end)
        self.assertEqual(self.data("4"), b"")

    def test_an_unknown_event(self) -> None:
        """It has no place."""
        self.assertIsNone(place_after(self.file, "5"))

    def test_an_event_that_came_in_pieces(self) -> None:
        """Pieces are divided anywhere."""
        body = b"id: 1\r\ndata: a\r\n\r\nid: 2\r\ndata: b\r\n\r\n"
        pieces = [Received(n, body[n : n + 1]) for n in range(len(body))]
        self.file = io.BytesIO(captured([Opened(0, 200, STREAM, ""), *pieces]))
        self.assertEqual(self.data("1").lstrip(), body[len(body) // 2 :])

    def test_no_body(self) -> None:
        """A capture without a body cannot be played."""
        file = io.BytesIO(captured([Opened(0, 200, STREAM, ""), Stopped(1, "")]))
        self.assertRaises(CaptureError, beginning, file)


class PlayTests(SynchronousTestCase):
    """Speed and rounds."""

    def due(self, speed: float, loop: bool, most: int) -> list[int]:
        """Return the microseconds at which the first pieces are due."""
        file = io.BytesIO(captured())
        played = play(file, beginning(file), speed, loop)
        pieces = (due for due, one in played if isinstance(one, Received))
        return [round(due * 1_000_000) for due in islice(pieces, most)]

    def test_speed(self) -> None:
        """Times are divided by it; 0 is no waiting."""
        self.assertEqual(self.due(1, False, 9), [1_000, 11_000, 12_000, 30_000, 41_000])
        self.assertEqual(self.due(10, False, 9), [100, 1_100, 1_200, 3_000, 4_100])
        self.assertEqual(self.due(0, False, 9), [0, 0, 0, 0, 0])

    def test_loop(self) -> None:
        """A round begins when the recording was stopped."""
        self.assertEqual(self.due(1, True, 7)[5:], [50_000, 60_000])
