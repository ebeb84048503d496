"""Paths with ``?``, ``*`` and ``**``."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.ant import ant_pattern
from relay.expression.patterns import LONGEST_PATTERN, BadPattern


class AntTests(SynchronousTestCase):
    """The patterns of paths."""

    def test_patterns(self) -> None:
        """Characters, parts of a segment, and segments."""
        for pattern, path, fits in (
            ("/**", "/", True),
            ("/**", "/a/b", True),
            ("/a/*", "/a/b", True),
            ("/a/*", "/a/b/c", False),
            ("/a/**", "/a", True),
            ("/a/**", "/a/b/c", True),
            ("/a/**", "/ab", False),
            ("/a/**/z", "/a/z", True),
            ("/a/**/z", "/a/b/c/z", True),
            ("a.b", "/a.b", True),
            ("/a.b", "/axb", False),
            ("/a?", "/ab", True),
            ("/a?", "/a/", False),
            ("/é+(", "/é+(", True),
        ):
            found = ant_pattern(pattern).matches(path)
            self.assertIs(found, fits, (pattern, path))

    def test_a_path_that_is_too_long(self) -> None:
        """A pattern that is too long is refused when it is read."""
        ant_pattern("/" + "a" * 100)
        with self.assertRaises(BadPattern):
            ant_pattern("/" + "a" * LONGEST_PATTERN)
