"""The tables of the page on settings; tests/repo compares the page."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.documentation.markdown import tables, updated


def page() -> str:
    """Return a page with an empty table for each section."""
    parts = ["# Settings", "| setting |", "| kept |"]
    for name in tables():
        parts += [
            f"## [{name}]",
            "before",
            "",
            "| setting |",
            "|---|",
            "| x |",
            "after",
        ]
    return "\n".join(parts)


class TableTests(SynchronousTestCase):
    """The tables."""

    def test_rows(self) -> None:
        """A row has type, default, meaning and the mark."""
        found = tables()
        self.assertIn(
            "| `threads` | whole number, 1 to 64 | `4` | threads for its transactions"
            " *(next start)* |",
            found["store"],
        )
        self.assertIn("| `tls.key` | path | | as for a listener |", found["management"])

    def test_a_list_of_tables_has_its_own(self) -> None:
        """Listeners are not among the settings of the gateway."""
        self.assertTrue(any("`tls.http2`" in r for r in tables()["gateway.listeners"]))
        self.assertFalse(any("`tls.http2`" in r for r in tables()["gateway"]))

    def test_update(self) -> None:
        """Tables of sections are replaced, and all else is kept."""
        text = updated(page())
        self.assertNotIn("| x |", text)
        self.assertIn(
            "| setting |\n| kept |\n## [gateway]\nbefore\n\n| setting |", text
        )
        self.assertIn("\nafter\n## [gateway.listeners]\n", text)
        self.assertEqual(updated(text), text)

    def test_a_missing_section(self) -> None:
        """A page without a table for each section is refused."""
        with self.assertRaises(ValueError) as caught:
            updated(page().replace("## [drain]", "## drain"))
        self.assertEqual(str(caught.exception), "no table for drain")
