"""Tests of :mod:`relay.model.api.flow` and :mod:`relay.model.api.flow_rules`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.flow import Flow
from relay.model.api.flow_rules import HOLDS_BODY, check, resources_of
from relay.model.api.kinds import Need, Phase, PolicyType
from relay.model.schema.base import Options


class Configuration(Options):
    """The configuration of the policy in these tests."""

    size: int
    bad_in: str | None = None


def objection(configuration: Configuration, phase: Phase) -> str | None:
    """Refuse it in the phase that it names."""
    return "not here" if configuration.bad_in == phase else None


NEED = Need(("providers", 0), frozenset({"inline", "ldap"}), "staff")
POLICIES = {
    "heads": PolicyType(
        "heads",
        "Heads",
        Configuration,
        proxy=("request", "response"),
        message=("request",),
        problem=objection,
    ),
    "users": PolicyType(
        "users", "Users", Options, proxy=("request",), needs=lambda _: [NEED]
    ),
    "events": PolicyType("events", "Events", Options, message=("subscribe", "publish")),
}
ENTRYPOINTS = ("sse", "http-post")
GOOD = {"policy": "heads", "configuration": {"size": 1}}


def issues(flow: dict[str, Any], api_type: str | None = "PROXY") -> dict[str, str]:
    """Return the problems of one flow, by location."""
    found = check({"flows": [flow]}, POLICIES, api_type, ENTRYPOINTS)
    return {one.location.removeprefix("flows[0]."): one.message for one in found}


class FlowTests(SynchronousTestCase):
    """The shape of flows."""

    def test_defaults(self) -> None:
        """The defaults of a flow."""
        flow = Flow.read({"selectors": [{"type": "http"}], "request": [GOOD]})
        (selector,) = flow.selectors
        self.assertEqual(
            (selector.path, selector.path_operator, selector.methods),
            ("/", "STARTS_WITH", ()),
        )
        self.assertTrue(flow.enabled and flow.request[0].enabled)
        self.assertEqual(Flow.read(flow.to_json()), flow)

    def test_spellings(self) -> None:
        """The spellings of gateway definitions and of older files are accepted."""
        for text, operator in {
            "START_WITH": "STARTS_WITH",
            "starts-with": "STARTS_WITH",
            "equals": "EQUALS",
        }.items():
            selector = {"type": "HTTP", "pathOperator": text, "methods": ["get"]}
            read = Flow.read({"selectors": [selector]}).selectors[0]
            self.assertEqual((read.path_operator, read.methods), (operator, ("GET",)))

    def test_configuration_as_text(self) -> None:
        """A configuration may be JSON text, as in some exports."""
        step = {"policy": "heads", "configuration": '{"size": 1}'}
        flow = Flow.read({"request": [step]})
        self.assertEqual(flow.request[0].configuration, {"size": 1})


class RuleTests(SynchronousTestCase):
    """The rules that need the policies or the API."""

    def test_fine(self) -> None:
        """A flow that can be run, and ones that are not in effect."""
        self.assertEqual(issues({"request": [GOOD], "response": [GOOD]}), {})
        for off in (
            {"enabled": False, "request": [{"policy": "nobody"}], "tags": ["x"]},
            {"request": [{"policy": "nobody", "enabled": False, "condition": "?"}]},
        ):
            self.assertEqual(issues(off), {})

    def test_policies(self) -> None:
        """Each has phases, of each type of API."""
        wrong = {"policy": "nobody"}
        found = issues({"request": [wrong], "response": [{"policy": "events"}]})
        self.assertEqual(list(found), ["request[0].policy", "response[0].policy"])
        self.assertIn("only events, heads", found["request[0].policy"])
        self.assertIn("cannot be used", found["response[0].policy"])
        self.assertIn("response[0].policy", issues({"response": [GOOD]}, "MESSAGE"))
        self.assertEqual(issues({"response": [GOOD]}, None), {})

    def test_what_would_hold_a_stream(self) -> None:
        """A policy that would buffer a stream is refused with that reason."""
        for name in HOLDS_BODY:
            found = issues({"response": [{"policy": name}]})
            self.assertIn(
                "no event of a stream could pass", found["response[0].policy"]
            )

    def test_configurations(self) -> None:
        """A configuration is checked by the policy and the phase."""
        found = issues(
            {
                "request": [
                    {"policy": "heads", "configuration": {"sise": 1}},
                    {
                        "policy": "heads",
                        "configuration": {"size": 1, "badIn": "request"},
                    },
                    {"policy": "heads"},
                ]
            }
        )
        self.assertEqual(
            found,
            {
                "request[0].configuration.size": "is required",
                "request[0].configuration.sise": "unknown field; did you mean size?",
                "request[1].configuration": "not here",
                "request[2].configuration.size": "is required",
            },
        )

    def test_conditions(self) -> None:
        """A condition may use only the variables of its phase."""
        bad = {**GOOD, "condition": "{#request.method ==}"}
        early = {**GOOD, "condition": "{#response.status == 200}"}
        late = {**GOOD, "messageCondition": "{#message.id != null}"}
        found = issues({"request": [bad, early, late], "response": [early]})
        self.assertEqual(
            list(found),
            [
                "request[0].condition",
                "request[1].condition",
                "request[2].messageCondition",
            ],
        )
        self.assertIn("at character 20", found["request[0].condition"])
        event = {"policy": "events", "messageCondition": "{#message.idea}"}
        found = issues({"subscribe": [event]}, "MESSAGE")
        self.assertIn("#message has no idea", found["subscribe[0].messageCondition"])

    def test_selectors(self) -> None:
        """
        A flow has one selector of each type, and PROXY APIs none of the type channel.
        """
        found = issues(
            {
                "selectors": [
                    {"type": "HTTP"},
                    {"type": "http"},
                    {"type": "CHANNEL"},
                    {"type": "CONDITION", "condition": "{#message.id == '1'}"},
                ],
                "tags": ["x"],
            }
        )
        self.assertEqual(
            set(found),
            {"tags", "selectors[1]", "selectors[2].type", "selectors[3].condition"},
        )

    def test_a_path_that_no_request_can_have_is_refused(self) -> None:
        """
        A path that no request can have is refused, since its flow would never run.
        """
        for path in (
            "/admin/**",
            "/admin/*",
            "/**",
            "/admin.*",
            "/a/+/b",
            "/admin?x=1",
            "/admin#top",
            "/x/../admin",
            "/./admin",
            "/%2e%2e/admin",
            "/admin;a=b",
            "/a%2Fb",
            "/a%5cb",
            "/a\\b",
            "/a%00",
            "/a%zz",
            "/{id}",
            "/a/:",
            "/a b",
            "/é",
            "^/admin$",
        ):
            for kind, name, api_type in (
                ("HTTP", "path", "PROXY"),
                ("HTTP", "path", "MESSAGE"),
                ("CHANNEL", "channel", "MESSAGE"),
            ):
                selector = {"type": kind, name: path}
                found = issues({"selectors": [selector]}, api_type)
                self.assertEqual(list(found), [f"selectors[0].{name}"], path)
        off = {"enabled": False, "selectors": [{"type": "HTTP", "path": "/*"}]}
        self.assertEqual(issues(off), {})

    def test_paths_that_can_be_asked_for(self) -> None:
        """Paths of requests are accepted, with parameters."""
        for path in (
            "/",
            "",
            "admin",
            "/orders/:id/items/:item",
            "//a//b/",
            "/a:b",
            "/%C3%A9/%2A",
            "/a.b-c_~!$&'()+,=@",
        ):
            selector = {"type": "HTTP", "path": path}
            self.assertEqual(issues({"selectors": [selector]}), {}, path)

    def test_an_entrypoint_that_is_not_there_is_refused(self) -> None:
        """No call comes by it."""
        selector = {"type": "CHANNEL", "entrypoints": ["sse", "see"]}
        self.assertEqual(
            issues({"selectors": [selector]}, "MESSAGE"),
            {
                "selectors[0].entrypoints[1]": "there is no entrypoint [see], only"
                " http-post, sse"
            },
        )


class NeedTests(SynchronousTestCase):
    """Resources that the configurations of steps name."""

    def found(self, *resources: dict[str, Any], enabled: bool = True) -> dict[str, str]:
        """Return the problems of an API with a step and these resources."""
        step = {"policy": "users", "enabled": enabled}
        body = {"flows": [{"request": [step]}], "resources": list(resources)}
        issues = check(body, POLICIES, "PROXY", ENTRYPOINTS, resources_of(body))
        return {one.location: one.message for one in issues}

    def test_missing(self) -> None:
        """The resource must exist, be enabled, and have one of the types."""
        staff = {"name": "staff", "type": "ldap"}
        self.assertEqual(self.found({"name": "a", "type": "x"}, staff), {})
        self.assertEqual(self.found(enabled=False), {})
        expected = {
            "flows[0].request[0].configuration.providers[0]": "the API has no inline or"
            " ldap resource [staff] that is enabled"
        }
        for unfit in ({"type": "oauth2"}, {"name": "other"}, {"enabled": False}):
            self.assertEqual(self.found({**staff, **unfit}), expected)

    def test_of_a_plan(self) -> None:
        """The resources of its API are looked up when the API is deployed."""
        body = {"flows": [{"request": [{"policy": "users"}]}]}
        self.assertEqual(list(check(body, POLICIES, "PROXY", ENTRYPOINTS)), [])
