"""Tests of :mod:`relay.policies.resource_filtering`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.policies.steps import build, call, interruption, refused


class ResourceFilteringTests(SynchronousTestCase):
    """What is let through."""

    def status(self, method: str, path: bytes, **lists: Any) -> int | None:
        """Give the status of the refusal."""
        ended = interruption(build("resource-filtering", **lists), call(method, path))
        return None if ended is None else ended.status

    def test_whitelist(self) -> None:
        """Nothing else is; a method alone makes a 405."""
        white = [{"pattern": "/a/**", "methods": ["GET"]}, {"pattern": "/b"}]
        for method, path, status in (
            ("GET", b"/a/x", None),
            ("PUT", b"/a/x", 405),
            ("PUT", b"/b", None),
            ("GET", b"/c", 403),
            ("GET", b"", 403),
        ):
            self.assertEqual(self.status(method, path, whitelist=white), status)

    def test_a_slash_at_the_end_makes_no_difference(self) -> None:
        """Neither in the pattern nor in the path."""
        for pattern in ("/admin", "/admin/", "admin/"):
            for path in (b"/admin", b"/admin/"):
                lists = {"blacklist": [{"pattern": pattern}]}
                self.assertEqual(self.status("GET", path, **lists), 403)

    def test_a_pattern_that_matches_no_path_is_refused(self) -> None:
        """It would keep nobody out."""
        for pattern in ("/x/../admin", "/./a", "/a//b", "/a;b", "/%61dmin", "/a%20b"):
            self.assertEqual(
                refused("resource-filtering", blacklist=[{"pattern": pattern}]),
                ["blacklist[0].pattern"],
                pattern,
            )
        fine = ["/**", "/", "a/b", "/a/", "/..a/b.", "/a%2Fb", "/a b/?/*"]
        lists = [{"pattern": pattern} for pattern in fine]
        self.assertEqual(refused("resource-filtering", blacklist=lists), [])

    def test_blacklist(self) -> None:
        """Is not, however it is written, and wins."""
        lists = {
            "blacklist": [{"pattern": "/admin/**", "methods": ["GET"]}],
            "whitelist": [{"pattern": "/**"}],
        }
        self.assertEqual(self.status("GET", b"/admin/x", **lists), 403)
        for path in (b"/%61dmin", b"//admin/", b"/admin;a=b/y", b"/;x/admin"):
            self.assertEqual(self.status("GET", path, **lists), 403)
        self.assertIsNone(self.status("POST", b"/admin", **lists))
        self.assertIsNone(self.status("GET", b"/", **lists))
