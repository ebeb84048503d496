"""Requests that a page of another site has a browser send."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.http.cross_site import is_ambient, is_foreign, may_act, origin_of


def headers(*values: str, **named: str) -> Headers:
    """Make headers: origins, and others with ``_`` for ``-``."""
    made = Headers({"host": ["api.example:8082"]})
    for one in values:
        made.addRawHeader("origin", one)
    for name, value in named.items():
        made.setRawHeaders(name.replace("_", "-"), [value])
    return made


class CrossSiteTests(SynchronousTestCase):
    def test_pages_of_other_origins_are_foreign(self) -> None:
        """
        Either header marks a page as foreign; a client without them is not a browser.
        """
        for given, foreign in (
            (headers(), False),
            (headers("http://api.example:8082"), False),
            (headers("HTTP://API.example.:8082"), False),
            (headers("https://api.example:8082"), False),
            (headers("http://api.example"), True),
            (headers("http://evil.example:8082"), True),
            (headers("http://api.example:8082.evil.example"), True),
            (headers("null"), True),
            (headers(""), True),
            (headers("http://api.example:8082", "http://api.example:8082"), True),
            (headers(sec_fetch_site="same-origin"), False),
            (headers(sec_fetch_site="none"), False),
            (headers(sec_fetch_site="same-site"), True),
            (headers(sec_fetch_site="cross-site"), True),
            (headers("http://api.example:8082", sec_fetch_site="cross-site"), True),
            # A proxy has rewritten Host.
            (headers("https://www.example", sec_fetch_site="same-origin"), False),
        ):
            self.assertEqual(is_foreign(given, False), foreign, given)
        self.assertTrue(is_foreign(headers("http://api.example:8082"), True))
        self.assertFalse(is_foreign(headers("https://api.example:8082"), True))

    def test_default_ports(self) -> None:
        """The scheme of the page gives the default port of a host."""
        for origin, host, foreign in (
            ("https://h", "h", False),
            ("https://h", "h:443", False),
            ("http://h:80", "h", False),
            ("https://h", "h:80", True),
            ("http://[::1]", "[0:0::1]:80", False),
        ):
            self.assertEqual(is_foreign(headers(origin, host=host), False), foreign)

    def test_origins(self) -> None:
        """Several origins match no origin."""
        self.assertIsNone(origin_of(headers()))
        self.assertEqual(origin_of(headers("a", "a")), "a, a")

    def test_ambient_schemes(self) -> None:
        """The authentication schemes that browsers send by themselves."""
        for value, ambient in (
            ("Basic x", True),
            ("negotiate x", True),
            ("Bearer x", False),
            ("", False),
        ):
            self.assertEqual(is_ambient(headers(authorization=value)), ambient)
        self.assertFalse(is_ambient(headers()))

    def test_what_may_act(self) -> None:
        """Unsafe methods, and handshakes of other protocols."""
        self.assertTrue(may_act(b"POST", headers()))
        self.assertTrue(may_act(b"PURGE", headers()))
        self.assertFalse(may_act(b"GET", headers()))
        upgrade = headers(connection="Upgrade", upgrade="websocket")
        self.assertTrue(may_act(b"GET", upgrade))
