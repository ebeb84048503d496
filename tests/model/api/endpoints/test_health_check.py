"""Health checks as they are defined."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.health_check import (
    EndpointServices,
    HealthCheck,
    check_of,
    next_time,
    url_of,
)
from relay.model.schema.reading import issues

GOOD = {"schedule": "*/10 * * * * *", "target": "/health"}


def service(**members: Any) -> dict[str, Any]:
    """A health check in the services of a group or endpoint."""
    body = {"type": "http-health-check", "configuration": GOOD, **members}
    return {"healthCheck": body}


class HealthCheckTests(SynchronousTestCase):
    """The valid health checks, and their meaning."""

    def test_defaults(self) -> None:
        """The defaults are those of Gravitee."""
        self.assertEqual(
            HealthCheck.read(GOOD).to_json(),
            {
                "schedule": "*/10 * * * * *",
                "target": "/health",
                "overrideEndpointPath": True,
                "method": "GET",
                "headers": [],
                "assertion": "{#response.status == 200}",
                "successThreshold": 2,
                "failureThreshold": 2,
                "waitFor": "head",
                "timeoutMs": 5000,
            },
        )

    def test_refused(self) -> None:
        """Each problem is named by its field."""
        for name, value in (
            ("schedule", "* * * * *"),
            ("schedule", "99 * * * * *"),
            ("schedule", "0 0 0 30 2 *"),
            ("schedule", None),
            ("target", ""),
            ("target", "/a b"),
            ("target", "ftp://h/"),
            ("target", "https://user@h/"),
            ("target", "/x#y"),
            ("assertion", "{#response.status = 200}"),
            ("assertion", "{#request.method == 'GET'}"),
            ("assertion", "yes"),
            ("successThreshold", 0),
            ("failureThreshold", 1.5),
            ("waitFor", "body"),
            ("timeoutMs", 0),
            ("method", "CONNECT"),
            ("extra", 1),
        ):
            body = {"healthCheck": {"configuration": {**GOOD, name: value}}}
            try:
                EndpointServices.read(body)
            except ValueError as error:
                found = issues(error)  # type: ignore[arg-type]
                self.assertEqual(
                    [one.location for one in found],
                    [f"healthCheck.configuration.{name}"],
                )
            else:
                self.fail(f"{name}={value!r} was accepted")

    def test_disabled(self) -> None:
        """A disabled health check may be incomplete, and is returned unchanged."""
        for body in (
            {"enabled": False},
            {"enabled": False, "type": "http-health-check", "configuration": {}},
            {"enabled": False, "configuration": {"schedule": "soon"}},
        ):
            read = EndpointServices.read({"healthCheck": body})
            self.assertEqual(read.to_json(), {"healthCheck": body})
            self.assertIsNone(check_of(read, None))
            self.assertEqual(read, EndpointServices.read({"healthCheck": body}))

    def test_there_and_back(self) -> None:
        """The JSON of a health check is read to the same value."""
        read = EndpointServices.read(service(configuration={**GOOD, "method": "post"}))
        self.assertEqual(EndpointServices.read(read.to_json()), read)

    def test_whose(self) -> None:
        """An endpoint has the health check of its group unless it overrides it."""
        own = {**GOOD, "target": "/own"}
        group = EndpointServices.read(service())
        for endpoint, target in (
            (None, "/health"),
            (EndpointServices.read({}), "/health"),
            (EndpointServices.read(service(configuration=own)), "/health"),
            (
                EndpointServices.read(
                    service(configuration=own, overrideConfiguration=True)
                ),
                "/own",
            ),
        ):
            check = check_of(group, endpoint)
            assert check is not None
            self.assertEqual(check.target, target)
        off = EndpointServices.read(service(enabled=False, overrideConfiguration=True))
        self.assertIsNone(check_of(group, off))
        alone = check_of(None, EndpointServices.read(service(configuration=own)))
        assert alone is not None
        self.assertEqual(alone.target, "/own")

    def test_next_time(self) -> None:
        """The schedule has seconds; a check that is due now is not skipped."""
        self.assertEqual(next_time("*/10 * * * * *", 3_500), 10_000)
        self.assertEqual(next_time("*/10 * * * * *", 10_000), 20_000)
        self.assertEqual(next_time("0 0/5 * * * ?", 0), 300_000)

    def test_urls(self) -> None:
        """A path takes the place of the endpoint's or follows it."""
        endpoint = "https://h:1/base/?key=1"
        for target, override, url in (
            ("/health", True, "https://h:1/health"),
            ("health?x=2", True, "https://h:1/health?x=2"),
            ("/health", False, "https://h:1/base/health?key=1"),
            ("health?x=2", False, "https://h:1/base/health?key=1&x=2"),
            ("http://other/up?z", True, "http://other/up?z"),
        ):
            check = HealthCheck.read(
                {**GOOD, "target": target, "overrideEndpointPath": override}
            )
            self.assertEqual(url_of(check, endpoint), url)
