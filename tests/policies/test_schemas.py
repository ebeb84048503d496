"""The JSON Schemas of policies agree with the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.reading import issues
from tests.installed import CATALOG
from tests.policies.steps import POLICIES

Path = tuple[str | int, ...]
ANYTHING: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**60, 1.5, 1.0),
    *("", "x", "1", [], [1], ["x"], {}, {"x": 1}),
)
GOOD: dict[str, dict[str, Any]] = {
    "event-redact": {"fields": ["a"]},
    "policy-generate-jwt": {"signature": "HMAC_HS256", "content": "x" * 32},
    "quota": {"quota": {"limit": 1}},
    "rate-limit": {"rate": {"limit": 1}},
    "spike-arrest": {"spike": {"limit": 1}},
    "stream-limit": {"streams": [{"limit": 1}], "eventsPerSecond": 1},
}
"""Of policies that need more than their schema can say; of others it is enough."""


class Schema:
    """
    The schema of one policy.

    :param whole: as it is served.
    """

    def __init__(self, whole: dict[str, Any]) -> None:
        self._whole = whole
        self._validator = Draft202012Validator(whole)

    def accepts(self, value: object) -> bool:
        """Whether it allows a configuration."""
        return bool(self._validator.is_valid(value))

    def resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        """Follow a reference."""
        if "$ref" not in node:
            return node
        name = node["$ref"].rpartition("/")[2]
        return {**node, **self._whole["$defs"][name], "default": node.get("default")}

    def example(self, node: dict[str, Any] | None = None) -> Any:
        """Return the smallest valid configuration."""
        node = self.resolved(self._whole if node is None else node)
        if node.get("default") is not None:
            return node["default"]
        if "enum" in node:
            return node["enum"][0]
        if "anyOf" in node:
            return self.example(node["anyOf"][0])
        kind = node.get("type")
        if kind == "object":
            required = node.get("required", ())
            members = node.get("properties", {})
            return {name: self.example(members[name]) for name in required}
        if kind == "array":
            return [self.example(node["items"])] * node.get("minItems", 0)
        if kind == "integer":
            return max(1, node.get("minimum", 1))
        return {"string": "x", "boolean": False}.get(str(kind))

    def defaults(
        self, value: dict[str, Any], node: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Add the defaults of absent members to a configuration."""
        node = self.resolved(self._whole if node is None else node)
        members = node.get("properties", {})
        spelled = {
            name: one["default"] for name, one in members.items() if "default" in one
        }
        return {**spelled, **value}

    def changed(
        self, value: Any, node: dict[str, Any] | None = None, at: Path = ()
    ) -> Iterator[tuple[Path, Any]]:
        """Change a configuration in one place; give the place, and all of it."""
        node = self.resolved(self._whole if node is None else node)
        for other in ANYTHING:
            yield at, other
        for bound, beyond in (("minimum", -1), ("maximum", 1)):
            if bound in node:
                yield at, node[bound]
                yield at, node[bound] + beyond
        for other in node.get("enum", ()):
            yield at, other
        if "properties" in node:
            base = value if isinstance(value, dict) else self.example(node) or {}
            yield (*at, "unheardOf"), {**base, "unheardOf": 1}
            for name in node.get("required", ()):
                yield (*at, name), {k: v for k, v in base.items() if k != name}
            for name, member in node["properties"].items():
                for place, made in self.changed(base.get(name), member, (*at, name)):
                    yield place, {**base, name: made}
        if node.get("type") == "array":
            inner = value[0] if value else self.example(node["items"])
            for place, made in self.changed(inner, node["items"], (*at, 0)):
                yield place, [made]


def location(path: Path) -> str:
    """Write a place as errors do."""
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return text.removeprefix(".")


def without_nothing(value: Any) -> Any:
    """Leave out members that are null, which mean the same when they are absent."""
    if isinstance(value, dict):
        return {k: without_nothing(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nothing(one) for one in value]
    return value


def with_number(value: Any, place: Path) -> Any:
    """Replace a whole number that is written as text, which is accepted as well."""
    if not place:
        return int(value) if isinstance(value, str) and value.isdecimal() else value
    first, rest = place[0], place[1:]
    if isinstance(value, dict) and first in value:
        return {**value, first: with_number(value[first], rest)}
    if isinstance(value, list) and isinstance(first, int) and first < len(value):
        return [*value[:first], with_number(value[first], rest), *value[first + 1 :]]
    return value


class SchemaTests(SynchronousTestCase):
    def schemas(self) -> Iterator[tuple[str, Any, Schema, dict[str, Any]]]:
        """Return for each policy its id, model, schema and a valid configuration."""
        for kind in POLICIES.kinds:
            schema = Schema(CATALOG.schema("policy", kind.id))
            good = GOOD.get(kind.id) or schema.example()
            yield kind.id, kind.configuration, schema, good

    def test_good_ones(self) -> None:
        """
        A valid configuration is valid for the model and the schema, with the same
        defaults.
        """
        for name, model, schema, good in self.schemas():
            self.assertTrue(schema.accepts(good), name)
            read = model.read(good)
            spelled = schema.defaults(good)
            self.assertEqual(model.read(spelled), read, name)
            self.assertTrue(schema.accepts(spelled), name)

    def test_what_is_refused(self) -> None:
        """
        A value that the schema refuses is refused at the same place, and one that the
        schema accepts is accepted, or refused by a rule that no schema can state.
        """
        count = refused = 0
        for name, model, schema, good in self.schemas():
            for place, value in schema.changed(good):
                allowed = schema.accepts(without_nothing(value)) or schema.accepts(
                    without_nothing(with_number(value, place))
                )
                at = location(place)
                try:
                    model.read(value)
                except ValidationError as error:
                    named = [one.location for one in issues(error)]
                else:
                    self.assertTrue(allowed, (name, at, value))
                    continue
                finally:
                    count += 1
                refused += 1
                self.assertTrue(named, (name, at, value))
                if not allowed:
                    self.assertTrue(
                        any(one.startswith(at) or at.startswith(one) for one in named),
                        (name, at, value, named),
                    )
        self.assertGreater(refused, 1500)
        self.assertGreater(count - refused, 500)
