"""Tests of `relay.dialects.v2.definition`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.checking import check
from relay.dialects.finding import Refused
from relay.dialects.v2.definition import read_definition
from tests.dialects.v2.definitions import (
    checked,
    definition,
    endpoint,
    problems,
    proxy,
    read,
)
from tests.installed import CATALOG

_STEP = {
    "name": "@step",
    "description": "@about",
    "policy": "mock",
    "configuration": {"content": "@content"},
    "condition": "@condition-of-step",
}
_FLOW = {
    "name": "@flow",
    "path-operator": {"path": "/@flow-path", "operator": "EQUALS"},
    "condition": "@condition",
    "pre": [_STEP],
    "post": [{**_STEP, "name": "@after"}],
}
_FULL = definition(
    description="@description",
    labels=["@label"],
    views=["@view"],
    picture="@picture",
    properties=[{"key": "@key", "value": "@value"}],
    resources=[{"name": "@resource", "type": "@type", "configuration": "@text"}],
    response_templates={"@KEY": {"*/*": {"status": 403, "body": "@body"}}},
    path_mappings=["/@mapping"],
    pages=[{"content": "@page"}],
    contextRef={"name": "@context"},
    execution_mode="@mode",
    flows=[_FLOW],
    plans=[
        {
            "name": "@plan",
            "description": "@plan-description",
            "security": "API_KEY",
            "securityDefinition": "@definition",
            "selection_rule": "@rule",
            "comment_message": "@comment",
            "flows": [_FLOW],
        }
    ],
    services={
        "health-check": {
            "schedule": "@schedule",
            "steps": [
                {
                    "request": {
                        "path": "/@health",
                        "method": "GET",
                        "headers": [{"name": "@header", "value": "@header-value"}],
                        "body": "@health-body",
                    },
                    "response": {"assertions": ["@assertion", "@other-assertion"]},
                }
            ],
        },
        "discovery": {"provider": "@provider"},
    },
    proxy=proxy(
        endpoint(
            target="http://@target",
            tenants=["@tenant"],
            http={"version": "@version"},
            ssl={"trustStore": {"type": "PEM", "content": "@pem"}},
            headers=[{"name": "@h", "value": "@v"}],
            proxy={"host": "@proxy"},
        ),
        virtual_hosts=[{"host": "@host", "path": "/@path"}],
        cors={"allowOrigin": ["@origin"], "exposeHeaders": ["@exposed"]},
        logging={"mode": "CLIENT", "condition": "@logging"},
        failover={"cases": ["@case"]},
    ),
)
"""A definition whose texts with @ are each in one place."""


def _texts(value: object, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, f"{at}[{number}]")
    elif isinstance(value, str):
        yield at, value


def _objects(value: object) -> Iterator[tuple[dict[str, Any] | list[Any], Any]]:
    """Iterate over all places of a JSON value, as containers and keys."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield value, key
            yield from _objects(one)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield value, number
            yield from _objects(one)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


