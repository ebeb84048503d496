"""Tests of :mod:`relay.model.schema.types.target`."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.types.target import check, redacted


class CheckTests(SynchronousTestCase):
    """The valid targets."""

    def test_good(self) -> None:
        """Targets pass unchanged, byte for byte."""
        for target in (
            "https://rest.ably.io/sse?channel=ssechannel&v=1.1",
            "http://localhost",
            "http://my_service:8080/",
            "HTTPS://Example.COM:443",
            "http://[::1]:8080/a//b;c=%2F?x&x=&y=a;b",
            "http://10.0.0.1?filter[a]=1",
            "https://xn--bcher-kva.example/%zz",
        ):
            self.assertEqual(check(target), target)

    def test_bad(self) -> None:
        """An invalid target is refused with the reason."""
        for target, words in {
            "": "empty",
            "http://a b": "white space",
            "http://a/\n": "white space",
            "http://a/\x7f": "control",
            "http://bücher.example": "punycode",
            "ftp://a/": "http:// or https://",
            "a.example/sse": "http:// or https://",
            "//a": "http:// or https://",
            "http:/a": "http:// or https://",
            "http://": "host",
            "http:///a": "host",
            "http://:80": "host",
            "http://a_b..c/": "host",
            "http://::1/": "host",
            "http://user:pw@a/": "header",
            "http://user@a/": "header",
            "http://a:0/": "port",
            "http://a:65536/": "port",
            "http://a:/": "port",
            "http://a:80:81/": "port",
            "http://a/#x": "fragment",
            "http://a/\\b": "percent-encoded",
            'http://a/"': "percent-encoded",
            "http://a/{id}": "percent-encoded",
            "http://a/[b]": "percent-encoded",
            "http://a:${PORT}/": "placeholders",
        }.items():
            with self.assertRaises(ValueError, msg=target) as caught:
                check(target)
            self.assertIn(words, str(caught.exception))

    @given(st.text())
    def test_anything(self, text: str) -> None:
        """Every text is accepted or raises ValueError."""
        for target in (text, f"http://{text}", f"http://a/{text}"):
            try:
                check(target)
            except ValueError:
                continue
            self.assertTrue(target.isascii() and target.isprintable())


class RedactedTests(SynchronousTestCase):
    """The form of a target that is shown."""

    def test_redacted(self) -> None:
        """The query stays out."""
        self.assertEqual(redacted("https://h:1/a?key=x?y"), "https://h:1/a")
        self.assertEqual(redacted("https://h?key=x"), "https://h")
        self.assertEqual(redacted("https://h/a"), "https://h/a")
