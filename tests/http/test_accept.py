"""Tests of ``relay.http.accept``."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.http.accept import ANYTHING, Accept, accept_of

STREAM = b"text/event-stream"


class AcceptTests(SynchronousTestCase):
    """The media types that a client accepts."""

    def test_event_streams(self) -> None:
        """The most precise range decides, in any case and with any parameters."""
        for value, quality in (
            (b"text/event-stream", 1.0),
            (b"Text/Event-Stream", 1.0),
            (b"text/*", 1.0),
            (b"*/*;q=0.5", 0.5),
            (b"text/event-stream ; charset=utf-8 ; Q=0.25", 0.25),
            (b'text/html;x="a,b;q=0", text/event-stream', 1.0),
            (b"text/event-stream;q=0.1, */*", 0.1),
            (b"text/event-stream;v=1;q=0, text/event-stream;q=0.5", 0.5),
            (b"text/event-stream;q=many", 1.0),
            (b"text/event-stream;q=nan", 1.0),
            (b"text/event-stream;q=9", 1.0),
            (b"text/event-stream-x", None),
            (b"application/json, text/event-stream;q=0", None),
            (b"*/*, text/*;q=0", None),
            (b"application/json", None),
        ):
            found = Accept(value).prefers(STREAM)
            self.assertEqual(found and found.quality, quality, value)

    def test_none(self) -> None:
        """Without a media range a client accepts anything."""
        for value in (b"", b" , ", b"nonsense"):
            self.assertEqual(Accept(value).prefers(STREAM), ANYTHING)

    def test_field_lines(self) -> None:
        """Several lines are one list."""
        headers = Headers({b"accept": [b"application/json", STREAM + b";q=0.5"]})
        accept = accept_of(headers)
        found = accept.prefers(STREAM)
        self.assertEqual(found, (0.5, 2, -1))
        self.assertTrue(accept_of(Headers()).absent)

    def test_hostile_values(self) -> None:
        """A long value takes time in proportion to its length."""
        for value in (b'"' * 60_000, b'"\\' * 30_000, b"," * 60_000, b"a/b;" * 15_000):
            Accept(value).prefers(STREAM)
