"""Tests of ``relay.gateway.cors``."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.gateway.cors import cors_headers
from relay.model.api.message_options import CorsOptions

ORIGIN = b"access-control-allow-origin"


def answered(options: CorsOptions | None, origin: bytes | None) -> Headers:
    """Make the headers for a page of an origin; None for who is no page."""
    return cors_headers(Headers({b"origin": [origin]} if origin else {}), options)


class CorsHeaderTests(SynchronousTestCase):
    """Who may read, and what."""

    def test_everybody(self) -> None:
        """A star, and the names of what a page needs to see."""
        headers = answered(CorsOptions.read({}), b"https://a.example")
        self.assertEqual(headers.getRawHeaders(ORIGIN), [b"*"])
        self.assertFalse(headers.hasHeader(b"vary"))
        (exposed,) = headers.getRawHeaders(b"access-control-expose-headers", [])
        self.assertIn(b"Relay-Replay", exposed)
        self.assertIn(b"Retry-After", exposed)

    def test_some(self) -> None:
        """A cache must not give one origin's answer to another."""
        options = CorsOptions.read({"allowOrigin": ["https://a.example"]})
        for origin, told in (
            (b"https://a.example", [b"https://a.example"]),
            (b"https://b.example", None),
        ):
            headers = answered(options, origin)
            self.assertEqual(headers.getRawHeaders(ORIGIN), told)
            self.assertEqual(headers.getRawHeaders(b"vary"), [b"Origin"])

    def test_nobody(self) -> None:
        """Who is no page is told nothing, and no page of what has no options."""
        self.assertEqual(
            list(answered(CorsOptions.read({}), None).getAllRawHeaders()), []
        )
        self.assertEqual(
            list(answered(None, b"https://a.example").getAllRawHeaders()), []
        )
