"""The JSON Schemas of the documents that publishers define."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.documents import DOCUMENTS, json_schema


class DocumentTests(SynchronousTestCase):
    """Schemas of whole documents."""

    def test_api(self) -> None:
        """The schema of an API has the forms of its parts."""
        schema = json_schema(DOCUMENTS["api"])
        self.assertEqual(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema"
        )
        self.assertEqual(
            schema["properties"]["listeners"]["items"]["anyOf"],
            [
                {"$ref": "#/$defs/HttpListener"},
                {"$ref": "#/$defs/SubscriptionListener"},
            ],
        )
        parts = {"Cors", "EndpointGroup", "FailoverOptions", "HealthCheck", "Property"}
        self.assertEqual(parts - set(schema["$defs"]), set())

    def test_readable(self) -> None:
        """Each member that has an effect has a title and a description."""
        bare = []
        for name, model in DOCUMENTS.items():
            schema = json_schema(model)
            for part in (schema, *schema["$defs"].values()):
                for key, member in part["properties"].items():
                    self.assertIn("title", member)
                    if "description" not in _followed(schema, member) and (
                        "type" in member and not member.get("deprecated")
                    ):
                        bare.append((name, part["title"], key))
        self.assertEqual(bare, [])


def _followed(schema: dict[str, Any], member: dict[str, Any]) -> dict[str, Any]:
    """Add the description of the schema that a member refers to."""
    for form in (member, *member.get("anyOf", ())):
        if "$ref" in form:
            return {**schema["$defs"][form["$ref"].rpartition("/")[2]], **member}
    return member
