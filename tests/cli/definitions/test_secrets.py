"""Definitions without secrets."""

from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.placeholders import filled
from relay.cli.definitions.secrets import Concealing
from relay.cli.definitions.writing import written
from relay.model.secrets import Masking
from tests.cli.definitions.made import api, read
from tests.installed import CATALOG


def target(url: str) -> dict[str, Any]:
    """Return an API with this target."""
    document = api("orders")
    document["endpointGroups"][0]["endpoints"][0]["configuration"]["target"] = url
    return document


class ConcealingTests(SynchronousTestCase):
    """Placeholders, and the values for them."""

    def concealed(self, document: dict[str, Any]) -> tuple[str, dict[str, str]]:
        """
        Return an API without secrets as text, with their values, after a check that
        both together are the API.
        """
        (found,) = read(document).found
        resource = written(found, "crd")
        concealing = Concealing(Masking(CATALOG.type_of))
        shape = concealing.concealed("orders", resource)
        missing: dict[str, str] = {}
        again = filled(shape, concealing.variables, missing)
        self.assertEqual((again, missing), (resource, {}))
        return json.dumps(shape), concealing.variables

    def test_nothing_secret(self) -> None:
        """It stays as it is."""
        text, variables = self.concealed(api("orders"))
        self.assertNotIn("${{", text)
        self.assertEqual(variables, {})

    def test_values_of_headers(self) -> None:
        """The name of a variable has the place of the value."""
        step = {
            "policy": "transform-headers",
            "configuration": {"addHeaders": [{"name": "X-A", "value": "hush"}]},
        }
        flows = [{"name": "a", "request": [step]}]
        text, variables = self.concealed(api("orders", flows=flows))
        self.assertNotIn("hush", text)
        ((name, value),) = variables.items()
        self.assertTrue(name.startswith("ORDERS_SPEC_FLOWS_0_REQUEST_0_"), name)
        self.assertEqual(value, "hush")

    def test_urls(self) -> None:
        """Host and path stay; the values of the query are concealed."""
        text, variables = self.concealed(target("https://a.example/b?key=hush&c=d"))
        self.assertIn("https://a.example/b?key=${{ env.", text)
        self.assertNotIn("hush", text)
        self.assertEqual(sorted(variables.values()), ["d", "hush"])

    def test_one_name_for_one_value(self) -> None:
        """Places with one name and different values have different variables."""
        concealing = Concealing(Masking(CATALOG.type_of))
        first = concealing.concealed("a", {"password": "one"})
        second = concealing.concealed("a", {"password": "two"})
        again = concealing.concealed("a", {"password": "two"})
        self.assertEqual(first, {"password": "${{ env.A_PASSWORD }}"})
        self.assertEqual(second, {"password": "${{ env.A_PASSWORD_2 }}"})
        self.assertEqual(again, second)
