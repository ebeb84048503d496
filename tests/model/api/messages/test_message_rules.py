"""Tests of :mod:`relay.model.api.messages.message_rules`."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.messages.message_rules import check, is_message_api
from relay.model.schema.errors import Issue
from tests.installed import CATALOG
from tests.model.bodies import json_values, put, tutorial_api
from tests.model.message_bodies import message_api, message_bodies

ENTRYPOINT = "listeners[0].entrypoints[0]"
GROUP = "endpointGroups[0]"


def found(body: dict[str, Any]) -> list[Issue]:
    """Return the issues of a body."""
    return list(check(body, CATALOG.endpoints, CATALOG.entrypoints))


def endpoint(name: str, **members: Any) -> dict[str, Any]:
    """An ``sse`` endpoint."""
    return {"name": name, "type": "sse", **members}


class MessageRulesTests(SynchronousTestCase):
    """Rules between the members of a MESSAGE API."""

    def assert_issues(self, body: dict[str, Any], *expected: tuple[str, str]) -> None:
        """Check where something is found, and how its message begins."""
        issues = found(body)
        self.assertEqual(
            [issue.location for issue in issues], [where for where, _ in expected]
        )
        for issue, (_, message) in zip(issues, expected, strict=True):
            self.assertTrue(issue.message.startswith(message), issue.message)

    def test_which_apis(self) -> None:
        """The rules apply to MESSAGE APIs, in any spelling of the type."""
        self.assertTrue(is_message_api({"type": "message"}))
        for body in (tutorial_api(), {}, {"type": ["MESSAGE"]}):
            self.assertFalse(is_message_api(body))

    @settings(deadline=None)
    @given(message_bodies)
    def test_good(self, body: dict[str, Any]) -> None:
        """Good bodies break none."""
        self.assertEqual(found(body), [])

    @settings(deadline=None)
    @given(json_values, json_values)
    def test_any_shape(self, a: object, b: object) -> None:
        """Bodies of no shape are passed over, never an error."""
        listeners = [{"entrypoints": [a, {"type": a, "configuration": b, "qos": b}]}]
        for body in (
            {"listeners": a, "endpointGroups": b},
            {"listeners": listeners, "endpointGroups": [{"type": "mock"}]},
            message_api(entrypoints=("http-post", "websocket"), channel=a),
            {"endpointGroups": [a, {"type": a, "loadBalancer": b, "endpoints": b}]},
            {
                "endpointGroups": [
                    {
                        "type": "sse",
                        "loadBalancer": {"type": a},
                        "sharedConfiguration": b,
                        "endpoints": [
                            a,
                            {"weight": a, "sharedConfigurationOverride": b},
                            {"configuration": {"resume": a}},
                        ],
                    }
                ]
            },
        ):
            for issue in found(body):
                self.assertTrue(issue.location)

    def test_what_is_for_proxy_apis(self) -> None:
        """Health checks and failover are refused while they are in effect."""
        check: dict[str, Any] = {"type": "http-health-check", "configuration": {}}
        body = message_api()
        body["failover"] = {"enabled": True}
        (group,) = body["endpointGroups"]
        group["services"] = {"healthCheck": check}
        group["endpoints"][0]["services"] = {"healthCheck": check}
        self.assert_issues(
            body,
            (f"{GROUP}.services.healthCheck", "is for PROXY APIs"),
            (f"{GROUP}.endpoints[0].services.healthCheck", "is for PROXY APIs"),
            ("failover.enabled", "is for PROXY APIs"),
        )
        body["failover"]["enabled"] = check["enabled"] = False
        self.assertEqual(found(body), [])

    def test_qos(self) -> None:
        """A guarantee that is not given is refused, in either spelling."""
        for qos in ("AT_LEAST_ONCE", "at-most-once"):
            self.assertEqual(
                found(put(message_api(), f"{ENTRYPOINT}.qos", qos)),
                [
                    Issue(
                        "is not supported, only NONE and AUTO", f"{ENTRYPOINT}.qos", qos
                    )
                ],
            )

    def test_load_balancer(self) -> None:
        """A load balancer that would have no effect is refused."""
        at = f"{GROUP}.loadBalancer"
        self.assert_issues(
            put(message_api(), at, {"type": "RANDOM"}),
            (f"{at}.type", "is for PROXY APIs"),
        )
        self.assert_issues(put(message_api(), at, {"type": "round-robin"}))

    def test_weight(self) -> None:
        """A weight other than the default is refused."""
        at = f"{GROUP}.endpoints[0].weight"
        self.assert_issues(
            put(message_api(), at, 2), (at, "has no effect in a MESSAGE API")
        )
        self.assert_issues(put(message_api(), at, 1))

    def test_one_group(self) -> None:
        """A second group is refused, since it would not be read."""
        body = message_api()
        body["endpointGroups"].append({"name": "more", "type": "mock"})
        self.assert_issues(
            body, ("endpointGroups[1]", "a MESSAGE API has one endpoint group")
        )

    def test_one_endpoint(self) -> None:
        """Several endpoints are permitted for event streams only."""
        for kind, more in (("memory", 1), ("mock", 1), ("sse", 0)):
            body = message_api(kind)
            body["endpointGroups"][0]["endpoints"].append({"name": "b", "type": kind})
            self.assert_issues(
                body,
                *[
                    (
                        f"{GROUP}.endpoints[1]",
                        f"a group of type [{kind}] has one endpoint",
                    )
                ]
                * more,
            )

    def test_channel_of_one_endpoint(self) -> None:
        """A channel is the group's, however the override is written."""
        at = f"{GROUP}.endpoints[0].sharedConfigurationOverride"
        override: dict[str, Any] = {"channel": {}, "http": {}}
        for value in (override, json.dumps(override)):
            self.assert_issues(
                put(message_api(), at, value),
                (f"{at}.channel", "belongs into the group's sharedConfiguration"),
            )
        self.assert_issues(put(message_api(), at, {"http": {}}))

    def test_publishing(self) -> None:
        """
        An API with a source of its own cannot be published to; the error states the
        reason.
        """
        self.assertEqual(
            found(message_api("sse", ("sse", "http-post"))),
            [
                Issue(
                    "publishing needs an endpoint group of type [memory, mock]: the"
                    " events of type [sse] come from a source of its own",
                    "listeners[0].entrypoints[1].type",
                    "http-post",
                )
            ],
        )
        for kind in ("memory", "mock"):
            self.assert_issues(message_api(kind, ("http-post",)))
        # That there is no such type is told elsewhere, once.
        self.assert_issues(message_api("kafka", ("http-post",)))

    def test_publishing_by_websocket(self) -> None:
        """A WebSocket publishes if its configuration enables it."""
        at = f"{ENTRYPOINT}.configuration"
        for enabled, problems in ((True, 1), (False, 0), (None, 0), ("true", 0)):
            configuration = {"publisher": {"enabled": enabled}}
            for value in (configuration, json.dumps(configuration)):
                body = put(message_api("sse", ("websocket",)), at, value)
                self.assert_issues(
                    body, *[(f"{ENTRYPOINT}.type", "publishing needs")] * problems
                )
        silent: list[object] = [None, {}, "{", {"publisher": {}}, {"publisher": 1}]
        for nothing in silent:
            self.assert_issues(put(message_api("sse", ("websocket",)), at, nothing))

    def test_resume_of_several(self) -> None:
        """Endpoints that stand in for each other are believed alike; merged ones go
        on each by itself."""
        body = message_api()
        body["endpointGroups"][0]["endpoints"] = [
            endpoint("a", configuration={"resume": "trust"}),
            endpoint("b", configuration='{"resume": "trust"}'),
            endpoint("c", configuration={"resume": "none"}),
            endpoint("d"),
        ]
        wrong = [
            (f"{GROUP}.endpoints[{n}].configuration.resume", "must be [trust]")
            for n in (2, 3)
        ]
        self.assert_issues(body, *wrong)
        shared = {"channel": {"mode": "merge"}}
        self.assert_issues(put(body, f"{GROUP}.sharedConfiguration", shared))

    def test_trace_is_for_proxy_apis(self) -> None:
        """No entrypoint takes it."""
        body = message_api()
        body["listeners"][0]["requestValidation"] = {"allowTrace": True}
        self.assert_issues(
            body, ("listeners[0].requestValidation.allowTrace", "is for PROXY APIs")
        )
