"""The forms of times and documents."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.reply import dump, timestamp, version_headers


class ReplyTests(SynchronousTestCase):
    """Writing what clients read."""

    def test_timestamp(self) -> None:
        """An instant keeps its milliseconds, and is told in UTC."""
        for at_ms, text in (
            (0, "1970-01-01T00:00:00.000Z"),
            (1795511167357, "2026-11-24T09:06:07.357Z"),
            (1795511167007, "2026-11-24T09:06:07.007Z"),
        ):
            self.assertEqual(timestamp(at_ms), text)

    def test_version_headers(self) -> None:
        """The tag has the milliseconds, which the date cannot have."""
        self.assertEqual(
            version_headers(1795511167357),
            {
                "ETag": '"1795511167357"',
                "Last-Modified": "Tue, 24 Nov 2026 09:06:07 GMT",
            },
        )

    def test_dump(self) -> None:
        """JSON is UTF-8 and holds only what JSON can."""
        self.assertEqual(dump({"a": ["ü", None]}), '{"a":["ü",null]}'.encode())
        self.assertRaises(ValueError, dump, float("nan"))
