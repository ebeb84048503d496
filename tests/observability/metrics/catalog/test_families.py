"""The catalogue of families."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from relay.observability.metrics.catalog.families import FAMILIES, LABELS, SECTIONS
from relay.observability.metrics.family import OF_DEFINITIONS, Kind

NAME = re.compile(r"relay(_[a-z]+)+")
SCALED = ("milliseconds", "ms", "kilobytes", "kb", "mib", "percent", "minutes", "hours")
"""Units that are not base units."""


class CatalogTests(SynchronousTestCase):
    """The rules of names, types and labels."""

    def test_names(self) -> None:
        """Each is used once, with the prefix and the suffix of its type."""
        names = [family.name for family in FAMILIES]
        self.assertEqual(len(set(names)), len(names))
        for family in FAMILIES:
            self.assertTrue(NAME.fullmatch(family.name), family.name)
            counts = family.kind is Kind.COUNTER
            self.assertEqual(family.name.endswith("_total"), counts, family.name)

    def test_units(self) -> None:
        """Base units only, and every histogram has one."""
        for family in FAMILIES:
            self.assertFalse(set(family.name.split("_")) & set(SCALED), family.name)
            if family.kind is Kind.HISTOGRAM:
                self.assertNotEqual(family.unit, "", family.name)

    def test_labels_of_definitions_come_first(self) -> None:
        """They are the ones that are folded."""
        for family in FAMILIES:
            for label in family.labels[: family.open_labels]:
                self.assertIn(label, OF_DEFINITIONS, family.name)

    def test_bounds(self) -> None:
        """Histograms have bounds that ascend, and no other family has any."""
        for family in FAMILIES:
            histogram = family.kind is Kind.HISTOGRAM
            self.assertEqual(bool(family.bounds), histogram, family.name)
            self.assertEqual(sorted(set(family.bounds)), list(family.bounds))

    def test_labels_are_described(self) -> None:
        """Each that a family has, and no other."""
        used = {label for family in FAMILIES for label in family.labels}
        self.assertEqual(used, set(LABELS))

    def test_texts(self) -> None:
        """Whole sentences."""
        for family in FAMILIES:
            for text in (family.meaning, family.action):
                self.assertTrue(text.endswith("."), family.name)

    def test_sections_hold_all(self) -> None:
        """In the order in which they are written."""
        listed = [family for section in SECTIONS.values() for family in section]
        self.assertEqual(listed, list(FAMILIES))

    def test_sample_names(self) -> None:
        """As queries have them."""
        for family in FAMILIES:
            if family.kind is Kind.HISTOGRAM:
                self.assertIn(f"{family.name}_bucket", family.sample_names)
            else:
                self.assertEqual(family.sample_names, (family.name,))
