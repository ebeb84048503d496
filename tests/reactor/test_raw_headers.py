"""Tests of :mod:`relay.reactor.raw_headers`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.reactor.raw_headers import raw_fields, spell


class RawHeadersTests(SynchronousTestCase):
    """The fields of a message, without the checks of Twisted."""

    def test_fields(self) -> None:
        """The fields are the lists of the message, under their canonical names."""
        headers = Headers({b"x-request-ID": [b"1", b"2"]})
        self.assertEqual(raw_fields(headers), {b"X-Request-Id": [b"1", b"2"]})

    def test_changes_are_seen_by_the_message(self) -> None:
        """Changes of the fields change the message; nothing is copied."""
        headers = Headers()
        raw_fields(headers)[spell(b"content-type")] = [b"text/plain"]
        self.assertEqual(headers.getRawHeaders(b"Content-Type"), [b"text/plain"])
        del raw_fields(headers)[b"Content-Type"]
        self.assertFalse(headers.hasHeader(b"content-type"))

    def test_spelling(self) -> None:
        """The spelling is the one under which the message stores a field."""
        for name in (b"x-request-id", b"X-REQUEST-ID", b"etag", b"www-authenticate"):
            headers = Headers({name: [b"1"]})
            self.assertEqual(list(raw_fields(headers)), [spell(name)])
