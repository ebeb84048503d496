"""The limit of work of an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.budget import LARGEST_VALUE, MOST_CPU_S, Budget, TooCostly
from relay.expression.template import Template
from relay.expression.values import Value


def of(text: str, scope: dict[str, Value], cpu_s: Callable[[], float]) -> Value:
    """Evaluate a template within a budget."""
    return Template.read(text).metered(Budget(cpu_s)).evaluate(scope)


class BudgetTests(SynchronousTestCase):
    """Time by a clock of the test, and sizes."""

    def test_values_stay_equal(self) -> None:
        """Within the budget a template has the same value."""
        scope: dict[str, Value] = {"request": {"path": "/a", "paths": ["", "a"]}}
        for text in (
            "{#request.path}",
            "{#request.paths[1]} of {#request.path.length() > 1 ? 'x' : 'y'}",
            "{#request.pathInfo ?: 'none'}",
            "{#request.path == '/a' && !(#request.path == '/b')}",
            "plain",
        ):
            found = of(text, scope, lambda: 0.0)
            self.assertEqual(found, Template.read(text).evaluate(scope), text)

    def test_time(self) -> None:
        """The time is checked after each value, before another function runs."""
        spent = count(0.0, MOST_CPU_S / 2)
        calls = "{#request.path" + ".trim()" * 9 + "}"
        self.assertRaises(
            TooCostly, of, calls, {"request": {"path": "/"}}, lambda: next(spent)
        )
        # The end of the budget, two checks within it, and one beyond.
        self.assertEqual(next(spent), 4 * MOST_CPU_S / 2)

    def test_sizes(self) -> None:
        """Texts, and lists and objects with all that they contain, are bounded."""
        half = "x" * (LARGEST_VALUE // 2)
        values: tuple[Value, ...] = (
            half * 2,
            [half, half],
            [[half], {"a": half}],
            {half: half},
        )
        for value in values:
            scope: dict[str, Value] = {"request": {"path": "x", "params": value}}
            error = self.assertRaises(
                TooCostly, of, "{#request.params + 'x'}", scope, lambda: 0.0
            )
            self.assertIn(f"{LARGEST_VALUE} characters", str(error))
