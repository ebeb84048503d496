"""Merge patches and JSON Patches."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.errors import BadRequest
from relay.management.http.patches import (
    MOST_COPIED,
    MOST_OPERATIONS,
    JsonPatch,
    MergePatch,
)
from relay.model.schema.errors import Invalid


class MergePatchTests(SynchronousTestCase):
    """RFC 7396."""

    def test_examples(self) -> None:
        """The test cases of RFC 7396, appendix A, for a member."""
        cases: list[tuple[Any, Any, Any]] = [
            ({"a": "b"}, {"a": "c"}, {"a": "c"}),
            ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
            ({"a": "b"}, {"a": None}, {}),
            ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
            ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
            ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
            ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
            ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
            (["a", "b"], ["c", "d"], ["c", "d"]),
            ({"a": "b"}, ["c"], ["c"]),
            ({"a": "foo"}, None, None),
            ({"a": "foo"}, "bar", "bar"),
            ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
            ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
            ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ]
        for target, patch, result in cases:
            patched = MergePatch({"m": patch}).apply({"m": target}, {})
            self.assertEqual(patched.get("m"), result)

    def test_leaves_its_input(self) -> None:
        """The patched document is a copy."""
        target = {"a": {"b": 1}}
        MergePatch({"a": {"b": None, "c": 2}}).apply(target, {})
        self.assertEqual(target, {"a": {"b": 1}})

    def test_no_object(self) -> None:
        """A merge patch of another kind would replace the whole object."""
        bodies: list[Any] = [[], "x", None, 1]
        for body in bodies:
            self.assertRaises(BadRequest, MergePatch, body)


def applied(*operations: dict[str, Any], **shown: Any) -> dict[str, Any]:
    """Apply operations to an object that is stored as it is shown."""
    return JsonPatch(list(operations)).apply(shown, shown)


_SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a"])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "0", "~/"]), inner, max_size=3)
    ),
    max_leaves=8,
)
_PATHS = st.lists(
    st.sampled_from(["a", "b", "0", "1", "01", "-", "~0~1"]), min_size=1, max_size=3
).map(lambda parts: "/" + "/".join(parts))
_OPERATIONS = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]),
        "path": _PATHS,
        "from": _PATHS,
        "value": _VALUES,
    }
)


class JsonPatchTests(SynchronousTestCase):
    """RFC 6902."""

    def fails(self, reason: str, location: str, *operations: Any, **shown: Any) -> None:
        """Assert that a patch is refused at an operation."""
        error = self.assertRaises(BadRequest, applied, *operations, **shown)
        (issue,) = error.issues
        self.assertIn(reason, issue.message)
        self.assertEqual(issue.location, location)

    def test_operations(self) -> None:
        """One of each kind, as in RFC 6902, appendix A."""
        cases: list[tuple[Any, Any, Any]] = [
            ({"op": "add", "path": "/m/baz", "value": 1}, {}, {"baz": 1}),
            ({"op": "add", "path": "/m/1", "value": 9}, [1, 2], [1, 9, 2]),
            ({"op": "add", "path": "/m/-", "value": [9]}, [1], [1, [9]]),
            ({"op": "remove", "path": "/m/baz"}, {"baz": 1, "a": 2}, {"a": 2}),
            ({"op": "remove", "path": "/m/1"}, [1, 2, 3], [1, 3]),
            ({"op": "replace", "path": "/m/a", "value": None}, {"a": 1}, {"a": None}),
            ({"op": "move", "from": "/m/1", "path": "/m/0"}, [1, 2], [2, 1]),
            (
                {"op": "copy", "from": "/m/a", "path": "/m/b"},
                {"a": 1},
                {"a": 1, "b": 1},
            ),
            ({"op": "test", "path": "/m/~01", "value": 10}, {"~1": 10}, {"~1": 10}),
            ({"op": "add", "path": "/m/b", "value": 1, "x": 2}, {}, {"b": 1}),
        ]
        for operation, before, after in cases:
            self.assertEqual(applied(operation, m=before), {"m": after}, operation)

    def test_failures(self) -> None:
        """An operation that cannot be applied is named, with its path."""
        other = "the value is another one"
        nothing = "the object has nothing at this place"
        remove = {"op": "remove", "path": "/a"}
        self.fails("Operation 1, remove /a", "[1].path", remove, remove, a=1)
        self.fails(nothing, "[0].path", {"op": "remove", "path": "/m/01"}, m=[1, 2])
        replace = {"op": "replace", "path": "/b", "value": 1}
        self.fails(nothing, "[0].path", replace, a=1)
        add = {"op": "add", "path": "/m/3", "value": 1}
        self.fails(nothing, "[0].path", add, m=[1])
        self.fails(nothing, "[0].path", {**add, "path": "/a/b/c"}, a={})
        self.fails(nothing, "[0].path", {**add, "path": "/a/b"}, a="text")
        for value in (True, "1", [1], None):
            test = {"op": "test", "path": "/a", "value": value}
            self.fails(other, "[0].path", test, a=1)
        move = {"op": "move", "from": "/b", "path": "/a"}
        self.fails("move /a from /b", "[0].path", move, a=1)

    def test_no_value_is_told(self) -> None:
        """An error has no part of the object, which may be secret."""
        test = {"op": "test", "path": "/a/b/c", "value": 1}
        error = self.assertRaises(BadRequest, applied, test, a={"b": "s3cr3t"})
        self.assertNotIn("s3cr3t", str(error.issues))

    def test_forms(self) -> None:
        """All operations without the form of one are named."""
        cases: list[tuple[Any, str]] = [
            (1, "must be a JSON object"),
            ({"path": "/a"}, "op must be one of"),
            ({"op": "append", "path": "/a", "value": "b"}, "op must be one of"),
            ({"op": ["add"], "path": "/a", "value": "b"}, "op must be one of"),
            ({"op": "remove"}, "path is missing"),
            ({"op": "add", "path": "/a"}, "value is missing"),
            ({"op": "move", "path": "/a"}, "from is missing"),
            ({"op": "remove", "path": "a"}, "path must be a JSON Pointer"),
            ({"op": "remove", "path": "/~2"}, "path must be a JSON Pointer"),
            ({"op": "remove", "path": 1}, "path must be a JSON Pointer"),
            ({"op": "replace", "path": "", "value": {}}, "PUT replaces"),
            ({"op": "move", "from": "/a", "path": "/a/b"}, "into itself"),
        ]
        error = self.assertRaises(BadRequest, JsonPatch, [one for one, _ in cases])
        self.assertEqual(len(error.issues), len(cases))
        for number, (issue, (_, text)) in enumerate(
            zip(error.issues, cases, strict=True)
        ):
            self.assertEqual(issue.location, f"[{number}]")
            self.assertIn(text, issue.message)
        bodies: list[Any] = [{}, "x", None]
        for body in bodies:
            self.assertRaises(BadRequest, JsonPatch, body)

    def test_bounds(self) -> None:
        """The number of operations, what they copy and how deep they nest."""
        test = {"op": "test", "path": "", "value": {}}
        self.assertEqual(applied(*[test] * MOST_OPERATIONS), {})
        self.assertRaises(BadRequest, JsonPatch, [test] * (MOST_OPERATIONS + 1))
        twice = [{"op": "copy", "from": "/a", "path": "/a/-"}] * 40
        error = self.assertRaises(BadRequest, applied, *twice, a=["x"])
        self.assertIn("the patch copies too much", error.message)
        long = {"op": "copy", "from": "/a", "path": "/b"}
        self.assertRaises(BadRequest, applied, long, a="x" * MOST_COPIED)
        deeper = [
            {"op": "move", "from": "/a", "path": "/b/x"},
            {"op": "move", "from": "/b", "path": "/a"},
            {"op": "add", "path": "/b", "value": {}},
        ] * (MOST_OPERATIONS // 3)
        self.assertRaises(Invalid, applied, *deeper, a={}, b={})
        again = {"op": "copy", "from": "/a", "path": "/c"}
        self.assertRaises((BadRequest, Invalid), applied, *deeper, again, a={}, b={})

    def test_what_is_not_changed_stays_as_it_is_stored(self) -> None:
        """Defaults that are shown are not stored, unless an operation changes them."""
        patch = JsonPatch([{"op": "add", "path": "/tags/-", "value": "a"}])
        shown = {"name": "n", "tags": [], "flows": [], "secret": "********"}
        stored = {"name": "n", "secret": "s3cr3t"}
        self.assertEqual(
            patch.apply(stored, shown), {"name": "n", "secret": "s3cr3t", "tags": ["a"]}
        )
        self.assertEqual(shown["tags"], [])

    def test_read_only(self) -> None:
        """A member that only the server sets may be tested and copied."""
        free = [
            {"op": "test", "path": "/id", "value": "1"},
            {"op": "copy", "from": "/id", "path": "/name"},
        ]
        JsonPatch(free).check({"id"}, "hint")
        bound = [
            {"op": "move", "from": "/id", "path": "/name"},
            {"op": "add", "path": "/id/x", "value": 1},
        ]
        error = self.assertRaises(BadRequest, JsonPatch(bound).check, {"id"}, "hint")
        self.assertEqual(
            [one.location for one in error.issues], ["[0].from", "[1].path"]
        )

    @given(
        st.dictionaries(st.sampled_from(["a", "b"]), _VALUES),
        st.lists(_OPERATIONS, max_size=5),
    )
    def test_any_operations(
        self, shown: dict[str, Any], operations: list[dict[str, Any]]
    ) -> None:
        """Every patch is applied or refused, and leaves its input."""
        before = repr(shown), repr(operations)
        try:
            applied(*operations, **shown)
        except BadRequest as error:
            self.assertTrue(error.issues)
        self.assertEqual((repr(shown), repr(operations)), before)
