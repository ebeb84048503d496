"""What an installation without plugins of others has."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.installed import find_installed
from relay.model.api.kinds import BUILT_IN


class InstalledTests(SynchronousTestCase):
    """The plugins, and the catalog that is filled from them."""

    def test_the_catalog(self) -> None:
        """The catalog has the types of all plugins, and the built-in ones."""
        found = find_installed()
        catalog, connectors = found.catalog, found.connectors
        self.assertEqual(list(catalog.endpoints), ["http-proxy", *connectors.endpoints])
        self.assertEqual(
            list(catalog.entrypoints),
            ["http-proxy", *connectors.entrypoints, "webhook"],
        )
        self.assertEqual(list(catalog.plans), list(found.plans))
        self.assertEqual(list(catalog.policies), list(found.policies))
        self.assertEqual(
            {*catalog.endpoints, *catalog.entrypoints}
            - {*connectors.endpoints, *connectors.entrypoints},
            BUILT_IN,
        )
