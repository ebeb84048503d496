"""Tests of :mod:`relay.dialects.v4_members`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.draft import Draft
from relay.dialects.finding import Refused
from relay.dialects.v4_members import read_api, read_state
from tests.dialects.bodies import api, flow, step


def _read(**members: Any) -> Draft:
    return read_api(api(**members), "spec", "v4-flat")


def _told(draft: Draft) -> list[tuple[str, str]]:
    return [(one.path, one.severity) for one in draft.findings]


class ApiTests(SynchronousTestCase):
    """The members of an API beside its plans."""

    def test_no_object(self) -> None:
        """An API is an object."""
        with self.assertRaises(Refused) as caught:
            read_api([], "api", "v4-flat")
        self.assertEqual(caught.exception.findings[0].path, "api")

    def test_versions(self) -> None:
        """``version`` is ``apiVersion``, whose default is 1.0."""
        draft = _read(version="2")
        self.assertEqual(draft.body["apiVersion"], "2")
        self.assertNotIn("version", draft.body)
        self.assertEqual(draft.origins.of("apiVersion"), "spec.version")
        self.assertEqual(_read().body["apiVersion"], "1.0")
        both = _read(version="2", apiVersion="3")
        self.assertEqual(both.body["apiVersion"], "3")
        self.assertEqual(_told(both), [("spec.version", "warning")])
        self.assertEqual(_told(_read(version="2", apiVersion="2")), [])

    def test_marker(self) -> None:
        """A marker of another version is told."""
        self.assertEqual(_told(_read(gravitee="4.0.0")), [])
        draft = _read(gravitee="2.0.0")
        self.assertEqual(_told(draft), [("spec.gravitee", "warning")])
        self.assertEqual(draft.body["definitionVersion"], "V4")

    def test_what_is_not_of_relay(self) -> None:
        """It is told, and left out or kept."""
        draft = _read(contextRef={"name": "x"}, pages=[{"name": "Doc"}], members=[])
        self.assertEqual(
            _told(draft), [("spec.contextRef", "warning"), ("spec.pages", "warning")]
        )
        self.assertNotIn("contextRef", draft.body)
        self.assertEqual(draft.body["pages"], [{"name": "Doc"}])

    def test_the_source_is_not_changed(self) -> None:
        """What is read stays as it is."""
        source = api(version="1", flows=[flow(methods=["GET"])])
        read_api(source, "", "v4-flat")
        self.assertEqual(source, api(version="1", flows=[flow(methods=["GET"])]))

    def test_state(self) -> None:
        """It is read in any case."""
        self.assertEqual(read_state(_read(state="started")).body["state"], "STARTED")
        self.assertNotIn("state", read_state(_read()).body)


class ConfigurationTests(SynchronousTestCase):
    """Options of HTTP clients."""

    def test_options_of_clients(self) -> None:
        """Numbers may be texts; options beside a target are told and left out."""
        groups = api()["endpointGroups"]
        groups[0]["sharedConfiguration"] = {"http": {"readTimeout": "2500"}}
        groups[0]["endpoints"][0]["configuration"]["http"] = {"readTimeout": 1}
        draft = _read(endpointGroups=groups)
        group = draft.body["endpointGroups"][0]
        self.assertEqual(group["sharedConfiguration"]["http"]["readTimeout"], 2500)
        self.assertNotIn("http", group["endpoints"][0]["configuration"])
        at = "spec.endpointGroups[0]"
        self.assertEqual(
            [path for path, _ in _told(draft)],
            [
                f"{at}.sharedConfiguration.http.readTimeout",
                f"{at}.endpoints[0].configuration.http",
            ],
        )


class FlowTests(SynchronousTestCase):
    """Members of version 2, and references to shared policy groups."""

    def test_members_of_version_2(self) -> None:
        """What gateways ignore is told; steps that would not run stay for a refusal."""
        draft = _read(flows=[flow(methods=["GET"], pre=[], post=[step()])])
        self.assertEqual(
            _told(draft),
            [("spec.flows[0].methods", "warning"), ("spec.flows[0].pre", "warning")],
        )
        self.assertEqual(draft.body["flows"][0]["post"], [step()])

    def test_references(self) -> None:
        """A group is named by its id, by its hrid or by its resource."""
        group = "shared-policy-group-policy"
        by_ref = {"policy": group, "sharedPolicyGroupRef": {"name": "town"}}
        flows = [
            flow(step(group, sharedPolicyGroupId="x"), step(group, hrid="y"), by_ref)
        ]
        draft = _read(flows=flows)
        steps = draft.body["flows"][0]["request"]
        self.assertEqual(
            [one["configuration"] for one in steps],
            [{"sharedPolicyGroupId": name} for name in ("x", "y", "town")],
        )
        at = "spec.flows[0].request"
        names = (1, "configuration.hrid"), (2, "sharedPolicyGroupRef.name")
        for number, where in names:
            target = f"flows[0].request[{number}].configuration.sharedPolicyGroupId"
            self.assertEqual(draft.origins.of(target), f"{at}[{number}].{where}")


class ResourceTests(SynchronousTestCase):
    """Resources that are not there, or not known."""

    def test_reference(self) -> None:
        """A reference is refused; what follows keeps its place."""
        known = {"name": "b", "type": "oauth2", "configuration": {}}
        draft = _read(resources=[{"ref": {"name": "a"}}, known])
        self.assertEqual(_told(draft), [("spec.resources[0]", "severe")])
        self.assertEqual(draft.body["resources"], [known])
        self.assertEqual(
            draft.origins.of("resources[0].type"), "spec.resources[1].type"
        )

    def test_unknown_types(self) -> None:
        """Of a resource that something names, the type is refused later."""
        cache = {"name": "answers", "type": "cache", "configuration": {}}
        draft = _read(resources=[cache])
        self.assertEqual(_told(draft), [("spec.resources[0].type", "warning")])
        self.assertEqual(draft.body["resources"], [])
        used = _read(resources=[cache], flows=[flow(step("cache", of="answers"))])
        self.assertEqual(_told(used), [])
        self.assertEqual(used.body["resources"], [cache])
        self.assertEqual(_told(_read(resources=[{"name": "a", "type": {}}, 1])), [])


class PlanTests(SynchronousTestCase):
    """Plans in all their forms."""

    def test_map(self) -> None:
        """The key names a plan without a name, and is its hrid."""
        draft = _read(plans={"open": {"security": "KEY_LESS"}, "b": {"name": "Bees"}})
        self.assertEqual(
            [(one["name"], one["hrid"]) for one in draft.plans],
            [("open", "open"), ("Bees", "b")],
        )
        self.assertEqual(draft.plans[0]["security"], {"type": "KEY_LESS"})
        of = draft.origins.of
        self.assertEqual(of("plans[0].security.type"), "spec.plans.open.security")
        self.assertEqual(of("plans[1].flows[0]"), "spec.plans.b.flows[0]")

    def test_statuses(self) -> None:
        """A plan without a status is published."""
        given = [{"name": "a"}, {"name": "b", "status": "staging"}]
        self.assertEqual(
            [one["status"] for one in _read(plans=given).plans],
            ["PUBLISHED", "STAGING"],
        )

    def test_spelling_of_version_2(self) -> None:
        """``comment_required`` is read and told."""
        draft = _read(plans=[{"name": "a", "comment_required": True}])
        self.assertIs(draft.plans[0]["commentRequired"], True)
        self.assertEqual(_told(draft), [("spec.plans[0].comment_required", "warning")])

    def test_no_plans(self) -> None:
        """What is no plan is refused at its place."""
        self.assertEqual(_told(_read(plans="x")), [("spec.plans", "severe")])
        draft = _read(plans=["x", {"name": "a"}])
        self.assertEqual(_told(draft), [("spec.plans[0]", "severe")])
        self.assertEqual(draft.origins.of("plans[0].name"), "spec.plans[1].name")
