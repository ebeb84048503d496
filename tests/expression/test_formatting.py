"""Tests of :mod:`relay.expression.formatting`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.expression.formatting import format_text
from relay.expression.values import Value

GIVEN: dict[tuple[Value, ...], str] = {
    ("%scd", "ab"): "abcd",
    ("%s %s", "a", None): "a null",
    ("%s", (1, "a")): "1",
    ("%s-%s", (1, "a")): "1-a",
    ("%s %s", ("a", "b"), True): "[a, b] true",
    ("%2$s %1$s %s", "a", "b"): "b a a",
    ("%S|%.2s|%4s|%-4s|", "a", "abc", "b", "c"): "A|ab|   b|c   |",
    ("%d %5d %05d %+d %,d", 1, 2, 3, 4, 1234567): "1     2 00003 +4 1,234,567",
    ("% 05d|%+06d|%-3d|", 42, 42, 7): " 0042|+00042|7  |",
    ("%x %X %x", 255, 255, -1): "ff FF ffffffffffffffff",
    ("%f %.1f %08.2f %,.0f", 1.5, 2.25, -3.14159, 1e6): (
        "1.500000 2.2 -0003.14 1,000,000"
    ),
    ("%b %b %b", True, None, 0): "true false true",
    ("%d%%%n", None): "null%\n",
    ("{2}",): "{2}",
}
FAILING: tuple[tuple[Value, ...], ...] = (
    (1,),
    ("%s",),
    ("%2$s", "a"),
    ("100%", "a"),
    ("%d", "1"),
    ("%d", 1.5),
    ("%d", True),
    ("%.1d", 1),
    ("%f", 1),
    ("%t", 1),
    ("%s", b"a"),
    ("%1001d", 1),
    ("%.1001f", 1.0),
    ("%1000d" * 1100, [1] * 1100),
)


class FormatTests(SynchronousTestCase):
    """Conversions, and their limits."""

    def test_values(self) -> None:
        """The texts are those of Java."""
        for arguments, expected in GIVEN.items():
            self.assertEqual(format_text(*arguments), expected, arguments)

    def test_failures(self) -> None:
        """Formats that Java refuses, and results that are too long, fail."""
        for arguments in FAILING:
            with self.assertRaises(EvaluationFailed, msg=str(arguments)[:40]):
                format_text(*arguments)
