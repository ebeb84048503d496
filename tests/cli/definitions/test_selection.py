"""``--select``."""

from __future__ import annotations

import click
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.selection import Selection
from relay.cli.errors import Failed

ITEMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("api", "orders", ("internal", "team-a")),
    ("api", "order-events", ("team-b",)),
    ("application", "orders", ()),
)


class SelectionTests(SynchronousTestCase):
    """Conditions, and what they select."""

    def test_conditions(self) -> None:
        """Those of one key are alternatives, those of different keys apply together."""
        for texts, expected in (
            ((), {0, 1, 2}),
            (("kind=api",), {0, 1}),
            (("orders",), {0, 2}),
            (("hrid=order*",), {0, 1, 2}),
            (("label=team-*",), {0, 1}),
            (("label=team-a", "label=team-b"), {0, 1}),
            (("label=team-?", "kind=application"), set()),
            (("kind=api", "kind=application", "hrid=orders"), {0, 2}),
            (("ORDERS",), set()),
        ):
            selection = Selection.parse(texts)
            found = {n for n, one in enumerate(ITEMS) if selection.matches(*one)}
            self.assertEqual(found, expected, texts)

    def test_conditions_that_select_nothing(self) -> None:
        """They are refused, and named; a kind cannot be misspelt."""
        for texts, named in (
            (["hrid=zzz"], "hrid=zzz"),
            (["orders", "zzz"], "hrid=zzz"),
            (["label=zzz", "kind=api"], "label=zzz"),
            (["kind=subscription"], "kind=subscription"),
            (["kind=application", "order-events"], "hrid=order-events and kind="),
        ):
            selection = Selection.parse(texts)
            error = self.assertRaises(Failed, selection.require, ITEMS)
            self.assertIn(f"--select {named}", error.message)
            if texts == ["kind=subscription"]:
                selection.require(ITEMS, kinds=False)
            else:
                self.assertRaises(Failed, selection.require, ITEMS, kinds=False)
        Selection.parse(["kind=api", "orders"]).require(ITEMS)
        Selection.parse([]).require([])

    def test_unknown_conditions(self) -> None:
        """A misspelt key or kind is refused instead of selecting nothing."""
        for text in ("name=a", "kind=apis", "kind=", "=a"):
            error = self.assertRaises(click.BadParameter, Selection.parse, [text])
            self.assertTrue(error.message)
