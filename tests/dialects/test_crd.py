"""Tests of :mod:`relay.dialects.crd`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import detect
from relay.dialects.crd import (
    CrdApiV4,
    CrdApplication,
    CrdPolicyGroup,
    CrdSubscription,
    is_resource,
)
from relay.dialects.finding import Refused
from tests.dialects.bodies import api, resource, step


class ResourceTests(SynchronousTestCase):
    """Custom resources by their kinds."""

    def test_recognised(self) -> None:
        """By group and kind."""
        for kind, name in (
            ("ApiV4Definition", "crd-api-v4"),
            ("Application", "crd-application"),
            ("Subscription", "crd-subscription"),
            ("SharedPolicyGroup", "crd-shared-policy-group"),
        ):
            found = detect(resource(kind, "x"))
            assert found is not None
            self.assertEqual(found.name, name)
        self.assertIsNone(detect(resource("ManagementContext", "x")))
        self.assertTrue(is_resource(resource("ManagementContext", "x")))
        self.assertFalse(is_resource({"apiVersion": "v1", "kind": "Application"}))
        self.assertFalse(is_resource({"apiVersion": "gravitee.io/v1"}))

    def test_no_spec(self) -> None:
        """A resource has a ``spec``."""
        for kind in (CrdApiV4(), CrdApplication()):
            with self.assertRaises(Refused) as caught:
                kind.read({**resource("x", "x"), "spec": None}, "[2]")
            self.assertEqual(caught.exception.findings[0].path, "[2].spec")

    def test_api(self) -> None:
        """The name of the resource is the hrid."""
        plans = {"open": {"security": {"type": "KEY_LESS"}}}
        spec = api(version="2", state="stopped", plans=plans)
        draft = CrdApiV4().read(resource("ApiV4Definition", "trams", **spec))
        self.assertEqual(draft.body["hrid"], "trams")
        self.assertEqual(draft.body["state"], "STOPPED")
        of = draft.origins.of
        self.assertEqual(of("hrid"), "metadata.name")
        self.assertEqual(of("listeners[0]"), "spec.listeners[0]")
        self.assertEqual(of("plans[0].name"), "spec.plans.open.name")

    def test_given_hrid(self) -> None:
        """One in the ``spec`` takes precedence, at its place."""
        spec = api(hrid="Trams_1")
        draft = CrdApiV4().read(resource("ApiV4Definition", "trams-1", **spec))
        self.assertEqual(draft.body["hrid"], "Trams_1")
        self.assertEqual(draft.origins.of("hrid"), "spec.hrid")

    def test_application(self) -> None:
        """What refers to an operator is left out."""
        draft = CrdApplication().read(
            resource("Application", "app", name="App", contextRef={"name": "c"}), "[1]"
        )
        self.assertEqual(draft.kind, "application")
        self.assertEqual(draft.body, {"hrid": "app", "name": "App"})
        (found,) = draft.findings
        self.assertEqual(found.path, "[1].spec.contextRef")

    def test_subscription(self) -> None:
        """API and application are named by their resources."""
        draft = CrdSubscription().read(
            resource(
                "Subscription",
                "sub",
                api={"name": "trams", "kind": "ApiV4Definition"},
                application={"name": "app"},
                plan="open",
            )
        )
        self.assertEqual(draft.kind, "subscription")
        self.assertEqual(
            [draft.body[name] for name in ("api", "application", "plan", "hrid")],
            ["trams", "app", "open", "sub"],
        )
        self.assertEqual(draft.origins.of("api"), "spec.api.name")

    def test_group(self) -> None:
        """Configurations of steps may be texts."""
        steps = [{**step(), "configuration": '{"time": 1}'}]
        draft = CrdPolicyGroup().read(resource("SharedPolicyGroup", "g", steps=steps))
        self.assertEqual(draft.kind, "shared-policy-group")
        self.assertEqual(draft.body["steps"][0]["configuration"], {"time": 1})
