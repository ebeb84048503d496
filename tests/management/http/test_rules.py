"""The rules of the router."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from relay.management.http.rules import CONVERTERS, rule

PATHS = (
    "/apis",
    "/apis/<api_id>",
    "/apis/_search",
    "/apis/<api_id>/plans",
    "/apis/<api_id>/plans/<plan_id>",
    "/apis/<api_id>/plans/_order",
    "/apis/_import/definition",
)


class RuleTests(SynchronousTestCase):
    """Words and variables at one place of a path."""

    def test_variables(self) -> None:
        """A variable names the words at its place; others stay as they are."""
        self.assertEqual(rule("/apis", PATHS), "/apis")
        self.assertEqual(
            rule("/apis/<api_id>", PATHS), '/apis/<other("_import", "_search"):api_id>'
        )
        self.assertEqual(
            rule("/apis/<api_id>/plans/<plan_id>", PATHS),
            '/apis/<other("_import", "_search"):api_id>'
            '/plans/<other("_order"):plan_id>',
        )

    def test_matches(self) -> None:
        """A word is matched by its own rule only, and allows its methods only."""
        rules = [
            Rule(rule(path, PATHS), endpoint=path, methods=[verb])
            for path, verb in (
                ("/apis/<api_id>", "GET"),
                ("/apis/_search", "POST"),
                ("/apis/<api_id>/plans/<plan_id>", "PUT"),
            )
        ]
        router = Map(rules, converters=CONVERTERS).bind("host")
        for id in ("x", "_searches", "search", "_search.", "é"):
            self.assertEqual(
                router.match(f"/apis/{id}", "GET"), ("/apis/<api_id>", {"api_id": id})
            )
        self.assertEqual(router.match("/apis/_search", "POST")[0], "/apis/_search")
        failed = self.assertRaises(
            MethodNotAllowed, router.match, "/apis/_search", "GET"
        )
        self.assertEqual(failed.valid_methods, ["POST"])
        self.assertRaises(NotFound, router.match, "/apis/_import", "GET")
        self.assertRaises(NotFound, router.match, "/apis/x/plans/_order", "PUT")
