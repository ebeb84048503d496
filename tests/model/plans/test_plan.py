"""Tests of :mod:`relay.model.plans.plan`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api import read_only
from relay.model.plans.plan import PlanDefinition, PlanStatus
from relay.model.schema.descriptive import PlanDescription
from relay.model.schema.errors import Issue
from relay.model.schema.reading import issues
from tests.model.bodies import tutorial_plan


def problems(body: Any) -> list[Issue]:
    """Return the issues of a plan, without the rules between members."""
    try:
        PlanDefinition.read(body)
    except ValidationError as error:
        return issues(error)
    return []


class PlanTests(SynchronousTestCase):
    """Plans."""

    def test_statuses(self) -> None:
        """The life of a plan has these stations, in this order."""
        self.assertEqual(
            list(PlanStatus), ["STAGING", "PUBLISHED", "DEPRECATED", "CLOSED"]
        )

    def test_defaults(self) -> None:
        """A plan needs a name and its security; the rest is filled in."""
        self.assertEqual(
            PlanDefinition.read(
                {"name": "a", "security": {"type": "key-less"}}
            ).to_json(),
            {
                "definitionVersion": "V4",
                "name": "a",
                "mode": "STANDARD",
                "order": 0,
                "validation": "MANUAL",
                "security": {"type": "KEY_LESS", "configuration": {}},
            },
        )
        self.assertEqual(problems({}), [Issue("is required", "name")])
        self.assertEqual(problems({"name": "a"}), [Issue("is required", "security")])

    def test_push(self) -> None:
        """A PUSH plan has no security."""
        plan = PlanDefinition.read({"name": "a", "mode": "push"})
        self.assertEqual((plan.mode, plan.security), ("PUSH", None))
        self.assertNotIn("security", plan.to_json())
        (issue,) = problems({"name": "a", "mode": "PUSH", "security": {"type": "JWT"}})
        self.assertEqual(issue.location, "security")

    def test_descriptive(self) -> None:
        """Every descriptive field is kept and given back as it came."""
        fields: dict[str, Any] = {
            "description": "d",
            "crossId": "c",
            "order": 3,
            "characteristics": ["c"],
            "commentRequired": True,
            "commentMessage": "m",
            "generalConditions": "page",
            "validation": "AUTO",
        }
        names = {field.alias for field in PlanDescription.model_fields.values()}
        self.assertEqual(set(fields), names)
        answer = PlanDefinition.read(tutorial_plan(**fields)).to_json()
        self.assertEqual({name: answer[name] for name in fields}, fields)

    def test_runtime(self) -> None:
        """Runtime fields that a client sends back are accepted and left aside."""
        body = tutorial_plan(**dict.fromkeys(read_only.PLAN, "x"))
        self.assertEqual(
            PlanDefinition.read(body), PlanDefinition.read(tutorial_plan())
        )

    def test_refused(self) -> None:
        """
        Unsupported members that would change the admission are refused; empty ones are
        accepted.
        """
        fields: dict[str, Any] = {
            "tags": ["x"],
            "excludedGroups": ["x"],
            "bootstrapPort": 9092,
            "brokerRangeStart": 9100,
            "brokerRangeEnd": 9102,
        }
        self.assertEqual(
            sorted(
                issue.location.removesuffix("[0]")
                for issue in problems(tutorial_plan(**fields))
            ),
            sorted(fields),
        )
        empty: dict[str, Any] = {"flows": [], "tags": [], "excludedGroups": []}
        answer = PlanDefinition.read(
            tutorial_plan(**dict.fromkeys(fields)) | empty
        ).to_json()
        self.assertEqual({name: answer[name] for name in empty}, empty)

    def test_selection_rule(self) -> None:
        """A rule is kept unchanged; an invalid one is refused."""
        for rule in ("{#request.method == 'GET'}", "#request.method == 'GET'", ""):
            body = tutorial_plan(selectionRule=rule)
            self.assertEqual(PlanDefinition.read(body).to_json()["selectionRule"], rule)
        (issue,) = problems(tutorial_plan(selectionRule="{#request.method ==}"))
        self.assertEqual(issue.location, "selectionRule")
        self.assertIn("(at character 20)", issue.message)

    def test_unknown(self) -> None:
        """Unknown members are refused."""
        body = tutorial_plan(x=1, security={"type": "KEY_LESS", "y": None})
        self.assertEqual(
            sorted(issue.location for issue in problems(body)), ["security.y", "x"]
        )

    def test_repr(self) -> None:
        """The configuration of security is not printed."""
        security = {"type": "JWT", "configuration": {"resolverParameter": "s3cr3t"}}
        plan = PlanDefinition.read(tutorial_plan(security=security))
        self.assertNotIn("s3cr3t", repr(plan))
