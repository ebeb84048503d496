"""Tests of `relay.dialects.v2.plans`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.dialects.v2.definitions import checked, problems, read


def _plan(**members: Any) -> dict[str, Any]:
    (plan,) = read(plans=[{"name": "Crew", "security": "key_less", **members}]).plans
    return plan


class PlanTests(SynchronousTestCase):
    """Plans get the security of version 4."""

    def test_security(self) -> None:
        """A text with a definition as text, or an object."""
        for members, wanted in (
            ({"security": "api-key"}, {"type": "API_KEY"}),
            (
                {"security": "JWT", "securityDefinition": '{"a":1}'},
                {"type": "JWT", "configuration": {"a": 1}},
            ),
            (
                {"security": "JWT", "security_definition": {"a": 1}},
                {"type": "JWT", "configuration": {"a": 1}},
            ),
            (
                {"security": {"type": "JWT", "configuration": {"a": 1}}},
                {"type": "JWT", "configuration": {"a": 1}},
            ),
            ({"security": "KEY_LESS", "securityDefinition": ""}, {"type": "KEY_LESS"}),
        ):
            self.assertEqual(_plan(**members)["security"], wanted)

    def test_two_configurations(self) -> None:
        """They are refused."""
        security = {"type": "JWT", "configuration": {"a": 1}}
        draft = read(plans=[{"security": security, "securityDefinition": "{}1"}])
        self.assertEqual(problems(draft), [("plans[0].securityDefinition", "severe")])

    def test_status(self) -> None:
        """Plans without one are published, as gateways do."""
        self.assertEqual(_plan()["status"], "PUBLISHED")
        self.assertEqual(_plan(status="closed")["status"], "CLOSED")

    def test_spellings(self) -> None:
        """Of members that have two words."""
        plan = _plan(
            comment_required=True, commentMessage="?", selection_rule="{#a}", order=2
        )
        self.assertEqual(
            (plan["commentRequired"], plan["commentMessage"], plan["selectionRule"]),
            (True, "?", "{#a}"),
        )
        self.assertNotIn("selectionRule", _plan(selection_rule=""))

    def test_by_name(self) -> None:
        """An object of plans: the key is the hrid, and the name of one without."""
        draft = read(
            plans={"a": {"security": "API_KEY"}, "b": {"name": "B", "security": "JWT"}}
        )
        self.assertEqual([plan["name"] for plan in draft.plans], ["a", "B"])
        self.assertEqual([plan["hrid"] for plan in draft.plans], ["a", "b"])
        (named,) = read(plans={"No hrid!": {"security": "JWT"}}).plans
        self.assertNotIn("hrid", named)
        self.assertEqual(draft.origins.of("plans[1].mode"), "plans.b.mode")

    def test_flows(self) -> None:
        """As those of an API."""
        plan = _plan(flows=[{"pre": [{"policy": "mock"}]}], paths={})
        self.assertEqual(plan["flows"][0]["request"], [{"policy": "mock"}])

    def test_paths(self) -> None:
        """They count in a definition of version 1 only."""
        rules: dict[str, Any] = {"/": [{"mock": {}}]}
        plan = {"name": "x", "security": "KEY_LESS", "paths": rules}
        older = read(gravitee="1.0.0", plans=[plan])
        self.assertEqual(older.plans[0]["flows"][0]["request"][0]["policy"], "mock")
        draft = read(plans=[plan])
        self.assertEqual(problems(draft), [("plans[0].paths", "severe")])

    def test_of_a_server(self) -> None:
        """Ids and times are not reported, other members are."""
        draft = read(
            plans=[{"id": "1", "api": "2", "created_at": 3, "type": "API", "hue": 4}]
        )
        self.assertEqual(problems(draft), [("plans[0].hue", "warning")])

    def test_checked(self) -> None:
        """The text of a configuration is read by the rules of version 4."""
        definition = '{"signature":"RSA_RS256","publicKeyResolver":"JWKS_URL",'
        definition += '"resolverParameter":"https://sea.example/keys"}'
        plan = {"name": "x", "security": "JWT", "securityDefinition": definition}
        (made,) = checked(plans=[plan]).plans
        assert made.definition.security is not None
        self.assertEqual(
            made.definition.security.configuration["resolverParameter"],
            "https://sea.example/keys",
        )
