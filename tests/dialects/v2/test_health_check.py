"""Tests of `relay.dialects.v2.health_check`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.health_check import HealthCheck
from tests.dialects.v2.definitions import (
    checked,
    endpoint,
    problems,
    proxy,
    read,
)

_REQUEST = {"path": "/up", "method": "GET"}


def _service(**members: Any) -> dict[str, Any]:
    draft = read(services={"health-check": members})
    made: dict[str, Any] = draft.body["endpointGroups"][0]["services"]["healthCheck"]
    return made


def _check(**members: Any) -> HealthCheck:
    (group,) = checked(services={"health-check": members}).definition.endpoint_groups
    assert group.services is not None and group.services.health_check is not None
    return group.services.health_check.configuration


class HealthCheckTests(SynchronousTestCase):
    """The one step of a health check becomes its configuration."""

    def test_step(self) -> None:
        """Path, method, headers and body of the request."""
        request = {
            **_REQUEST,
            "fromRoot": True,
            "headers": [{"name": "X-A", "value": "1"}],
            "body": "",
        }
        check = _check(schedule="0 * * * * *", steps=[{"request": request}])
        self.assertEqual(
            (check.target, check.method, check.override_endpoint_path, check.body),
            ("/up", "GET", True, None),
        )
        self.assertEqual([one.name for one in check.headers], ["X-A"])
        self.assertEqual(check.assertion, "{#response.status == 200}")

    def test_the_path_follows_that_of_the_endpoint(self) -> None:
        """Unless the check says otherwise."""
        check = _check(schedule="0 * * * * *", steps=[{"request": _REQUEST}])
        self.assertFalse(check.override_endpoint_path)

    def test_assertions(self) -> None:
        """All of them must hold."""
        for given, wanted in (
            (["#response.status < 300"], "{#response.status < 300}"),
            (["{#response.status < 300}"], "{#response.status < 300}"),
            (
                ["#response.status > 199", "#response.status < 300"],
                "{(#response.status > 199) && (#response.status < 300)}",
            ),
            ([], "{#response.status == 200}"),
        ):
            step = {"request": _REQUEST, "response": {"assertions": given}}
            check = _check(schedule="0 * * * * *", steps=[step])
            self.assertEqual(check.assertion, wanted)

    def test_several_steps(self) -> None:
        """They are refused: one request decides."""
        step = {"request": _REQUEST}
        draft = read(
            services={"health-check": {"schedule": "0 * * * * *", "steps": [step] * 2}}
        )
        self.assertEqual(problems(draft), [("services.health-check.steps", "severe")])

    def test_older_form(self) -> None:
        """Without steps, at an interval."""
        made = {
            "request": {"uri": "/up", "method": "GET"},
            "expectation": {"assertions": ["#response.status == 204"]},
        }
        for when, wanted in (
            ({"interval": 30, "unit": "SECONDS"}, "*/30 * * * * *"),
            ({"trigger": {"rate": 2, "unit": "minutes"}}, "0 */2 * * * *"),
            ({"interval": 1, "unit": "HOURS"}, "0 0 */1 * * *"),
        ):
            check = _check(**made, **when)
            self.assertEqual(check.schedule, wanted)
            self.assertEqual(check.assertion, "{#response.status == 204}")

    def test_an_interval_that_is_none(self) -> None:
        """It is refused where it stands."""
        for when in ({"interval": 0, "unit": "SECONDS"}, {"interval": 5}):
            draft = read(services={"health-check": {**when, "request": _REQUEST}})
            self.assertEqual(
                problems(draft), [("services.health-check.interval", "severe")]
            )

    def test_disabled(self) -> None:
        """It is kept as it is."""
        made = _service(enabled=False, schedule="* * * * * *")
        self.assertFalse(made["enabled"])
        self.assertEqual(made["configuration"], {"schedule": "* * * * * *"})

    def test_of_an_endpoint(self) -> None:
        """It takes the place of the group's, unless it inherits."""
        own = {"inherit": False, "schedule": "0 * * * * *", "steps": []}
        for given, wanted in (
            (own, True),
            ({"inherit": True}, None),
            ({"enabled": True}, None),
            (True, None),
        ):
            made = proxy(endpoint(healthcheck=given))
            group = read(proxy=made).body["endpointGroups"][0]
            service = group["endpoints"][0].get("services", {}).get("healthCheck")
            self.assertEqual(service and service["overrideConfiguration"], wanted)
