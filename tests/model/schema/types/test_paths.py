"""Tests of :mod:`relay.model.schema.types.paths`."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.errors import Issue
from relay.model.schema.types.paths import check, conflicts, sanitise, sanitise_host

paths = st.text("ab/.", max_size=8)


class SanitiseTests(SynchronousTestCase):
    """The form in which paths and hosts are stored."""

    def test_examples(self) -> None:
        """Slashes stand at both ends and never twice."""
        for path in ("sse", "/sse", "sse/", "//sse//", "/sse/"):
            self.assertEqual(sanitise(path), "/sse/")
        self.assertEqual(sanitise("a///b"), "/a/b/")
        self.assertEqual(sanitise("%61/%c3%a9"), "/a/%C3%A9/")
        for path in ("", "/", "//"):
            self.assertEqual(sanitise(path), "/")

    @given(st.text())
    def test_idempotent(self, path: str) -> None:
        """Sanitising a stored path does not change it."""
        self.assertEqual(sanitise(sanitise(path)), sanitise(path))

    def test_host(self) -> None:
        """Hosts are in lower case; an empty one is None."""
        self.assertEqual(sanitise_host("Api.Example"), "api.example")
        self.assertEqual(sanitise_host("api.example."), "api.example")
        self.assertIsNone(sanitise_host(""))
        self.assertIsNone(sanitise_host(None))


class CheckTests(SynchronousTestCase):
    """The rules for the paths of a listener."""

    def test_good(self) -> None:
        """URI paths pass, whatever of RFC 3986 they use."""
        good = ["/sse", "a//b", "", "/a-b._~!$&'()*+,=:@c", "/%C3%A9%25", "/..a/.b"]
        self.assertEqual(check([(None, path) for path in good]), [])

    def test_invalid(self) -> None:
        """Invalid paths, and paths that no request can have, are refused."""
        for path in (
            "/a b",
            "/é",
            "/a?b=c",
            "/a#b",
            "/a%2",
            "/a%zz",
            "/a\\b",
            "/a\n",
            "/{id}",
            "/a/../b",
            "/.",
            "/a/%2e%2E",
            "/a/%252e",
            "/a;b",
            "/a%3bb",
            "/a%2fb",
            "/a%5Cb",
            "/a%00",
        ):
            self.assertEqual(
                check([(None, path)], "listeners[0].paths"),
                [
                    Issue(
                        f"Path [{path}] is invalid", "listeners[0].paths[0].path", path
                    )
                ],
            )

    def test_duplicated(self) -> None:
        """The same path in two spellings is refused, on another host it is not."""
        self.assertEqual(
            check([(None, "a"), ("H", "/a"), ("h", "/a/"), (None, "/a//"), None]),
            [
                Issue("Path [/a/] is duplicated", "paths[2].path", "/a/"),
                Issue("Path [/a/] is duplicated", "paths[3].path", "/a//"),
            ],
        )

    def test_shapeless(self) -> None:
        """A path of no shape keeps its place, so that others are numbered right."""
        self.assertEqual(
            [issue.location for issue in check([None, (None, "?")])], ["paths[1].path"]
        )

    def test_nesting_in_one_listener(self) -> None:
        """Paths of one API may contain each other."""
        self.assertEqual(check([(None, "/"), (None, "/a"), (None, "/a/b")]), [])

    def test_hosts(self) -> None:
        """A host is a name or an address without a port, and no pattern."""
        for host in ("api.example.com", "API", "127.0.0.1", "[::1]", "", None):
            self.assertEqual(check([(host, "/")]), [], host)
        for host, message in {
            "*.example.com": "Domain [*.example.com] is invalid: wildcards are not"
            " supported yet",
            "api:8082": "Domain [api:8082] is invalid: leave out the port",
            "[::1]:8082": "Domain [[::1]:8082] is invalid: leave out the port",
            "::1": "Domain [::1] is invalid",
            "a b": "Domain [a b] is invalid",
            "http://a/": "Domain [http://a/] is invalid",
        }.items():
            self.assertEqual(
                check([(host, "/")]), [Issue(message, "paths[0].host", host)]
            )


class ConflictsTests(SynchronousTestCase):
    """When two APIs cannot have their paths."""

    def test_containment(self) -> None:
        """Paths conflict when one contains the other by whole segments."""
        self.assertTrue(conflicts((None, "/sse"), (None, "/sse/a")))
        self.assertTrue(conflicts((None, "/sse/a"), (None, "sse")))
        self.assertTrue(conflicts((None, "/sse"), (None, "/sse//")))
        self.assertTrue(conflicts((None, "/"), (None, "/anything")))
        self.assertFalse(conflicts((None, "/sse"), (None, "/sse2")))
        self.assertFalse(conflicts((None, "/a"), (None, "/b")))

    def test_hosts(self) -> None:
        """
        Paths conflict within one host; paths for all hosts conflict with each other.
        """
        self.assertTrue(conflicts(("a", "/x"), ("A", "/x/y")))
        self.assertFalse(conflicts(("a", "/x"), ("b", "/x")))
        self.assertFalse(conflicts(("a", "/x"), (None, "/x")))
        self.assertTrue(conflicts(("", "/x"), (None, "/x")))

    @given(paths, paths)
    def test_symmetric(self, a: str, b: str) -> None:
        """The order of the two paths does not matter."""
        self.assertEqual(
            conflicts((None, a), (None, b)), conflicts((None, b), (None, a))
        )
        self.assertTrue(conflicts((None, a), (None, a)))
