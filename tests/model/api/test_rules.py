"""Tests of :mod:`relay.model.api.rules`."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.rules import check
from relay.model.schema.errors import Issue
from tests.model.bodies import api_bodies, json_values, put, tutorial_api

ENDPOINT = "endpointGroups[0].endpoints[0]"


def endpoint(name: str, **members: Any) -> dict[str, Any]:
    """An endpoint of the tutorial's group."""
    return {"name": name, "type": "http-proxy", **members}


class RulesTests(SynchronousTestCase):
    """Rules between members."""

    def assert_issues(self, body: dict[str, Any], *expected: Issue) -> None:
        """Assert the issues, in their order."""
        self.assertEqual(list(check(body)), list(expected))

    @settings(deadline=None)
    @given(api_bodies)
    def test_good(self, body: dict[str, Any]) -> None:
        """Good bodies break none."""
        self.assert_issues(body)

    @given(json_values, json_values)
    def test_any_shape(self, a: object, b: object) -> None:
        """Bodies of no shape are passed over, never an error."""
        for body in (
            {"listeners": a, "endpointGroups": b},
            {"listeners": [a, {"paths": b, "entrypoints": a}]},
            {"listeners": [{"paths": [a, {"host": a, "path": b}], "entrypoints": [b]}]},
            {"endpointGroups": [a, {"type": a, "endpoints": b, "name": b}]},
            {"endpointGroups": [{"sharedConfiguration": a, "endpoints": [b]}]},
        ):
            for issue in check(body):
                self.assertTrue(issue.location)

    def test_nothing(self) -> None:
        """There is at least one listener and one group."""
        self.assert_issues(
            tutorial_api(listeners=[], endpointGroups=[]),
            Issue("at least one listener is required", "listeners"),
            Issue("at least one endpoint group is required", "endpointGroups"),
        )

    def test_empty(self) -> None:
        """A listener has a path and an entrypoint, a group an endpoint."""
        self.assert_issues(
            tutorial_api(
                listeners=[{"type": "HTTP", "paths": []}],
                endpointGroups=[{"name": "g", "type": "http-proxy"}],
            ),
            Issue("HTTP listener requires a minimum of one path", "listeners[0].paths"),
            Issue("at least one entrypoint is required", "listeners[0].entrypoints"),
            Issue("at least one endpoint is required", "endpointGroups[0].endpoints"),
        )

    def test_repeated_types(self) -> None:
        """The types of listeners and of entrypoints are unique, in any spelling."""
        listener = tutorial_api()["listeners"][0]
        twice = {**listener, "type": "http", "entrypoints": listener["entrypoints"] * 2}
        self.assert_issues(
            tutorial_api(listeners=[listener, twice]),
            Issue("Listener type [http] is duplicated", "listeners[1].type", "http"),
            Issue(
                "Entrypoint type [http-proxy] is duplicated",
                "listeners[1].entrypoints[1].type",
                "http-proxy",
            ),
        )

    def test_other_listeners(self) -> None:
        """A listener that is refused as such is not asked for paths."""
        listener = tutorial_api()["listeners"][0]
        self.assert_issues(tutorial_api(listeners=[listener, {"type": "TCP"}]))

    def test_paths(self) -> None:
        """Paths are checked with their places."""
        paths = [
            {"path": "/a"},
            {},
            {"path": 1},
            {"host": "*", "path": "a/"},
            {"path": "a"},
        ]
        self.assert_issues(
            put(tutorial_api(), "listeners[0].paths", paths),
            Issue(
                "Domain [*] is invalid: wildcards are not supported yet",
                "listeners[0].paths[3].host",
                "*",
            ),
            Issue("Path [/a/] is duplicated", "listeners[0].paths[4].path", "a"),
        )

    def test_names(self) -> None:
        """Names are unique across groups and endpoints, and hold no colon."""
        body = tutorial_api()
        body["endpointGroups"] = [
            {"name": "a", "type": "http-proxy", "endpoints": [endpoint("b")]},
            {
                "name": "b",
                "type": "http-proxy",
                "endpoints": [endpoint("a"), endpoint("c:d")],
            },
        ]
        used = "the name [{}] is used by another group or endpoint of the API"
        self.assert_issues(
            body,
            Issue(used.format("b"), "endpointGroups[1].name", "b"),
            Issue(used.format("a"), "endpointGroups[1].endpoints[0].name", "a"),
            Issue(
                "must not contain a colon", "endpointGroups[1].endpoints[1].name", "c:d"
            ),
        )

    def test_types(self) -> None:
        """An endpoint has the type of its group."""
        self.assert_issues(
            put(tutorial_api(), f"{ENDPOINT}.type", "mock"),
            Issue(
                "must be the type of its group [http-proxy]", f"{ENDPOINT}.type", "mock"
            ),
        )

    def test_inheritance(self) -> None:
        """An absent configuration cannot be inherited; an empty object can."""
        shared = "endpointGroups[0].sharedConfiguration"
        for nothing in (None, "null"):
            self.assert_issues(
                put(tutorial_api(), shared, nothing),
                Issue(
                    "cannot inherit: the group has no sharedConfiguration",
                    f"{ENDPOINT}.inheritConfiguration",
                    True,
                ),
            )
        shared_values: list[object] = [{}, "{}", "{"]
        for value in shared_values:
            self.assert_issues(put(tutorial_api(), shared, value))
        body = put(tutorial_api(), shared, None)
        self.assert_issues(put(body, f"{ENDPOINT}.inheritConfiguration", False))
