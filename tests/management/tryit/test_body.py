"""Tests for :mod:`relay.management.tryit.body`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.management.resources.bodies import read
from relay.management.tryit.body import MOST_HEADER_BYTES, MOST_HEADERS, TryBody
from relay.model.schema.errors import Invalid

KEY_HEADER = "X-Key"


def body(**members: Any) -> TryBody:
    """Read a body with a path."""
    return read(TryBody, {"path": "/sse/a", **members})


class BodyTests(SynchronousTestCase):
    """What is sent, and what is refused."""

    def refused(self, location: str, **members: Any) -> str:
        """Return why a body is refused, which is at one place."""
        error = self.assertRaises(Invalid, body, **members)
        (issue,) = error.issues
        self.assertEqual(issue.location, location)
        return str(issue.message)

    def test_target(self) -> None:
        """The query stays as it is."""
        self.assertEqual(body().target, "/sse/a")
        self.assertEqual(body(query="a=1&b=%20").target, "/sse/a?a=1&b=%20")

    def test_credentials(self) -> None:
        """Each kind makes one header."""
        for credentials, header in (
            (
                {"type": "BASIC", "username": "ü", "password": "a:b"},
                ("Authorization", "Basic w7w6YTpi"),
            ),
            ({"type": "api-key", "key": "k"}, (KEY_HEADER, "k")),
            ({"type": "API_KEY", "key": "k", "header": "X-Mine"}, ("X-Mine", "k")),
            ({"type": "BEARER", "token": "t"}, ("Authorization", "Bearer t")),
        ):
            sent = body(credentials=credentials).sent_headers(KEY_HEADER)
            self.assertEqual(sent, (header,))
        self.assertEqual(body().sent_headers(KEY_HEADER), ())

    def test_location_of_a_header(self) -> None:
        """An error about a header that is sent names the member it comes from."""
        asked = body(
            headers=[{"name": "A"}],
            credentials={"type": "API_KEY", "key": "k"},
            resumeFrom="7",
        )
        self.assertEqual(
            [asked.location_of(number) for number in range(3)],
            ["headers[0].name", "credentials.header", "resumeFrom"],
        )
        basic = {"type": "BASIC", "username": "u", "password": "p"}
        asked = body(credentials=basic)
        self.assertEqual(asked.location_of(0), "credentials.type")
        self.assertEqual(body(resumeFrom="7").location_of(0), "resumeFrom")

    def test_credentials_that_do_not_fit(self) -> None:
        """A member that is missing, or has no effect."""
        for credentials in (
            {"type": "BASIC", "username": "joan"},
            {"type": "BEARER", "token": "t", "key": "k"},
            {"token": "t"},
            {"type": "BASIC", "username": "a:b", "password": "c"},
        ):
            self.refused("credentials", credentials=credentials)

    def test_resumption(self) -> None:
        """It is a header, which must not be there twice."""
        sent = body(resumeFrom="7").sent_headers(KEY_HEADER)
        self.assertEqual(sent, (("Last-Event-ID", "7"),))
        header = {"name": "last-event-id", "value": "6"}
        self.refused("", resumeFrom="7", headers=[header])

    def test_headers(self) -> None:
        """Names and values are checked before anything is sent."""
        for name in ("", "a b", "Host", "content-length", "Transfer_Encoding"):
            self.refused("headers[0].name", headers=[{"name": name, "value": "x"}])
        for name in ("X-Forwarded-For", "x_real_ip", "Forwarded"):
            why = self.refused("headers[0].name", headers=[{"name": name}])
            self.assertIn("trusted proxies", why)
        for name in ("Host", "Transfer_Encoding", "X-Forwarded-For", "x_real_ip"):
            key = {"type": "API_KEY", "key": "k", "header": name}
            self.refused("credentials.header", credentials=key)
        for value in ("a\r\nX: y", "a\0", "€"):
            self.refused("headers[0].value", headers=[{"name": "A", "value": value}])
        many = [{"name": "A", "value": ""}] * (MOST_HEADERS + 1)
        self.refused("headers", headers=many)
        half = {"name": "A", "value": "x" * (MOST_HEADER_BYTES // 2)}
        self.refused("", headers=[half, half])

    def test_paths_and_methods(self) -> None:
        """What could be taken for another request is refused."""
        for path in ("sse", "/a b", "/a?b", "/a#b", "/a\r\n", "/ü"):
            self.refused("path", path=path)
        self.refused("query", query="a b")
        for method in ("GET /", "CONNECT", "trace", ""):
            self.refused("method", method=method)
        self.refused("maxSeconds", maxSeconds=3601)
        self.refused("maxBytes", maxBytes=0)
