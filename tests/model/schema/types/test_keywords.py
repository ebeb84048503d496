"""Keywords of JSON Schemas for forms."""

from __future__ import annotations

from typing import Annotated

from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.base import Value
from relay.model.schema.types.keywords import INEFFECTIVE, MS, MULTILINE, When
from relay.model.schema.types.sensitive import SENSITIVE


class Marked(Value):
    """A value whose fields have keywords."""

    delay: Annotated[int, MS] = 0
    old: Annotated[bool | None, INEFFECTIVE] = None
    key: Annotated[Annotated[str, SENSITIVE], MULTILINE] = ""
    password: Annotated[str | None, SENSITIVE] = None
    kind: str = ""
    path: Annotated[str | None, When("kind", "file", "link")] = None


class KeywordTests(SynchronousTestCase):
    """Keywords in the schema of a model."""

    def test_keywords(self) -> None:
        """Each mark adds its keyword; secrets have the format of passwords."""
        members = Marked.model_json_schema(by_alias=True)["properties"]
        self.assertEqual(members["delay"]["x-unit"], "ms")
        self.assertIs(members["old"]["deprecated"], True)
        self.assertEqual(
            (members["key"]["format"], members["key"]["x-multiline"]),
            ("password", True),
        )
        self.assertEqual(members["path"]["x-when"], {"kind": ["file", "link"]})
        self.assertEqual(
            members["password"]["anyOf"],
            [{"type": "string", "format": "password"}, {"type": "null"}],
        )
