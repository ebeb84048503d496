"""What an installation without plugins of others has."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.catalog import Kind
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

    def test_readable_schemas(self) -> None:
        """Each member of each schema that has an effect has a title and a
        description, its own or that of the schema that it refers to."""
        catalog = find_installed().catalog
        bare = []
        kind: Kind
        for kind, ids in (
            ("endpoint", catalog.endpoints),
            ("shared", catalog.endpoints),
            ("entrypoint", catalog.entrypoints),
            ("plan", catalog.plans),
            ("policy", catalog.policies),
            ("resource", catalog.resources),
        ):
            for id in ids:
                schema = catalog.schema(kind, id)
                for part in (schema, *schema.get("$defs", {}).values()):
                    for key, member in part["properties"].items():
                        refers = "$ref" in json.dumps(member.get("anyOf", member))
                        if "title" not in member or not (
                            refers or "description" in member or "deprecated" in member
                        ):
                            bare.append((kind, id, part["title"], key))
        self.assertEqual(bare, [])
