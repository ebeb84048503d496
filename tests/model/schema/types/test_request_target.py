"""Tests of :mod:`relay.model.schema.types.request_target`."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import example, given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.types.request_target import NO_FAULT, PathFault, RequestTarget

PIECES = rb"/ . .. a ; \ % %2e %2E %2f %2F %5c %61 %00 %25 %32 %65 %252e %c0 %ae %zz"
pieces = st.sampled_from(PIECES.split())
raw_paths = st.lists(pieces, max_size=8).map(lambda parts: b"/" + b"".join(parts))


def read(path: bytes) -> RequestTarget:
    """Read a path."""
    return RequestTarget.parse(path)


class SegmentTests(SynchronousTestCase):
    """All spellings of a path have one list of segments."""

    def test_segments_are_decoded_without_parameters_and_empty_ones(self) -> None:
        """Segments are decoded, without parameters; empty ones are dropped."""
        for path, segments in {
            b"": (),
            b"/": (),
            b"//": (),
            b"/a/b/": ("a", "b"),
            b"//a//%61": ("a", "a"),
            b"/a;x=1/b;y": ("a", "b"),
            b"/a%3Bx/b": ("a", "b"),
            b"/;x/b": ("b",),
            b"/a%2Fb": ("a/b",),
            b"/%C3%A9": ("é",),
            b"/%ff": ("\\xff",),
            b"/...": ("...",),
            b"/.well-known/x": (".well-known", "x"),
            b"/a%252Fb": ("a%2Fb",),
        }.items():
            self.assertEqual(read(path).segments, segments, path)

    def test_other_paths_have_other_keys(self) -> None:
        """A slash in a segment is no slash between two."""
        for one, other in (
            (b"/a%2Fb", b"/a/b"),
            (b"/a%2Fb", b"/a%252Fb"),
            (b"/%fe", b"/%ff"),
            (b"/A", b"/a"),
        ):
            self.assertNotEqual(read(one).key, read(other).key)

    def test_one_path_has_one_key(self) -> None:
        """All spellings of a path have one key."""
        for other in (b"/a/b/", b"//a/b", b"/%61/b", b"/a;x/b"):
            self.assertEqual(read(other).key, b"/a/b")
        self.assertEqual(read(b"/").key, read(b"").key)

    def test_text(self) -> None:
        """The text of a path for expressions and patterns."""
        for path, text in {
            b"": "",
            b"/": "/",
            b"//": "/",
            b"/a//%62;x/": "/a/b/",
            b"/a%2Fb": "/a%2Fb",
        }.items():
            self.assertEqual(read(path).text, text)

    def test_normal_encoding(self) -> None:
        """Only the spelling of percent-encoding is normalised."""
        for path, normal in {
            b"/%61%7e//b;x/": b"/a~//b;x/",
            b"/%c3%a9%2f": b"/%C3%A9%2F",
            b"/%zz%61": b"/%zz%61",
            b"/%2561": b"/%2561",
        }.items():
            self.assertEqual(read(path).normal, normal)


class FaultTests(SynchronousTestCase):
    """The parts of a path that servers read in different ways."""

    def test_plain_paths_have_none(self) -> None:
        """Dots, percent-encoding and parameters as such are no fault."""
        for path in (
            b"/",
            b"/a/b;c=d//e/",
            b"/.a/..b/c../.../a.b",
            b"/%61%20%C3%A9%25",
            b"/%252Fa",
            b"/a/b%2e/%2ec",
            b"/50%25/%2561%25%36%31/%25%32%65c",
        ):
            self.assertEqual(read(path).faults, NO_FAULT, path)

    def test_dot_segments_in_any_spelling(self) -> None:
        """Dot segments are found in every spelling, resolvable or not."""
        for path in (
            b"/a/../b",
            b"/..",
            b"/.",
            b"/a/./b",
            b"/%2e%2E/b",
            b"/.%2e/b",
            b"/a/..;x=1/b",
            b"/a/..%3bx/b",
            b"/a/%2e;/b",
        ):
            self.assertEqual(read(path).faults, PathFault.DOT_SEGMENT, path)
        for path in (
            b"/..%2fb",
            b"/a%2F..%2Fb",
            b"/a%2f..",
            b"/a\\..\\b",
            b"/a%5c%2e%2e%5cb",
            b"/%252e%252e/b",
            b"/..%252fb",
            b"/%25252e./b",
            b"/%25%32%65%25%32%65/b",
            b"/%252%65./b",
            b"/%2525%32%65./b",
            b"/a%25%32%66..%25%32%66b",
            b"/%25c0%25ae/b",
            b"/..%00/b",
            b"/..%20/b",
            b"/%c0%ae%c0%ae/b",
            b"/a%C0%AFb",
            b"/%e0%80%ae/b",
            b"/%f0%80%80%ae/b",
        ):
            self.assertIn(PathFault.DISGUISED, read(path).faults, path)

    def test_a_percent_sign_does_not_disguise_a_dot_segment(self) -> None:
        """A plain dot segment beside an encoded percent sign is found."""
        path = b"/50%25/../b"
        self.assertEqual(read(path).faults, PathFault.DOT_SEGMENT)

    def test_the_other_faults(self) -> None:
        """Each by its name."""
        for path, fault in (
            (b"/a%2fb", PathFault.ENCODED_SLASH),
            (b"/a\\b", PathFault.BACKSLASH),
            (b"/a%5Cb", PathFault.BACKSLASH),
            (b"/a%00", PathFault.CONTROL_CHARACTER),
            (b"/a%0d%0a", PathFault.CONTROL_CHARACTER),
            (b"/a%7f", PathFault.CONTROL_CHARACTER),
            (b"/a%", PathFault.MALFORMED_ENCODING),
            (b"/a%2", PathFault.MALFORMED_ENCODING),
            (b"/a%zz", PathFault.MALFORMED_ENCODING),
            (b"/%%32e", PathFault.MALFORMED_ENCODING),
        ):
            self.assertEqual(read(path).faults, fault, path)

    @given(raw_paths)
    def test_no_server_resolves_a_path_without_fault_elsewhere(
        self, path: bytes
    ) -> None:
        """Decoded once or twice, cut at either slash, with parameters or without."""
        if read(path).faults & ~PathFault.MALFORMED_ENCODING:
            return
        text = path.decode()
        for _ in range(3):
            for part in text.replace("\\", "/").split("/"):
                self.assertNotIn(part.partition(";")[0], (".", ".."), path)
            text = unquote(text)


class PartTests(SynchronousTestCase):
    """The part of a path after the context-path."""

    def test_below_a_context_path(self) -> None:
        """The rest of the raw path, the rest of the segments."""
        for path, count, rest, context_path in (
            (b"/a/b", 1, b"/b", "/a"),
            (b"/a/b", 2, b"", "/a/b"),
            (b"/a/", 1, b"/", "/a"),
            (b"//a//b/", 1, b"//b/", "/a"),
            (b"/%61/b", 1, b"/b", "/a"),
            (b"/a;x/b", 1, b"/b", "/a"),
            (b"/;x/a/b", 1, b"/b", "/a"),
            (b"/a", 0, b"/a", ""),
        ):
            below = RequestTarget.parse(path, b"q").below(count)
            self.assertEqual((below.path, below.query), (rest, b"q"), path)
            self.assertEqual(below.context_path, context_path)
            self.assertEqual(below.segments, read(rest).segments)

    @example(b"///%2F", 1)
    @given(raw_paths, st.integers(0, 4))
    def test_the_rest_reads_as_it_did_as_a_part(self, path: bytes, count: int) -> None:
        """The rest of every path has the same segments as before."""
        whole = read(path)
        below = whole.below(min(count, len(whole.segments)))
        self.assertEqual(below.segments, read(below.path).segments)

    def test_resolved(self) -> None:
        """
        Dot segments are resolved (RFC 3986, 5.2.4), and never leave the context-path.
        """
        for path, resolved in {
            b"/a/../b": b"/b",
            b"/a/./b/": b"/a/b/",
            b"/a/%2e%2E": b"/",
            b"/a/b/..": b"/a/",
            b"/.": b"/",
            b"/a/..;x/b": b"/b",
            b"": b"",
        }.items():
            found = read(path).resolved()
            assert found is not None
            self.assertEqual((found.path, found.faults), (resolved, NO_FAULT), path)
        for path in (b"/..", b"/a/../../b", b"/%2e%2e/", b"/./.."):
            self.assertIsNone(read(path).resolved(), path)

    def test_without_parameters(self) -> None:
        """Parameters are removed by their decoded names; other bytes are kept."""
        target = RequestTarget.parse(b"/a", b"a=1&%62=2&c=%33")
        self.assertEqual(
            target.without({"a", "b"}), RequestTarget.parse(b"/a", b"c=%33")
        )
        self.assertEqual(
            RequestTarget.parse(b"/a", b"x=1").without({"x"}),
            RequestTarget.parse(b"/a"),
        )

    def test_parameters(self) -> None:
        """Decoded, in order; those without a name are left out."""
        target = RequestTarget.parse(b"/a", b"a=x%20y&&b+c=1=2&d&=e")
        self.assertEqual(target.parameters, [("a", "x y"), ("b c", "1=2"), ("d", "")])
        for query in (b"", None):
            self.assertEqual(RequestTarget.parse(b"/a", query).parameters, [])
