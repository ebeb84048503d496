"""Requests that a page of another site makes a browser send."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.test.requesthelper import DummyRequest

from relay.management.http.errors import BadRequest, Forbidden, Misdirected
from relay.management.http.guard import Guard


class GuardTests(SynchronousTestCase):
    """The checks of every request's head."""

    def check(self, *hosts: str, secure: bool = False, **headers: str) -> None:
        """Check a request with these Host headers and others."""
        request: Any = DummyRequest([b""])
        request.isSecure = lambda: secure
        request.transport = None
        request.requestHeaders.removeHeader(b"Host")
        for host in hosts:
            request.requestHeaders.addRawHeader("Host", host)
        for name, value in headers.items():
            request.requestHeaders.addRawHeader(name.replace("_", "-"), value)
        Guard(["relay.example", "Other.Example"], "management.hosts").check(request)

    def allowed(self, rule: Any, *args: Any, **options: Any) -> None:
        """Assert that a rule has nothing against it."""
        self.assertIsNone(rule(*args, **options))

    def test_hosts(self) -> None:
        """Loopback names, addresses and configured names are ours."""
        for host in (
            "localhost",
            "LOCALHOST:8083",
            "app.localhost:80",
            "127.0.0.1:8083",
            "192.0.2.1",
            "[::1]:8083",
            "[::1]",
            "relay.example",
            "Relay.Example:443",
            "localhost.",
            "relay.example.:443",
            "[0:0::1]",
            "other.example",
        ):
            self.allowed(self.check, host)

    def test_foreign_hosts(self) -> None:
        """Any other name may be an attacker's that resolves to us."""
        for host in (
            "evil.example",
            "relay.example.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
            "localhost.evil.example",
        ):
            error = self.assertRaises(Misdirected, self.check, host)
            self.assertIn("management.hosts", error.message)

    def test_bad_hosts(self) -> None:
        """There is exactly one Host, and it is one."""
        for hosts in (
            (),
            ("",),
            ("localhost", "localhost"),
            ("a b",),
            ("user@localhost",),
            ("localhost/evil",),
            ("lo\u00e9alhost",),
            ("localhost:x",),
            ("localhost:65536",),
            ("localhost:" + "1" * 5000,),
            ("%6cocalhost",),
            ("::1",),
        ):
            self.assertRaises(BadRequest, self.check, *hosts)

    def test_own_origin(self) -> None:
        """A page of our own asks as it likes."""
        for host, origin in (
            ("localhost:8083", "http://localhost:8083"),
            ("localhost", "http://localhost"),
            ("localhost:80", "http://localhost"),
            ("localhost", "http://localhost:80"),
            ("[::1]:8083", "http://[::1]:8083"),
            ("localhost.:80", "http://localhost"),
            ("localhost", "http://localhost.:80"),
            # Behind a proxy that ends TLS.
            ("relay.example", "https://relay.example"),
            ("relay.example", "https://RELAY.example:443"),
        ):
            self.allowed(self.check, host, Origin=origin)
        self.allowed(
            self.check, "relay.example", secure=True, Origin="https://relay.example"
        )

    def test_foreign_origin(self) -> None:
        """A page of any other origin does not."""
        for origin in (
            "http://evil.example",
            "http://localhost",
            "http://localhost:8084",
            "https://localhost",
            "http://localhost:8083.evil.example",
            "http://evil.example/localhost:8083",
            "null",
            "",
            "file://",
            "chrome-extension://localhost:8083",
        ):
            self.assertRaises(Forbidden, self.check, "localhost:8083", Origin=origin)
        # A page that came without TLS may be anybody's on the way.
        self.assertRaises(
            Forbidden,
            self.check,
            "relay.example",
            secure=True,
            Origin="http://relay.example",
        )

    def test_fetch_metadata(self) -> None:
        """``Sec-Fetch-Site`` is checked like ``Origin``."""
        for site in ("same-origin", "none", "Same-Origin"):
            self.allowed(self.check, "localhost", Sec_Fetch_Site=site)
        for site in ("cross-site", "same-site", "unheard-of", ""):
            self.assertRaises(Forbidden, self.check, "localhost", Sec_Fetch_Site=site)
