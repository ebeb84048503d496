"""The examples of bodies."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
from twisted.trial.unittest import SynchronousTestCase

from relay.management.openapi.examples import EXAMPLES, sample
from tests.management.openapi.sections import described


class ExampleTests(SynchronousTestCase):
    """Examples of the document of a daemon."""

    def setUp(self) -> None:
        """Make the document."""
        self.document = described().document
        self.components = self.document["components"]

    def test_every_json_body_has_a_valid_example(self) -> None:
        """Each example is valid under the schema beside it."""
        problems = {}
        for path, methods in self.document["paths"].items():
            for verb, one in methods.items():
                for name, body in (
                    ("body", one.get("requestBody") or {}),
                    *one["responses"].items(),
                ):
                    content = body.get("content", {}).get("application/json")
                    if content is not None:
                        where = f"{verb} {path} {name}"
                        if found := self.problems(content):
                            problems[where] = found
        self.assertEqual(problems, {})

    def problems(self, content: dict[str, Any]) -> list[str]:
        """Compare an example with its schema."""
        whole = {**content["schema"], "components": self.components}
        validator = jsonschema_rs.Draft202012Validator(whole)
        return [str(one.message) for one in validator.iter_errors(content["example"])]

    def test_schemas_of_examples_exist(self) -> None:
        """No example is left of a schema that is gone."""
        self.assertEqual(set(EXAMPLES) - set(self.components["schemas"]), set())

    def test_sample(self) -> None:
        """An example has the required members, by their types."""
        schemas = {"Named": {"type": "object", "required": [], "properties": {}}}
        schema = {
            "type": "object",
            "required": ["id", "at", "kind", "count", "names", "on", "one"],
            "properties": {
                "id": {"type": "string"},
                "at": {"type": "string", "format": "date-time"},
                "kind": {"enum": ["A", "B"]},
                "count": {"type": "integer", "minimum": 5},
                "names": {"type": "array", "items": {"type": "string"}},
                "on": {"type": "boolean"},
                "one": {"anyOf": [{"type": "null"}, {"$ref": "#/x/Named"}]},
                "left": {"type": "string"},
            },
        }
        made = sample(schema, schemas)
        self.assertEqual(list(made), schema["required"])
        self.assertEqual((made["kind"], made["count"], made["one"]), ("A", 5, {}))
        self.assertEqual((made["names"], made["on"]), (["names"], True))
