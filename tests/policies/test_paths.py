"""Tests of :mod:`relay.policies.paths`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.policies.paths import segments_of


class SegmentTests(SynchronousTestCase):
    """Paths as rules read them."""

    def test_segments(self) -> None:
        """Decoded, without what sources may or may not see."""
        for path, segments in {
            b"": [],
            b"/": [],
            b"/a/b/": ["a", "b"],
            b"//a/./%61": ["a", "a"],
            b"/a/../../b": ["b"],
            b"/a/%2e%2E/b": ["b"],
            b"/a%2Fb": ["a/b"],
        }.items():
            self.assertEqual(segments_of(path), segments, path)
