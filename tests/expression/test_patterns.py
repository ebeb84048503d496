"""Regular expressions, and how long they may take."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression import patterns
from relay.expression.errors import EvaluationFailed
from relay.expression.patterns import MOST_CPU_S, MOST_MATCHES, PART_CHARS, Pattern

SLOW = ("a[ab]{500}c", "([ab]{1,30}){1,20}c", ".*a.{900}c")


class PatternTests(SynchronousTestCase):
    """Patterns on long texts."""

    def test_a_slow_pattern(self) -> None:
        """A slow pattern fails on a long text, and works on a short one."""
        text = "a" * 1_000_000
        for slow in SLOW:
            pattern = Pattern(slow)
            for act in (pattern.found_in, pattern.split):
                act(text[:600])
                self.assertRaises(EvaluationFailed, act, text)

    def parts_searched(self, part_s: float, text: str) -> int:
        """Search a text, each part of which takes some time, and count the parts."""
        begun = [0.0]

        def thread_time() -> float:
            begun.append(begun[-1] + part_s)
            return begun[-1]

        self.patch(patterns, "thread_time", thread_time)
        try:
            Pattern("b").found_in(text)
        except EvaluationFailed:
            return len(begun) - 2
        self.assertEqual(len(begun) - 2, -(-len(text) // PART_CHARS))
        return 0

    def test_the_time_of_the_parts(self) -> None:
        """No further part is searched once the parts have taken their time."""
        text = "a" * (PART_CHARS * 100)
        self.assertEqual(self.parts_searched(MOST_CPU_S / 9.5, text), 10)
        self.assertEqual(self.parts_searched(MOST_CPU_S / 99.5, text), 100)
        self.assertEqual(self.parts_searched(MOST_CPU_S / 100.5, text), 0)

    def test_ordinary_patterns(self) -> None:
        """Take long texts, with matches anywhere, across parts as well."""
        text = "x" * (PART_CHARS - 5) + "4711-0815" + "x" * 1_000_000
        for ordinary in ("[0-9-]{9}", r"\b\w+@\w+|[0-9]+-[0-9]+", r"(?i)4711-\d+"):
            pattern = Pattern(ordinary)
            self.assertTrue(pattern.found_in(text))
            replaced = pattern.replace(text, "*", literally=True)
            self.assertEqual(len(replaced), len(text) - 8)

    def test_too_many_matches(self) -> None:
        """A text with too many matches is neither replaced nor split."""
        pattern = Pattern("[0-9]")
        for act in (pattern.split, lambda text: pattern.replace(text, "*")):
            self.assertRaises(EvaluationFailed, act, "1" * (MOST_MATCHES + 1))
            act("1" * MOST_MATCHES)
