"""The reference of the metrics."""

from __future__ import annotations

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.observability.metrics.catalog.families import FAMILIES
from relay.observability.metrics.catalog.page import BEGIN, END, tables, updated

PAGE = Path(__file__).resolve().parents[4] / "docs" / "metrics.md"


class PageTests(SynchronousTestCase):
    """``docs/metrics.md``."""

    def test_it_has_what_the_code_declares(self) -> None:
        """``scripts/metrics-page`` has nothing to change."""
        page = PAGE.read_text()
        self.assertEqual(updated(page), page)

    def test_every_family_is_in_it_once(self) -> None:
        """With its type."""
        text = tables()
        for family in FAMILIES:
            row = rf"\| `{family.name}`<br>{family.kind}(, the [a-z ]+)? \|"
            self.assertEqual(len(re.findall(row, text)), 1, family.name)

    def test_only_the_tables_change(self) -> None:
        """Text around them stays."""
        page = f"before\n{BEGIN}the former rows\n{END}after\n"
        self.assertTrue(updated(page).startswith("before\n"))
        self.assertTrue(updated(page).endswith("after\n"))
        self.assertNotIn("the former rows", updated(page))

    def test_a_page_without_a_place(self) -> None:
        """It is refused."""
        with self.assertRaises(ValueError):
            updated("# Metrics\n")
