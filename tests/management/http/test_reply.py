"""The forms of times and documents."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.reply import dump, version_headers


class ReplyTests(SynchronousTestCase):
    """Writing what clients read."""

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
