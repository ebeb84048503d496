"""Plans as text and JSON."""

from __future__ import annotations

import io
import json

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.applying import Applied
from relay.cli.definitions.definition import Key
from relay.cli.definitions.planning import Plan, Step
from relay.cli.definitions.printing import print_plan, print_result, print_secrets
from relay.cli.errors import ApiError
from relay.cli.output import Output
from relay.model.secrets import MASK
from tests.cli.definitions.made import api, application, read

CHANGES = (
    {
        "event": "API_UPDATED",
        "target": {"type": "API", "id": "1", "name": "Orders"},
        "fields": [
            {"path": "/name", "op": "replace", "before": "A", "after": "Orders"},
            {"path": "/listeners/0/paths/1", "op": "add", "after": {"path": "/b"}},
            {"path": "/description", "op": "remove", "before": "old\x1b[31m"},
            {"path": "/a~1b", "op": "replace", "before": 1, "after": "x" * 300},
            {"path": "/key", "op": "replace", "before": MASK, "after": MASK},
        ],
    },
)


class PrintingTests(SynchronousTestCase):
    """A plan, and what became of it."""

    def setUp(self) -> None:
        """Make a plan with each action."""
        shop, orders, stock = read(
            api("orders"), api("stock"), application("shop")
        ).found
        self.plan = Plan(
            [
                Step("create", shop.key, shop),
                Step("update", orders.key, orders, CHANGES),
                Step("same", stock.key, stock),
                Step("delete", Key("subscription", "a", "orders")),
            ]
        )
        self.out, self.err = io.StringIO(), io.StringIO()

    def output(self, as_json: bool = False) -> Output:
        """Return an output that is no terminal."""
        return Output(as_json, out=self.out, err=self.err)

    def test_plan(self) -> None:
        """A line for each step, one for each field, and the numbers at the end."""
        print_plan(self.output(), self.plan)
        lines = self.out.getvalue().splitlines()
        self.assertEqual(
            [*lines[:6], *lines[8:]],
            [
                "creating application shop",
                "updating api orders",
                "  API_UPDATED Orders",
                '    ~ name: "A" -> "Orders"',
                '    + listeners[0].paths[1]: {"path": "/b"}',
                '    - description: "old\\u001b[31m"',
                "deleting subscription orders/a",
                "Summary: 1 created, 1 updated, 1 deleted, 1 unchanged",
            ],
        )
        self.assertEqual(lines[7], f"    ~ key: {MASK} (changed)")
        self.assertTrue(lines[6].startswith('    ~ a/b: 1 -> "xxx'))
        self.assertTrue(lines[6].endswith("x…"))

    def test_plan_as_json(self) -> None:
        """The steps that change something, with whole values."""
        print_plan(self.output(True), self.plan)
        shape = json.loads(self.out.getvalue())
        self.assertEqual(shape["summary"]["unchanged"], 1)
        self.assertEqual(
            [one["action"] for one in shape["steps"]], ["create", "update", "delete"]
        )
        self.assertEqual(shape["steps"][1]["changes"], list(CHANGES))

    def test_result(self) -> None:
        """What has failed goes to the standard error."""
        steps = self.plan.steps
        error = ApiError(400, "Validation error", "v", [{"message": "no"}])
        applied = Applied([steps[0]], [(steps[1], error)], [steps[3]])
        print_result(self.output(), self.plan, applied, ())
        self.assertEqual(self.out.getvalue(), "1 done, 1 failed\n")
        self.assertEqual(
            self.err.getvalue().splitlines(),
            [
                "failed api orders: Validation error",
                "  no",
                "skipped subscription orders/a",
            ],
        )

    def test_result_as_json(self) -> None:
        """One document has the plan and the result."""
        created = [{"hrid": "a", "apiKey": {"key": "b"}}]
        applied = Applied(list(self.plan.steps[:2]))
        print_result(self.output(True), self.plan, applied, created)
        shape = json.loads(self.out.getvalue())
        self.assertEqual(shape["done"], ["application shop", "api orders"])
        self.assertEqual((shape["failed"], shape["shownOnce"]), ([], created))

    def test_nothing_to_do(self) -> None:
        """There is no line about what was done."""
        print_result(self.output(), Plan(), Applied(), ())
        self.assertEqual(self.out.getvalue(), "")

    def test_secrets(self) -> None:
        """A key is printed by the command that creates it."""
        print_secrets(self.output(), self.plan.steps[3], {"apiKey": {"key": "b"}})
        self.assertIn('  apiKey: {"key": "b"}', self.out.getvalue())

    def test_what_an_update_ends_is_in_the_summary(self) -> None:
        """It has a number of its own, beside what is deleted."""
        target = {"type": "PLAN", "id": "2", "name": "Keys"}
        change = {"event": "PLAN_CLOSED", "target": target, "fields": []}
        step = Step("update", self.plan.steps[1].key, None, (change,))
        plan = Plan([step])
        self.assertEqual(plan.losses, ["api orders: PLAN_CLOSED Keys"])
        self.assertEqual(step.to_json()["ended"], [target])
        print_plan(self.output(), plan)
        self.assertTrue(
            self.out.getvalue().endswith("0 unchanged; updates end 1 more\n")
        )
