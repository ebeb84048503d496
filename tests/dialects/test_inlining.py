"""Tests of :mod:`relay.dialects.inlining`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.crd import CrdApiV4, CrdPolicyGroup
from relay.dialects.draft import Draft
from relay.dialects.inlining import inline_groups
from tests.dialects.bodies import api, flow, resource, step


def _reference(**members: Any) -> dict[str, Any]:
    return {
        "policy": "shared-policy-group-policy",
        "sharedPolicyGroupRef": {"name": "rules"},
        **members,
    }


def _api(*steps: dict[str, Any], **members: Any) -> Draft:
    spec = api(flows=[flow(*steps)], **members)
    return CrdApiV4().read(resource("ApiV4Definition", "trams", **spec), "[0]")


def _group(**members: Any) -> Draft:
    spec = {
        "apiType": "PROXY",
        "phase": "REQUEST",
        "steps": [step("mock"), step("latency", time=1)],
        **members,
    }
    return CrdPolicyGroup().read(resource("SharedPolicyGroup", "rules", **spec), "[1]")


class InliningTests(SynchronousTestCase):
    """References to groups of the same file."""

    def test_steps(self) -> None:
        """The steps stand where the reference was, with their places in the file."""
        draft = _api(step("one"), _reference(), step("two"))
        inline_groups(draft, [_group()])
        steps = draft.body["flows"][0]["request"]
        self.assertEqual(
            [one["policy"] for one in steps], ["one", "mock", "latency", "two"]
        )
        at = "flows[0].request"
        self.assertEqual(
            [draft.origins.of(f"{at}[{number}].policy") for number in range(4)],
            [
                f"[0].spec.{at}[0].policy",
                "[1].spec.steps[0].policy",
                "[1].spec.steps[1].policy",
                f"[0].spec.{at}[2].policy",
            ],
        )

    def test_plans(self) -> None:
        """Flows of plans refer to groups, too."""
        draft = _api(plans={"open": {"flows": [flow(_reference())]}})
        inline_groups(draft, [_group()])
        self.assertEqual(len(draft.plans[0]["flows"][0]["request"]), 2)

    def test_what_stays(self) -> None:
        """References to other groups, and disabled ones."""
        other = _reference(sharedPolicyGroupRef={"name": "other"})
        draft = _api(other, _reference(enabled=False))
        before = draft.body["flows"]
        inline_groups(draft, [])
        inline_groups(draft, [_group()])
        self.assertEqual(draft.body["flows"], before)
        self.assertEqual(draft.findings, [])

    def test_misfits(self) -> None:
        """A group for other flows, and a condition that steps cannot have."""
        for group, reference in (
            (_group(phase="RESPONSE"), _reference()),
            (_group(apiType="MESSAGE"), _reference()),
            (_group(), _reference(condition="{#request.ssl != null}")),
        ):
            draft = _api(reference)
            inline_groups(draft, [group])
            (found,) = draft.findings
            self.assertEqual(found.severity, "severe")
            self.assertEqual(found.path, "[0].spec.flows[0].request[0]")
