"""Tests of `relay.dialects.v2.flows`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.checking import check
from relay.dialects.finding import Refused
from tests.dialects.v2.definitions import problems, read
from tests.installed import CATALOG


def _flow(**members: Any) -> dict[str, Any]:
    flow: dict[str, Any] = read(flows=[members]).body["flows"][0]
    return flow


class FlowTests(SynchronousTestCase):
    """Flows get selectors and the phases of version 4."""

    def test_selectors(self) -> None:
        """Path and methods, then the condition."""
        for operator in ("path-operator", "pathOperator", "path_operator"):
            made = _flow(
                **{operator: {"path": "/a", "operator": "EQUALS"}},
                methods=["GET"],
                condition="{#request.secure}",
            )
            self.assertEqual(
                made["selectors"],
                [
                    {
                        "type": "HTTP",
                        "path": "/a",
                        "pathOperator": "EQUALS",
                        "methods": ["GET"],
                    },
                    {"type": "CONDITION", "condition": "{#request.secure}"},
                ],
            )

    def test_without_an_operator(self) -> None:
        """The path and the operator may stand in the flow."""
        made = _flow(path="/a", operator="STARTS_WITH", condition="")
        self.assertEqual(
            made["selectors"],
            [{"type": "HTTP", "path": "/a", "pathOperator": "STARTS_WITH"}],
        )
        self.assertEqual(_flow()["selectors"], [{"type": "HTTP"}])

    def test_steps(self) -> None:
        """Those before are of the request, those after of the response."""
        step = {"name": "x", "policy": "mock", "description": "", "condition": ""}
        made = _flow(pre=[step], post=[{**step, "enabled": False}])
        self.assertEqual(made["request"], [{"name": "x", "policy": "mock"}])
        self.assertEqual(
            made["response"], [{"name": "x", "policy": "mock", "enabled": False}]
        )

    def test_scope(self) -> None:
        """A step runs in its phase; a scope that says otherwise is reported."""
        steps = [
            {"policy": "mock", "configuration": {"scope": scope}}
            for scope in ("REQUEST", "RESPONSE", "request_content")
        ]
        draft = read(flows=[{"pre": steps, "post": steps}])
        self.assertEqual(
            problems(draft),
            [
                (f"flows[0].{where}.configuration.scope", "warning")
                for where in ("pre[1]", "post[0]", "post[2]")
            ],
        )

    def test_problems_of_version_4(self) -> None:
        """They have the locations of the file."""
        step = {"policy": "groovy", "configuration": {"onRequestScript": "1"}}
        draft = read(
            flows=[
                {"enabled": False},
                {"pre": [step], "consumers": [{"consumerId": "gold"}]},
            ]
        )
        with self.assertRaises(Refused) as refused:
            check(draft, CATALOG)
        self.assertEqual(
            {one.path for one in refused.exception.findings},
            {"flows[1].pre[0].policy", "flows[1].consumers"},
        )

    def test_unknown_members(self) -> None:
        """They are reported; ids are not."""
        draft = read(flows=[{"id": "1", "stage": "API", "pre": [{"x": 1}], "y": 2}])
        self.assertEqual(
            problems(draft),
            [("flows[0].pre[0].x", "warning"), ("flows[0].y", "warning")],
        )

    def test_wrong_shapes(self) -> None:
        """They are refused."""
        for flows, at in (
            ({}, "flows"),
            (["x"], "flows[0]"),
            ([{"pre": {}}], "flows[0].pre"),
            ([{"pre": [1]}], "flows[0].pre[0]"),
            ([{"path-operator": "/"}], "flows[0].path-operator"),
        ):
            self.assertEqual(problems(read(flows=flows)), [(at, "severe")])
