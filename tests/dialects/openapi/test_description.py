"""Tests of `relay.dialects.openapi.description`."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.checking import check
from relay.dialects.finding import Refused
from relay.dialects.openapi.description import Wanted, read_description
from tests.dialects.openapi.descriptions import description, problems, read
from tests.installed import CATALOG

_FULL = description(
    tags=[{"name": "tides"}, {"name": "boats"}, {"name": "tides"}],
    paths={"/tides/{port}": {"get": {"operationId": "tides", "security": [{}]}}},
    components={
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "token": {"type": "http", "scheme": "bearer", "x-jwks-uri": "https://a.b"},
        }
    },
    security=[{"key": []}, {"token": ["read"]}],
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


class DescriptionTests(SynchronousTestCase):
    """A description becomes a PROXY API."""

    def test_api(self) -> None:
        """Name, version, labels, path and target; the rules of an API hold."""
        draft = read_description(_FULL, Wanted(flows=True, path_mappings=True))
        made = check(draft, CATALOG)
        api = made.definition.to_json()
        self.assertEqual(
            (api["name"], api["apiVersion"], api["type"], api["labels"]),
            ("Tide Tables", "3", "PROXY", ["tides", "boats"]),
        )
        listener = api["listeners"][0]
        self.assertEqual(listener["paths"][0]["path"], "/tides/")
        self.assertEqual(listener["pathMappings"], ["/tides/:port"])
        self.assertEqual([one["name"] for one in api["flows"]], ["tides"])
        endpoint = api["endpointGroups"][0]["endpoints"][0]
        self.assertEqual(
            endpoint["configuration"]["target"], "https://sea.example/tides"
        )
        self.assertEqual(
            [
                one.definition.security.type
                for one in made.plans
                if one.definition.security
            ],
            ["API_KEY", "JWT"],
        )

    def test_only_what_is_wanted(self) -> None:
        """Flows and path mappings are made when they are asked for."""
        draft = read_description(_FULL)
        self.assertNotIn("flows", draft.body)
        self.assertNotIn("pathMappings", draft.body["listeners"][0])

    def test_descriptions(self) -> None:
        """The longer text, or the summary of 3.1."""
        info = {"title": "a", "version": "1", "summary": "short"}
        self.assertEqual(read(info=info).body["description"], "short")
        info["description"] = "long"
        self.assertEqual(read(info=info).body["description"], "long")

    def test_versions(self) -> None:
        """3.0 and 3.1 are read, others refused with a sentence."""
        for version in ("3.0.3", "3.1.0", "3.1.1"):
            self.assertEqual(problems(read(openapi=version)), [])
        for document, at, word in (
            ({"swagger": "2.0"}, "swagger", "OpenAPI 2 (Swagger)"),
            ({"openapi": "3.2.0"}, "openapi", "3.0 or 3.1"),
            ({"openapi": 3.1}, "openapi", "3.0 or 3.1"),
            ({}, "openapi", "3.0 or 3.1"),
            ([], "", "an object"),
        ):
            with self.assertRaises(Refused) as refused:
                read_description(document)
            (found,) = refused.exception.findings
            self.assertEqual((found.path, found.severity), (at, "severe"))
            self.assertIn(word, found.message)

    def test_no_info(self) -> None:
        """Its title names the API."""
        for info, wanted in (
            (None, {"info.title", "info.version"}),
            ({"version": "1"}, {"info.title"}),
        ):
            with self.assertRaises(Refused) as refused:
                check(read(info=info), CATALOG)
            self.assertEqual({one.path for one in refused.exception.findings}, wanted)

    def test_no_server(self) -> None:
        """Nothing can be made then."""
        with self.assertRaises(Refused) as refused:
            read(servers=[])
        (found,) = refused.exception.findings
        self.assertEqual((found.path, found.severity), ("servers", "severe"))

    def test_problems_have_their_places(self) -> None:
        """What the rules of an API refuse is found in the description."""
        draft = read(servers=[{"url": "https://a.example/#x"}])
        with self.assertRaises(Refused) as refused:
            check(draft, CATALOG)
        self.assertEqual(
            {one.path for one in refused.exception.findings}, {"servers[0].url"}
        )

    def test_extension(self) -> None:
        """Members of an API, with virtual hosts in place of the context-path."""
        extension: dict[str, Any] = {
            "labels": ["l"],
            "categories": ["c"],
            "visibility": "PRIVATE",
            "properties": [{"key": "a", "value": "b"}],
            "virtualHosts": [
                {"host": "sea.example", "path": "/t", "overrideEntrypoint": True}
            ],
            "metadata": [{"name": "x"}],
            "colour": "red",
        }
        draft = read(**{"x-graviteeio-definition": extension})
        self.assertEqual(
            draft.body["listeners"][0]["paths"],
            [{"host": "sea.example", "path": "/t", "overrideAccess": True}],
        )
        self.assertEqual(draft.body["categories"], ["c"])
        self.assertEqual(
            problems(draft),
            [
                ("x-graviteeio-definition.metadata", "warning"),
                ("x-graviteeio-definition.colour", "warning"),
            ],
        )

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_any_value_anywhere(self, data: st.DataObject) -> None:
        """It is converted or refused: nothing else is raised."""
        value = deepcopy(_FULL)
        holder: Any = value
        for _ in range(data.draw(st.integers(0, 4))):
            keys = (
                list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            )
            inner = [key for key in keys if isinstance(holder[key], dict | list)]
            if not inner:
                break
            holder = holder[data.draw(st.sampled_from(inner))]
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if keys:
            holder[data.draw(st.sampled_from(keys))] = data.draw(_JSON)
        try:
            check(read_description(value, Wanted(True, True)), CATALOG)
        except Refused as refused:
            self.assertTrue(refused.findings)
