"""The OpenAPI document against the routes that it is made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import validate
from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.routing import Body, Route, router_of, routes_of
from relay.management.openapi.operation import operation_id, path_of
from tests.management.openapi.sections import described, sections

VERBS = ("get", "post", "put", "patch", "delete")


class DocumentCase(SynchronousTestCase):
    """A test of the document of a daemon."""

    def setUp(self) -> None:
        """Make the document."""
        self.sections = sections()
        self.document = described().document

    def routes(self) -> Iterator[tuple[str, type, Route]]:
        """List all routes, each with its path template."""
        for section in self.sections:
            for family in section.families:
                for route in routes_of(family):
                    yield path_of(section.prefix, route), family, route


class RoutesTests(DocumentCase):
    """What is routed is described."""

    def test_every_rule_of_the_router_is_in_it(self) -> None:
        """The rules of Klein's maps and the operations of the document are the same."""
        routed = set()
        for section in self.sections:
            for rule in router_of(section.families).url_map.iter_rules():
                _, _, variables = rule.endpoint.partition(" ")
                path = re.sub(r"<(\w+)>", _named, variables)
                for verb in (rule.methods or set()) - {"HEAD"}:
                    routed.add((verb.lower(), section.prefix + path))
        described = {
            (verb, path)
            for path, methods in self.document["paths"].items()
            for verb in VERBS
            if verb in methods
        }
        self.assertEqual(described, routed)

    def test_every_route_declares_its_models(self) -> None:
        """Responses are declared, and so is each body that is read."""
        missing = {
            operation_id(family, route)
            for _, family, route in self.routes()
            if route.answers is None
            or (route.body is not Body.IGNORED and route.reads is None)
        }
        self.assertEqual(missing, set())

    def test_names(self) -> None:
        """Each operation has a name of its own, a summary and a tag."""
        names = [operation_id(family, route) for _, family, route in self.routes()]
        self.assertEqual(len(names), len(set(names)))
        for methods in self.document["paths"].values():
            for one in methods.values():
                self.assertRegex(one["summary"], r"^[A-Z].*[^.]$")
                self.assertEqual(len(one["tags"]), 1)

    def test_summaries_say_what_an_operation_does(self) -> None:
        """No summary refers to another operation, which the reader does not see."""
        for methods in self.document["paths"].values():
            for one in methods.values():
                self.assertNotRegex(one["summary"], "^The same")


class ClientNameTests(DocumentCase):
    """Generators of clients make the names of classes from those of the document."""

    def test_no_two_schemas_make_one_class(self) -> None:
        """Components, and the enums and objects within them, have different names, also
        where capitals are all that differs. Equal enums are one class."""
        made: dict[str, Any] = {}
        clashes = []
        for name, schema in self.document["components"]["schemas"].items():
            for told, part in _classes(name, schema):
                key = re.sub("[^a-z0-9]", "", told.lower())
                if made.setdefault(key, part) != part:
                    clashes.append(told)
        self.assertEqual(clashes, [])

    def test_json_bodies_are_components(self) -> None:
        """No class is named after an operation."""
        inline = {
            (one["operationId"], kind)
            for methods in self.document["paths"].values()
            for one in methods.values()
            for kind, body in one.get("requestBody", {}).get("content", {}).items()
            if kind.endswith("json") and body["schema"].get("type") == "object"
        }
        self.assertEqual(inline, set())


class ValidityTests(DocumentCase):
    """The document follows the specification."""

    def test_the_document_is_valid(self) -> None:
        """A validator of OpenAPI 3.1 accepts it."""
        validate(self.document)

    def test_schemas_have_plain_names(self) -> None:
        """No two models share a name: pydantic would write their modules into it."""
        for name in self.document["components"]["schemas"]:
            self.assertRegex(name, r"^[A-Z][A-Za-z0-9]*$")


def _classes(name: str, schema: Any) -> Iterator[tuple[str, Any]]:
    """
    List what of a component becomes classes.

    :returns: the name of each, and the values of an enum.
    """
    yield schema.get("title", name), schema.get("enum", name)
    for member, one in schema.get("properties", {}).items():
        for form in one.get("anyOf", [one]):
            if "enum" in form:
                title = form.get("title") or one.get("title") or member
                yield f"{schema.get('title', name)} {title}", form["enum"]


def _named(found: re.Match[str]) -> str:
    """Write a variable as OpenAPI does."""
    name = re.sub(r"_(\w)", lambda part: part[1].upper(), found[1])
    return f"{{{name}}}"
