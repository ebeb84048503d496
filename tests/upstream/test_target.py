"""The request-target that an endpoint receives for a client's request."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.types.request_target import RequestTarget
from relay.upstream.dial.dialer import Origin
from relay.upstream.target import Target

ABLY = "https://h/sse?channel=c&v=1.1"


class ParseTests(SynchronousTestCase):
    def test_origins(self) -> None:
        """Scheme, host and port of a target, and the ``Host`` that they make."""
        for url, origin, authority in (
            ("http://h", Origin(False, "h", 80), b"h"),
            ("https://h", Origin(True, "h", 443), b"h"),
            ("HTTPS://H.Example", Origin(True, "h.example", 443), b"h.example"),
            ("http://h:8080/x", Origin(False, "h", 8080), b"h:8080"),
            ("http://h:443", Origin(False, "h", 443), b"h:443"),
            ("https://h:443", Origin(True, "h", 443), b"h"),
            ("http://[::1]:81/x", Origin(False, "::1", 81), b"[::1]:81"),
            (
                "http://[2001:db8::1]",
                Origin(False, "2001:db8::1", 80),
                b"[2001:db8::1]",
            ),
        ):
            parsed = Target.parse(url).origin
            self.assertEqual(parsed, origin, url)
            self.assertEqual(parsed.authority, authority, url)


class RequestTargetTests(SynchronousTestCase):
    def check(self, url: str, rows: list[tuple[bytes, bytes | None, bytes]]) -> None:
        """Compare what a path remainder and a query become."""
        target = Target.parse(url)
        for path, query, expected in rows:
            self.assertEqual(
                target.request_target(RequestTarget.parse(path, query)),
                expected,
                (url, path, query),
            )

    def test_reference_rows(self) -> None:
        """The rows of the compatibility reference, byte for byte."""
        self.check(
            ABLY,
            [
                (b"", None, b"/sse?channel=c&v=1.1"),
                (b"/", None, b"/sse/?channel=c&v=1.1"),
                (b"/a", None, b"/sse/a?channel=c&v=1.1"),
                (
                    b"",
                    b"Channel=ssechannel",
                    b"/sse?Channel=ssechannel&channel=c&v=1.1",
                ),
                (b"", b"channel=x&a=1", b"/sse?channel=x&channel=c&a=1&v=1.1"),
            ],
        )

    def test_paths_are_joined_as_they_are(self) -> None:
        """Paths are joined without decoding, collapsing or resolving."""
        self.check(
            "http://h/base",
            [
                (b"//a", None, b"/base//a"),
                (b"/a//b/", None, b"/base/a//b/"),
                (b"/%2F%zz%", None, b"/base/%2F%zz%"),
                (b"/a/../b/./c", None, b"/base/a/../b/./c"),
                (b"/a;p=1;q", None, b"/base/a;p=1;q"),
                (b"/|[]{}^", None, b"/base/|[]{}^"),
            ],
        )

    def test_slashes_where_they_meet(self) -> None:
        """The join is plain, but there is always a path, and never two slashes
        where the target has none of its own."""
        for url, path, expected in (
            ("http://h", b"", b"/"),
            ("http://h/", b"", b"/"),
            ("http://h", b"/", b"/"),
            ("http://h/", b"/", b"/"),
            ("http://h/", b"/a", b"/a"),
            ("http://h/base/", b"", b"/base/"),
            ("http://h/base/", b"/a", b"/base//a"),
            ("http://h?q=1", b"", b"/?q=1"),
            ("http://h?q=1", b"/a", b"/a?q=1"),
        ):
            self.assertEqual(
                Target.parse(url).request_target(RequestTarget.parse(path)),
                expected,
                (url, path),
            )

    def test_query_without_one_of_the_target(self) -> None:
        """A client's query passes untouched, an empty one too."""
        self.check(
            "http://h/b",
            [
                (b"", None, b"/b"),
                (b"", b"", b"/b?"),
                (b"", b"a=1;b=2&&c&=d&%zz?x/y", b"/b?a=1;b=2&&c&=d&%zz?x/y"),
            ],
        )

    def test_query_merge(self) -> None:
        """A target's parameter goes behind the client's last of its name."""
        self.check(
            "http://h/b?c=1&v&c=2",
            [
                (b"", b"", b"/b?c=1&v&c=2"),
                (b"", b"x", b"/b?x&c=1&c=2&v"),
                (b"", b"v=9", b"/b?v=9&v&c=1&c=2"),
                (b"", b"c=0&z=1&c=00&y", b"/b?c=0&z=1&c=00&c=1&c=2&y&v"),
                (b"", b"C=0", b"/b?C=0&c=1&c=2&v"),
                (b"", b"a=1;c=3", b"/b?a=1;c=3&c=1&c=2&v"),
                (b"", b"%63=0", b"/b?%63=0&c=1&c=2&v"),
                (b"", b"&&", b"/b?&&&c=1&c=2&v"),
            ],
        )
