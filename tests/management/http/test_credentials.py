"""Reading the credentials of a request."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.test.requesthelper import DummyRequest

from relay.management.http.credentials import (
    Credentials,
    clear_cookie,
    credentials_of,
    set_cookie,
)
from relay.management.http.errors import BadRequest


class CredentialsTests(SynchronousTestCase):
    """What is taken from which headers."""

    def read(
        self, *cookies: str, tls: bool = False, method: bytes = b"GET", **headers: str
    ) -> Credentials:
        """Read a request with these cookies and other headers."""
        request: Any = DummyRequest([b""])
        request.isSecure = lambda: tls
        request.method = method
        request.client = IPv4Address("TCP", "192.0.2.1", 5)
        for one in cookies:
            request.requestHeaders.addRawHeader("Cookie", one)
        for name, value in headers.items():
            request.requestHeaders.addRawHeader(name.replace("_", "-"), value)
        return credentials_of(request)

    def test_none(self) -> None:
        """A request without any."""
        self.assertEqual(self.read(), Credentials("192.0.2.1"))

    def test_cookies(self) -> None:
        """The cookie of a session among others."""
        for cookie, session in (
            ("relay_session=abc", "abc"),
            ("a=b; relay_session=abc; c=d", "abc"),
            ("__Host-relay_session=abc", "abc"),
            ("relay_session=old; __Host-relay_session=abc", "abc"),
            ("relay_session=", ""),
            ("relay_session", ""),
            ("xrelay_session=abc", None),
            ("RELAY_SESSION=abc", None),
            (";;", None),
        ):
            self.assertEqual(self.read(cookie).session, session, cookie)
        self.assertEqual(self.read("a=b", "relay_session=abc").session, "abc")

    def test_contradicting_cookies(self) -> None:
        """Of two cookies of one name neither counts: one may be planted."""
        sent = self.read("relay_session=abc; relay_session=def")
        self.assertEqual(sent.session, "")

    def test_cookie_under_tls(self) -> None:
        """Over TLS only the name counts that no other host and no plain page sets."""
        self.assertIsNone(self.read("relay_session=abc", tls=True).session)
        sent = self.read("relay_session=abc; __Host-relay_session=def", tls=True)
        self.assertEqual(sent.session, "def")

    def test_authorization(self) -> None:
        """Two headers count as one that is malformed."""
        request: Any = DummyRequest([b""])
        request.isSecure = lambda: False
        request.client = UNIXAddress(None)
        for value in ("Basic a", "Basic b"):
            request.requestHeaders.addRawHeader("Authorization", value)
        self.assertEqual(credentials_of(request), Credentials("local", b""))

    def test_both(self) -> None:
        """A request with both kinds is refused."""
        sent = self.read("relay_session=abc", Authorization="Basic a")
        error = self.assertRaises(BadRequest, sent.check_one)
        self.assertEqual(error.code, "credentials.ambiguous")
        self.read("relay_session=abc").check_one()
        self.read(Authorization="Basic a").check_one()

    def test_tls_at_a_proxy(self) -> None:
        """The origin of the page names the scheme that the browser uses."""
        for tls, origin, secure in (
            (True, "https://relay.example", True),
            (False, "https://relay.example", True),
            (False, "http://relay.example", False),
        ):
            self.assertEqual(self.read(tls=tls, Origin=origin).secure, secure, origin)
        self.assertTrue(self.read(tls=True).secure)
        self.assertFalse(self.read().secure)

    def test_methods(self) -> None:
        """Methods that may change something."""
        for method in (b"POST", b"PUT", b"PATCH", b"DELETE", b"ANY"):
            self.assertTrue(self.read(method=method).changes)
        for method in (b"GET", b"HEAD", b"OPTIONS"):
            self.assertFalse(self.read(method=method).changes)

    def test_scripts(self) -> None:
        """Headers that only pages send."""
        self.assertTrue(self.read(Sec_Fetch_Mode="cors").is_script)
        self.assertTrue(self.read(X_CSRF_Token="x").is_script)
        self.assertTrue(self.read(X_Requested_With="x").is_script)
        self.assertTrue(self.read("relay_session=abc").is_script)
        self.assertFalse(self.read("a=b", Accept="*/*").is_script)

    def test_set(self) -> None:
        """The attributes of the cookie."""
        self.assertEqual(
            set_cookie("abc", True),
            "__Host-relay_session=abc; Path=/; HttpOnly; SameSite=Strict; Secure",
        )
        self.assertEqual(
            clear_cookie(False),
            "relay_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
        )
