"""Definitions as documents in the dialects that ``relay`` writes."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.definition import Definition
from relay.cli.definitions.documents import yaml_of
from relay.cli.definitions.files import Source
from relay.cli.definitions.reading import read_definitions
from relay.cli.definitions.writing import written
from relay.cli.errors import Failed
from tests.cli.definitions.made import (
    api,
    application,
    policy_group,
    read,
    subscription,
)
from tests.installed import CATALOG

DOCUMENTS = (
    policy_group("limits", steps=[]),
    application("shop", description="A shop"),
    api("orders", labels=["a"], description="yes"),
    subscription("shop-orders", "orders", "shop", "open"),
)


def plain(definition: Definition) -> str:
    """Return the body without the differences of enums in the dialects."""
    text = json.dumps(definition.request(), sort_keys=True)
    return text.lower().replace("key-less", "key_less")


class WritingTests(SynchronousTestCase):
    """What is written is read again as the same definitions."""

    def test_resources(self) -> None:
        """All kinds, in one file of YAML."""
        found = read(*DOCUMENTS).found
        text = yaml_of(written(one, "crd") for one in found)
        again = read_definitions([Source("a.yaml", text.encode())], CATALOG, {})
        self.assertEqual(again.problems, [])
        self.assertEqual(
            [(one.key, one.body, one.plans) for one in again.found],
            [(one.key, one.body, one.plans) for one in found],
        )

    def test_names(self) -> None:
        """A hrid that is no name of a resource is kept beside the name."""
        for document in (api("Orders_v2"), application("Orders_v2")):
            (found,) = read(document).found
            resource = written(found, "crd")
            self.assertEqual(resource["metadata"]["name"], "orders-v2")
            self.assertEqual(read(resource).found[0].key, found.key)

    def test_apis(self) -> None:
        """Every dialect is read as the same API; two of them have no ``state``."""
        document = api("orders")
        del document["state"]
        (found,) = read(document).found
        for format in ("crd", "automation", "v4", "gateway"):
            document = written(found, format)
            (again,) = read(document).found
            self.assertEqual(again.key, found.key, format)
            self.assertEqual(
                plain(again),
                plain(found),
                format,
            )

    def test_other_kinds(self) -> None:
        """The Automation API has all kinds, the others only APIs."""
        (found,) = read(application("shop")).found
        self.assertEqual(written(found, "automation"), found.body)
        for format in ("v4", "gateway"):
            error = self.assertRaises(Failed, written, found, format)
            self.assertIn("0.json:7: application shop", error.message)