class DefinitionTests(SynchronousTestCase):
    """The members of a definition are converted, or reported."""

    def test_describing_members(self) -> None:
        """Name, version, state and what portals show."""
        body = read(
            apiVersion=None,
            labels=["a"],
            views=["b"],
            state="started",
            lifecycle_state="published",
            visibility="public",
        ).body
        self.assertEqual(
            {
                name: body[name]
                for name in (
                    "definitionVersion",
                    "type",
                    "name",
                    "apiVersion",
                    "labels",
                    "categories",
                    "state",
                    "lifecycleState",
                    "visibility",
                )
            },
            {
                "definitionVersion": "V4",
                "type": "PROXY",
                "name": "Boats",
                "apiVersion": "2",
                "labels": ["a"],
                "categories": ["b"],
                "state": "STARTED",
                "lifecycleState": "PUBLISHED",
                "visibility": "PUBLIC",
            },
        )

    def test_markers(self) -> None:
        """A wrong marker is reported, an unknown one refused."""
        for marker, wanted in (
            ("2.0.0", []),
            ("V2", []),
            ("1.0.0", []),
            ("4.0.0", [("gravitee", "warning")]),
            ("3.0.0", [("gravitee", "severe")]),
        ):
            self.assertEqual(problems(read(gravitee=marker)), wanted)

    def test_flow_mode(self) -> None:
        """In both spellings."""
        for name in ("flow_mode", "flowMode"):
            body = read(**{name: "BEST_MATCH"}).body
            self.assertEqual(body["flowExecution"], {"mode": "BEST_MATCH"})
        self.assertNotIn("flowExecution", read().body)

    def test_flows_and_paths(self) -> None:
        """One of them has no effect: what it asks for is not lost in silence."""
        rules: dict[str, Any] = {"/": [{"mock": {}}]}
        flows = [{"name": "x"}]
        self.assertEqual(
            problems(read(flows=flows, paths=rules)), [("paths", "severe")]
        )
        self.assertEqual(
            problems(read(gravitee="1.0.0", flows=flows, paths=rules)),
            [("flows", "severe")],
        )
        self.assertEqual(problems(read(flows=flows, paths={})), [])
        self.assertEqual(read(flows=[], paths=rules).body["flows"][0]["response"], [])

    def test_properties_as_an_object(self) -> None:
        """The oldest form."""
        made = checked(properties={"a": "1", "b": "2"}).definition
        self.assertEqual(
            [(one["key"], one["value"]) for one in made.properties],
            [("a", "1"), ("b", "2")],
        )
        wrapped = read(properties={"properties": [{"key": "a", "value": "1"}]})
        self.assertEqual(wrapped.body["properties"], [{"key": "a", "value": "1"}])
        draft = read(properties={"a": "1"})
        self.assertEqual(draft.origins.of("properties[0].value"), "properties.a")

    def test_no_proxy(self) -> None:
        """It is required."""
        draft = read(at="spec", proxy=None)
        self.assertIn(("spec.proxy", "severe"), problems(draft))

    def test_custom_resource(self) -> None:
        """The locations are those of the file."""
        draft = read(at="spec", local=False, contextRef={"name": "x"})
        self.assertEqual(
            sorted(problems(draft)),
            [("spec.contextRef", "warning"), ("spec.local", "warning")],
        )
        at = "endpointGroups[0].endpoints[0].configuration.target"
        self.assertEqual(
            draft.origins.of(at), "spec.proxy.groups[0].endpoints[0].target"
        )


class CompleteTests(SynchronousTestCase):
    """Nothing is lost in silence, and nothing breaks the conversion."""

    def _check_told(self, value: dict[str, Any]) -> None:
        draft = read_definition(value, "", "v2-snake")
        result = json.dumps([draft.body, draft.plans])
        paths = [one.path for one in draft.findings]
        lost = [
            (at, text)
            for at, text in _texts(value)
            if "@" in text
            and text not in result
            and not any(
                at == path or at.startswith((f"{path}.", f"{path}[")) for path in paths
            )
        ]
        self.assertEqual(lost, [])

    def test_every_text(self) -> None:
        """Each is in the result, or has a finding at its place."""
        self._check_told(_FULL)

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_added_members(self, data: st.DataObject) -> None:
        """A member that is added anywhere is in the result, or has a finding."""
        value = deepcopy(_FULL)
        objects = [
            holder[key]
            for holder, key in _objects(value)
            if isinstance(holder[key], dict)
        ]
        number = data.draw(st.integers(0, len(objects) - 1))
        name = data.draw(st.from_regex(r"[a-z]{2,8}([_-][a-z]{1,5})?", fullmatch=True))
        objects[number].setdefault(f"{name}q", "@added")
        self._check_told(value)

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_any_value_anywhere(self, data: st.DataObject) -> None:
        """It is converted or refused: nothing else is raised."""
        value = deepcopy(_FULL)
        places = list(_objects(value))
        holder, key = places[data.draw(st.integers(0, len(places) - 1))]
        holder[key] = data.draw(_JSON)
        try:
            check(read_definition(value, "", "v2-snake"), CATALOG)
        except Refused as refused:
            self.assertTrue(refused.findings)
