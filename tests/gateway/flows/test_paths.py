"""Tests of :mod:`relay.gateway.flows.paths`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.flows.paths import PathPattern, segments


class PathTests(SynchronousTestCase):
    """Segments, in which ``:name`` stands for one."""

    def test_match(self) -> None:
        """A beginning or the whole."""
        for pattern, whole, path, found in (
            ("/", False, "/a/b", {}),
            ("/", True, "/", {}),
            ("/", True, "/a", None),
            ("/a", False, "/a/", {}),
            ("/%61%20b", True, "/a b", {}),
            ("/é", True, "/é", {}),
            ("a/", True, "/a", {}),
            ("/a/:id", True, "/a/x%y", {"id": "x%y"}),
            ("/a/:id", True, "/a", None),
            ("/:x/:y", False, "/1/2/3", {"x": "1", "y": "2"}),
        ):
            match = PathPattern(pattern, whole).match(segments(path))
            self.assertEqual(match, found, (pattern, path))

    def test_both_boundaries_of_a_beginning(self) -> None:
        """The beginning of a path is compared as text, as in the reference."""
        for pattern, whole, path, met in (
            ("/products", False, "/products", True),
            ("/products", False, "/products/", True),
            ("/products", False, "/products/1", True),
            ("/products", False, "/products2", True),
            ("/products", False, "/products-old/1", True),
            ("/products", False, "/product", False),
            ("/products", False, "/Products", False),
            ("/products", False, "/x/products", False),
            ("/products/", False, "/products", True),
            ("/products/", False, "/products/1", True),
            ("/products/", False, "/products2", False),
            ("/products", True, "/products2", False),
            ("/a/products", False, "/ab/products", False),
            ("/:any", False, "/products2", True),
            ("/:any/x", False, "/products/xy", True),
        ):
            match = PathPattern(pattern, whole).match(segments(path))
            self.assertEqual(match is not None, met, (pattern, path))

    def test_rank(self) -> None:
        """Of the patterns that match a path the most precise has the highest rank."""
        ordered = [
            PathPattern("/", False),
            PathPattern("/:a", False),
            PathPattern("/:a", True),
            PathPattern("/:a/:b", False),
            PathPattern("/x", False),
            PathPattern("/x/:b", False),
            PathPattern("/x/y", False),
            PathPattern("/x/y", True),
            PathPattern("/x/yz", False),
        ]
        ranks = [pattern.rank for pattern in ordered]
        self.assertEqual(ranks, sorted(ranks))
