"""Tests of `relay.dialects.v2.paths`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.v2.paths import METHODS, has_rules
from tests.dialects.v2.definitions import problems, read


def _flows(paths: dict[str, Any]) -> list[dict[str, Any]]:
    draft = read(gravitee="1.0.0", paths=paths)
    assert draft.findings == [], draft.findings
    flows: list[dict[str, Any]] = draft.body["flows"]
    return flows


def _rule(policy: str, *methods: str, **configuration: Any) -> dict[str, Any]:
    return {"methods": list(methods), policy: configuration}


def _policies(flows: list[dict[str, Any]], path: str, method: str) -> list[str]:
    """List the policies of the one flow of a path that has a method."""
    matching = [
        flow
        for flow in flows
        if flow["selectors"][0]["path"] == path
        and method in flow["selectors"][0].get("methods", METHODS)
    ]
    assert len(matching) < 2
    return [
        step["policy"]
        for flow in matching
        for phase in ("request", "response")
        for step in flow[phase]
    ]


class PathsTests(SynchronousTestCase):
    """Of each path all rules run that have the method, and of no other path any."""

    def test_all_rules_of_a_path(self) -> None:
        """The best match is one flow: it has the steps of all rules."""
        flows = _flows({"/": [_rule("latency"), _rule("mock", "GET")]})
        self.assertEqual(_policies(flows, "/", "GET"), ["latency", "mock"])
        self.assertEqual(_policies(flows, "/", "POST"), ["latency"])

    def test_one_flow_for_all_methods(self) -> None:
        """Where the methods make no difference."""
        (flow,) = _flows({"/": [_rule("latency"), _rule("mock")]})
        self.assertNotIn("methods", flow["selectors"][0])

    def test_methods_without_a_rule(self) -> None:
        """The rules of a shorter path do not run for them."""
        flows = _flows({"/": [_rule("latency")], "/a/:b": [_rule("mock", "get")]})
        self.assertEqual(_policies(flows, "/a/:b", "GET"), ["mock"])
        self.assertEqual(_policies(flows, "/a/:b", "PUT"), [])
        matching = [
            flow
            for flow in flows
            if flow["selectors"][0]["path"] == "/a/:b"
            and "PUT" in flow["selectors"][0]["methods"]
        ]
        self.assertEqual(len(matching), 1)

    def test_a_path_without_rules(self) -> None:
        """It keeps the rules of a shorter path away, too."""
        flows = _flows({"/": [_rule("latency")], "/free": []})
        self.assertEqual(
            [flow["selectors"][0]["path"] for flow in flows], ["/", "/free"]
        )
        self.assertEqual(_policies(flows, "/free", "GET"), [])

    def test_wildcards(self) -> None:
        """At its end a path may have one, which changes nothing."""
        flows = _flows({"/*": [_rule("latency")], "/a/*": [_rule("mock")]})
        self.assertEqual([flow["selectors"][0]["path"] for flow in flows], ["/", "/a"])
        both = {"/a": [_rule("latency")], "/a/*": [_rule("mock")]}
        draft = read(gravitee="1.0.0", paths=both)
        self.assertEqual(problems(draft), [("paths./a/*", "severe")])

    def test_phases(self) -> None:
        """The configuration of a policy has its phase."""
        (flow,) = _flows(
            {
                "/": [
                    _rule("transform-headers", scope="RESPONSE"),
                    _rule("transform-headers", scope="REQUEST"),
                    _rule("xslt", scope="response_content"),
                ]
            }
        )
        self.assertEqual(len(flow["request"]), 1)
        self.assertEqual(len(flow["response"]), 2)

    def test_best_match(self) -> None:
        """The flows of an API of version 1 are chosen by the best match."""
        draft = read(gravitee="1.0.0", paths={"/": []})
        self.assertEqual(draft.body["flowExecution"], {"mode": "BEST_MATCH"})

    def test_origins(self) -> None:
        """Problems have the locations of the rules."""
        draft = read(paths={"/a": [_rule("mock"), _rule("latency")]})
        self.assertEqual(
            draft.origins.of("flows[0].request[1].configuration.timeUnit"),
            "paths./a[1].latency.timeUnit",
        )

    def test_problems(self) -> None:
        """What is no rule is refused; a disabled one is left out."""
        for listed, at, severity in (
            ({}, "paths./", "severe"),
            (["x"], "paths./[0]", "severe"),
            ([{"methods": []}], "paths./[0]", "severe"),
            ([{"a": {}, "b": {}}], "paths./[0]", "severe"),
            ([_rule("mock", "FETCH")], "paths./[0].methods", "severe"),
            ([{"mock": {}, "methods": "GET"}], "paths./[0].methods", "severe"),
            ([{**_rule("mock"), "enabled": False}], "paths./[0]", "warning"),
        ):
            draft = read(gravitee="1.0.0", paths={"/": listed})
            self.assertEqual(problems(draft), [(at, severity)])
        self.assertEqual(
            problems(read(gravitee="1.0.0", paths=[])), [("paths", "severe")]
        )

    def test_has_rules(self) -> None:
        """Whether anything would be lost."""
        self.assertTrue(has_rules({"/": [1]}))
        nothing: tuple[object, ...] = ({"/": []}, {}, None, [])
        for paths in nothing:
            self.assertFalse(has_rules(paths))
