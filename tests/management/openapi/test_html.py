"""The page of the document."""

from __future__ import annotations

import base64
import hashlib
import re

from twisted.trial.unittest import SynchronousTestCase

from relay.management.openapi.document import Section, document
from relay.management.openapi.html import page, style_hash
from relay.management.resources.expressions import Expressions


class PageTests(SynchronousTestCase):
    """HTML of a small document."""

    def setUp(self) -> None:
        """Write the page."""
        self.document = document((Section("/x", (Expressions,)),))
        self.html = page(self.document)

    def test_style(self) -> None:
        """The hash in the content security policy is that of the style."""
        found = re.search(r"<style>(.*)</style>", self.html, re.DOTALL)
        assert found is not None
        digest = hashlib.sha256(found[1].encode()).digest()
        self.assertEqual(style_hash(), f"sha256-{base64.b64encode(digest).decode()}")

    def test_operations(self) -> None:
        """An operation has its path, its body, its statuses and a command."""
        self.assertIn("<code>/x/expressions/_evaluate</code>", self.html)
        self.assertIn("<td>415</td>", self.html)
        self.assertIn("curl -u admin -X POST -H &#x27;Content-Type:", self.html)

    def test_links_lead_somewhere(self) -> None:
        """Every link within the page has its target."""
        for target in re.findall(r'href="#([^"]+)"', self.html):
            self.assertIn(f'id="{target}"', self.html)

    def test_text_is_escaped(self) -> None:
        """Text of the document is no markup."""
        self.document["info"]["title"] = "<b>`x`</b>"
        self.assertNotIn("<b>`x`", page(self.document))
