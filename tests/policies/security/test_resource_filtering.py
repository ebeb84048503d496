"""Tests of :mod:`relay.policies.security.resource_filtering`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.types.request_target import RequestTarget
from tests.policies.steps import build, call, interruption, refused


class ResourceFilteringTests(SynchronousTestCase):
    """The resources that are admitted."""

    def status(self, method: str, path: bytes, **lists: Any) -> int | None:
        """Return the status of the refusal."""
        ended = interruption(build("resource-filtering", **lists), call(method, path))
        return None if ended is None else ended.status

    def test_whitelist(self) -> None:
        """
        A resource outside the whitelist is refused, with a 405 if only the method
        differs.
        """
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
        """A final slash in the pattern or the path is ignored."""
        for pattern in ("/admin", "/admin/", "admin/"):
            for path in (b"/admin", b"/admin/"):
                lists = {"blacklist": [{"pattern": pattern}]}
                self.assertEqual(self.status("GET", path, **lists), 403)

    def test_a_pattern_that_matches_no_path_is_refused(self) -> None:
        """A pattern that no path can match is refused."""
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
        """
        The blacklist applies to every spelling of a path, and overrides the whitelist.
        """
        lists = {
            "blacklist": [{"pattern": "/admin/**", "methods": ["GET"]}],
            "whitelist": [{"pattern": "/**"}],
        }
        for path in (b"/admin/x", b"/%61dmin", b"//admin/", b"/admin;a=b/y"):
            self.assertEqual(self.status("GET", path, **lists), 405)
        everything = {"blacklist": [{"pattern": "/admin/**"}]}
        self.assertEqual(self.status("GET", b"/;x/admin", **everything), 403)
        self.assertIsNone(self.status("POST", b"/admin", **lists))
        self.assertIsNone(self.status("GET", b"/", **lists))

    def test_context_path(self) -> None:
        """A pattern matches the path with the context-path, or without it."""
        step = build("resource-filtering", whitelist=[{"pattern": "/api/a/*"}])
        for path, passes in ((b"/api/a/x", True), (b"/api/b/x", False)):
            made = call(path=path)
            made.request.target = RequestTarget.parse(path).below(1)
            self.assertIs(interruption(step, made) is None, passes)

    def test_encoded_slashes(self) -> None:
        """Encoded slashes separate segments only if the option is set."""
        lists: dict[str, Any] = {
            "blacklist": [{"pattern": "/a/b"}],
            "normalizeRequestPath": True,
        }
        for option, status in ((False, None), (True, 403)):
            step = build("resource-filtering", decodeEncodedSlash=option, **lists)
            ended = interruption(step, call(path=b"/a%2F%2fb"))
            self.assertEqual(None if ended is None else ended.status, status)

    def test_refusals(self) -> None:
        """A refusal has its key, its text and the variables for templates."""
        for method, status, key, message in (
            (
                "PUT",
                405,
                "RESOURCE_FILTERING_METHOD_NOT_ALLOWED",
                "Method not allowed while accessing this resource",
            ),
            (
                "GET",
                403,
                "RESOURCE_FILTERING_FORBIDDEN",
                "You're not allowed to access this resource",
            ),
        ):
            black = [{"pattern": "/a", "methods": [method] if status == 405 else []}]
            ended = interruption(
                build("resource-filtering", blacklist=black), call(method, b"/a")
            )
            assert ended is not None
            self.assertEqual(
                (ended.status, ended.key, ended.message, ended.parameters),
                (status, key, message, {"path": "/a", "method": method}),
            )
