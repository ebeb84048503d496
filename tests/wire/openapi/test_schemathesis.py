"""Requests that Schemathesis makes from the OpenAPI document of a real daemon."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from twisted.trial.unittest import SynchronousTestCase

from tests.management.openapi.sections import described
from tests.wire.harness.daemon import SharedDaemon
from tests.wire.openapi.calls import call, token_of

DAEMON = SharedDaemon(lambda _: "[admin]\nmax_failed_logins = 1000000\n")
SEED = 15
EXAMPLES = 2
"""For each operation and phase that takes a number."""
MOST_SHOWN = 20
DEFINITIONS = ("ApiBody", "ApiSpec", "PlanBody", "SharedPolicyGroup")
"""Bodies with hundreds of members: the cases that cover each value of each member
would take long, so that these bodies are sampled only."""
CHECKS: dict[str, Any] = {
    # Rules between members, and those about what is stored, such as names that are
    # taken, are beyond a JSON Schema: a valid body may be refused by 400, and one of
    # an older version by 412. A daemon that drains is not ready: 503.
    "positive_data_acceptance": {
        "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "412", "503"]
    },
    # As above: the readiness of a daemon that drains is a described 503.
    "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
}
PHASES: dict[str, Any] = {
    # Sequences of requests need links between operations, which the document lacks.
    "stateful": {"enabled": False},
    # One wrong method for each path instead of all: the router answers each of them in
    # one place.
    "coverage": {"unexpected-methods": ["TRACE"]},
}

OPERATIONS: list[dict[str, Any]] = [
    {
        # As many filters or members: the cases of one parameter are multiplied.
        "include-operation-id": [
            "api_analytics_perform",
            "applications_create",
            "applications_put",
            "automation_subscriptions_put",
            "expressions_evaluate",
            "live_streams_end",
            "live_streams_list",
            "logs_list",
            "search_search",
            "try_it_call",
        ],
        "phases": {"coverage": {"enabled": False}},
    },
    {
        # Lists whose parameters other lists have, too, such as those of pages: the
        # lists of APIs, of dead letters and of users have all cases. What is read in
        # one place for several operations is tried with one of them. Each password of
        # a user takes tenths of a second to hash, and each probe a connection.
        "include-operation-id": [
            "api_totals_average_messages",
            "api_totals_requests_count",
            "api_totals_response_time",
            "api_totals_status_ranges",
            "api_totals_statuses",
            "applications_list",
            "applications_patch",
            "applications_subscribe",
            "applications_subscriptions",
            "audits_all",
            "audits_of_api",
            "automation_subscriptions_list",
            "imports_update",
            "instances_list",
            "node_channels_list",
            "node_history_show",
            "plans_list",
            "plans_patch",
            "probes_probe",
            "shared_policy_groups_histories",
            "shared_policy_groups_list",
            "subscriptions_export",
            "subscriptions_list",
            "swagger_imports_description",
            "users_create",
            "users_put",
        ],
        "phases": {"coverage": {"enabled": False}},
    },
    {
        # A dry run of the Automation API lists the mistakes of a body, with 200.
        "include-operation-id-regex": "^automation_.*_put$",
        "checks": {"negative_data_rejection": {"enabled": False}},
    },
    {
        # An API without a picture has an empty response, which has no type.
        "include-operation-id": ["pictures_picture", "pictures_background"],
        "checks": {"content_type_conformance": {"enabled": False}},
    },
]


class SchemathesisTests(SynchronousTestCase):
    """Valid requests, malformed ones, wrong methods, missing credentials."""

    def test_the_document_of_the_daemon(self) -> None:
        """The daemon has the document that responses of tests are compared with."""
        answer = call(DAEMON.get(), "GET", "/management/openapi.json")
        self.assertEqual(json.loads(answer.body), described().document)

    def test_nothing_is_found(self) -> None:
        """Each response is described, and what is malformed is refused."""
        daemon = DAEMON.get()
        document = json.loads(call(daemon, "GET", "/management/openapi.json").body)
        config = SchemathesisConfig.from_dict(
            {
                "seed": SEED,
                "base-url": f"http://127.0.0.1:{daemon.management_port}",
                "headers": {"Authorization": f"Bearer {token_of(daemon)}"},
                "continue-on-failure": True,
                "request-timeout": 20,
                "generation": {
                    "deterministic": True,
                    "max-examples": EXAMPLES,
                    "database": "none",
                    "no-shrink": True,
                    # A request with a token and a cookie is refused as ambiguous.
                    "with-security-parameters": False,
                },
                "checks": CHECKS,
                "phases": PHASES,
                "operations": [
                    {
                        "include-operation-id": _with_definitions(document),
                        "phases": {"coverage": {"enabled": False}},
                    },
                    *OPERATIONS,
                ],
            }
        )
        schema = schemathesis.openapi.from_dict(document, config=config)
        tried: set[str | None] = set()
        found: dict[str, str] = {}
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                tried.add(event.label)
                found |= _failures(event)
            elif isinstance(event, events.NonFatalError):
                found[str(event.label)] = str(event.info)
            elif isinstance(event, events.FatalError):
                raise event.exception
        shown = (f"{name}\n{told}" for name, told in list(found.items())[:MOST_SHOWN])
        self.assertEqual(len(found), 0, "\n\n".join(shown))
        operations = {
            f"{verb.upper()} {path}"
            for path, methods in document["paths"].items()
            for verb in methods
        }
        self.assertEqual(operations - tried, set())


def _with_definitions(document: Any) -> list[str]:
    """List the operations whose bodies are whole definitions."""
    return [
        one["operationId"]
        for methods in document["paths"].values()
        for one in methods.values()
        if any(name in json.dumps(one.get("requestBody", "")) for name in DEFINITIONS)
    ]


def _failures(event: events.ScenarioFinished) -> dict[str, str]:
    """Describe what was found, with the request and the response."""
    found = {}
    for case_id, checks in event.recorder.checks.items():
        for one in checks:
            if one.failure_info is None:
                continue
            failure = one.failure_info.failure
            told = [failure.message]
            exchange = event.recorder.interactions.get(case_id)
            if exchange is not None:
                request, response = exchange.request, exchange.response
                told.append(f"{request.method} {request.uri} {request.body!r}")
                if response is not None:
                    told.append(f"{response.status_code} {response.content[:1000]!r}")
            found[f"{event.label}: {failure.title}"] = "\n".join(told)
    return found
