"""Tests of `relay.dialects.yaml_events`."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.yaml_events import MOST_VALUES, YamlProblem, read_yaml


def _one(text: str) -> Any:
    [(value, _)] = read_yaml(text)
    return value


class ScalarTests(SynchronousTestCase):
    """Scalars by the core schema, exactly as they were written."""

    def test_a_number_is_one_that_json_would_write(self) -> None:
        """Another spelling of a number is the text that was written."""
        numbers = {"0": 0, "-7": -7, "12": 12, "1.5": 1.5, "-0.25": -0.25}
        for text, value in numbers.items():
            self.assertEqual(_one(text), value, text)
        texts = "1.10 0123 1e3 0x1F 0o17 -0 +1 .5 1_000 2026-11-01 07:45 .inf .nan"
        for text in texts.split():
            self.assertEqual(_one(text), text)

    def test_words_of_yaml_1_1_are_texts(self) -> None:
        """Only ``true``, ``false`` and ``null`` are more than texts."""
        for text in ["no", "No", "on", "off", "yes", "y", "n"]:
            self.assertEqual(_one(text), text)
        for text, value in {"true": True, "False": False, "~": None}.items():
            self.assertIs(_one(f"[{text}]")[0], value)

    def test_quoted_scalars_are_texts(self) -> None:
        """Quotes, block scalars and the tag of texts keep what is written."""
        for text in ('"12"', "'12'", "!!str 12", "! 12"):
            self.assertEqual(_one(text), "12", text)
        self.assertEqual(_one("|\n  12\n"), "12\n")

    def test_a_tag_must_be_of_the_core_schema(self) -> None:
        """Other tags make objects of programs: they are refused."""
        self.assertEqual(_one("[!!int 3, !!float 3, !!bool true]"), [3, 3, True])
        for text in ("!!python/name:os.system x", "!x 3", "!!int x", "!!set {a}"):
            self.assertRaises(YamlProblem, _one, text)


class StructureTests(SynchronousTestCase):
    """Objects, lists, aliases and documents."""

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(10**9), 10**9)
            | st.text("ab:-# "),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4)
            ),
            max_leaves=20,
        )
    )
    def test_json_is_yaml(self, value: Any) -> None:
        """What JSON writes is read as the same value."""
        self.assertEqual(_one(json.dumps(value)), value)

    def test_lines(self) -> None:
        """Each location has the line where its key, or its item, stands."""
        [(value, lines)] = read_yaml("a: 1\nb:\n  - c: x\n  - d\n")
        self.assertEqual(value, {"a": 1, "b": [{"c": "x"}, "d"]})
        expected = {"": 1, "a": 1, "b": 3, "b[0]": 3, "b[0].c": 3, "b[1]": 4}
        self.assertEqual(lines, expected)

    def test_an_alias_is_a_copy(self) -> None:
        """A change of one does not change the other."""
        value = _one("a: &x {k: [1]}\nb: *x\n")
        value["a"]["k"].append(2)
        self.assertEqual(value["b"], {"k": [1]})

    def test_merged_members_do_not_replace_others(self) -> None:
        """``<<`` adds the members that the object does not have."""
        value = _one("a: &x {k: 1, l: 1}\nb:\n  <<: *x\n  k: 2\n")
        self.assertEqual(value["b"], {"k": 2, "l": 1})
        self.assertRaises(YamlProblem, _one, "<<: 3")

    def test_empty_documents_are_left_out(self) -> None:
        """Only documents with content count."""
        values = [value for value, _ in read_yaml("---\n---\na: 1\n---\nb: 2\n...\n")]
        self.assertEqual(values, [{"a": 1}, {"b": 2}])
        self.assertEqual(read_yaml("# nothing\n"), [(None, {})])


class BoundTests(SynchronousTestCase):
    """What is beyond a bound is refused, with its line where that is known."""

    def _problem(self, text: str) -> YamlProblem:
        problem: YamlProblem = self.assertRaises(YamlProblem, read_yaml, text)
        return problem

    def test_values_that_aliases_repeat_count(self) -> None:
        """Few bytes cannot unfold to many values."""
        rows = ["- &a0 [" + "x, " * 100 + "x]"]
        for level in range(1, 5):
            rows.append(f"- &a{level} [" + ", ".join([f"*a{level - 1}"] * 20) + "]")
        self.assertIn(str(MOST_VALUES), self._problem("\n".join(rows)).message)

    def test_depth(self) -> None:
        """Fifty levels are the most; a deep text costs no stack."""
        self.assertEqual(_one("[" * 50 + "]" * 50), json.loads("[" * 50 + "]" * 50))
        self.assertEqual(self._problem("a: 1\nb: " + "[" * 51).line, 2)
        self._problem("[" * 100_000)

    def test_keys(self) -> None:
        """A key is a text that is given once."""
        cases = {
            "a: 1\na: 2\n": 2,
            "1: x\n": 1,
            "a:\n  true: x\n": 2,
            "~: x\n": 1,
            "? [a]\n: x\n": 1,
            "a: &k x\n*k : y\n": 2,
        }
        for text, line in cases.items():
            self.assertEqual(self._problem(text).line, line, text)

    def test_keys_that_are_numbers(self) -> None:
        """They can be read as they are written; other keys stay refused."""
        text = "200: a\n0x1f: b\n1e3: c\n"
        ((value, lines),) = read_yaml(text, number_keys=True)
        self.assertEqual(value, {"200": "a", "0x1f": "b", "1e3": "c"})
        self.assertEqual(lines["0x1f"], 2)
        for refused in ("200: a\n'200': b\n", "true: a\n", "~: a\n"):
            with self.assertRaises(YamlProblem):
                read_yaml(refused, number_keys=True)

    def test_what_is_no_yaml(self) -> None:
        """The line of the mistake is named."""
        for text, line in {"a: [1\n": 2, "a: b: c\n": 1, "a: *x\n": 1}.items():
            self.assertEqual(self._problem(text).line, line, text)
        self._problem("a: \x01")
