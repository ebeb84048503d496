"""Definitions without secrets."""

from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.placeholders import PLACEHOLDER, filled
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
        """The name of a variable has the name of the header."""
        step = {
            "policy": "transform-headers",
            "configuration": {"addHeaders": [{"name": "X-A", "value": "hush"}]},
        }
        flows = [{"name": "a", "request": [step]}]
        text, variables = self.concealed(api("orders", flows=flows))
        self.assertNotIn("hush", text)
        self.assertEqual(variables, {"ORDERS_ADD_HEADER_X_A": "hush"})

    def test_urls(self) -> None:
        """Host and path stay; the values of the query are concealed."""
        text, variables = self.concealed(target("https://a.example/b?key=hush&c=d"))
        self.assertIn("https://a.example/b?key=${{ env.", text)
        self.assertNotIn("hush", text)
        self.assertEqual(
            variables, {"ORDERS_TARGET_KEY": "hush", "ORDERS_TARGET_C": "d"}
        )

    def test_names_are_valid_and_unique(self) -> None:
        """They begin with a letter, and no name configures Relay."""
        concealing = Concealing(Masking(CATALOG.type_of))
        names = set()
        for prefix in ("7days", "Relay", "a.b", "a-b", "ü"):
            for key in ("password", "passphrase"):
                document = {"relay": {key: f"{prefix} {key}"}}
                text = json.dumps(concealing.concealed(prefix, document))
                name = PLACEHOLDER.findall(text)
                self.assertEqual(len(name), 1, text)
                self.assertFalse(name[0].startswith("RELAY_"), name)
                names.update(name)
        self.assertEqual((len(names), names), (10, set(concealing.variables)))

    def test_other_texts_are_escaped(self) -> None:
        """Texts and names of a server are no placeholders."""
        text = "${{ env.RELAY_PASSWORD }}"
        document = {
            "description": text,
            "metadata": {text: text},
            "target": f"https://{text}:b@a.example/{text}?{text}=hush",
        }
        concealing = Concealing(Masking(CATALOG.type_of))
        shape = concealing.concealed("a", document)
        self.assertEqual(shape["description"], f"${text}")
        missing: dict[str, str] = {}
        again = filled(shape, concealing.variables, missing)
        self.assertEqual((again, missing), (document, {}))

    def test_masks_are_unknown(self) -> None:
        """Each has a placeholder of its own, without a value."""
        concealing = Concealing(Masking(CATALOG.type_of))
        header = {"name": "Authorization", "value": "********"}
        shape = concealing.concealed(
            "a", {"headers": [header, header], "url": "https://a/?b=********&c=d"}
        )
        self.assertEqual(
            concealing.unknown,
            ["A_HEADER_AUTHORIZATION", "A_HEADER_AUTHORIZATION_2", "A_URL_B"],
        )
        self.assertEqual(concealing.variables, {"A_URL_C": "d"})
        self.assertNotIn("********", json.dumps(shape))

    def test_masks_of_encrypted_properties(self) -> None:
        """They stay: the server keeps the values."""
        document = {
            "properties": [{"key": "a", "value": "********", "encrypted": True}]
        }
        concealing = Concealing(Masking(CATALOG.type_of))
        self.assertEqual(concealing.concealed("a", document), document)
        self.assertEqual(concealing.unknown, [])

    def test_one_name_for_one_value(self) -> None:
        """Places with one name and different values have different variables."""
        concealing = Concealing(Masking(CATALOG.type_of))
        first = concealing.concealed("a", {"password": "one"})
        second = concealing.concealed("a", {"password": "two"})
        again = concealing.concealed("a", {"password": "two"})
        self.assertEqual(first, {"password": "${{ env.A_PASSWORD }}"})
        self.assertEqual(second, {"password": "${{ env.A_PASSWORD_2 }}"})
        self.assertEqual(again, second)
