"""Where redirects lead; what follows them is in tests/upstream/test_connector.py."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.upstream.dial.dialer import Origin
from relay.upstream.errors import UpstreamError
from relay.upstream.redirects import crossing, resolve

HERE = Origin(False, "a.example", 80)


class RedirectTests(SynchronousTestCase):
    def test_what_crosses(self) -> None:
        """No header goes to another origin unless it is known to be harmless."""
        given = Headers({b"Accept": [b"a", b"b"], b"X-Key": [b"k"], b"Cookie": [b"c"]})
        kept = crossing(given)
        self.assertEqual(list(kept.getAllRawHeaders()), [(b"Accept", [b"a", b"b"])])
        self.assertTrue(given.hasHeader(b"x-key"))

    def test_resolved(self) -> None:
        """
        A location is resolved against the request's URL, without user information and
        fragment.
        """
        for location, origin, place in (
            (b"/x?y#z", HERE, b"/x?y"),
            (b"z", HERE, b"/base/z"),
            (b"//b.example", Origin(False, "b.example", 80), b"/"),
            (b"https://u:p@B.example/x", Origin(True, "b.example", 443), b"/x"),
            (b"http://a.example:80/x", HERE, b"/x"),
        ):
            self.assertEqual(resolve(HERE, b"/base/x", location), (origin, place))
        for location in (b"file:///x", b"http://h:x/", b"\xff"):
            self.assertRaises(UpstreamError, resolve, HERE, b"/", location)
