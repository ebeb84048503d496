"""The groups of operations."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.management.openapi.tags import TAGS
from tests.management.openapi.sections import described, sections


class TagTests(SynchronousTestCase):
    """The tags of the document of a daemon."""

    def test_order_of_use(self) -> None:
        """Tags are in the order of use, each with one sentence."""
        tags = described().document["tags"]
        self.assertEqual([one["name"] for one in tags], [one.name for one in TAGS])
        self.assertEqual(
            [one["x-displayName"] for one in tags[:5]],
            ["APIs", "Plans", "Deployments", "Applications", "Subscriptions"],
        )
        for one in tags:
            self.assertRegex(one["description"], r"^[A-Z][^.]*\.$")

    def test_every_family_is_served(self) -> None:
        """No tag names a resource family that is gone."""
        served = {
            f"{'technical.' * ('.technical.' in one.__module__)}{one.__name__}"
            for section in sections()
            for one in section.families
        }
        self.assertEqual({name for tag in TAGS for name in tag.families}, served)
