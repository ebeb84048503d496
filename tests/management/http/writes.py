"""A sequence of writes that uses every path of the management API that writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.management.automation.harness import (
    BASE as AUTOMATION,
    api_spec,
    plan_spec,
)
from tests.management.harness import ADMIN, PASSWORD, api_body, basic, plan_body
from tests.wire.webhook.hooked import configuration, hooked_api

ROOT = "/management/v2"
NEW_PASSWORD = "a new and longer passphrase"
BOB = basic("bob", PASSWORD)
KEYS = plan_body(name="Keys", security={"type": "API_KEY", "configuration": {}})
HOOKS = {"name": "Hooks", "mode": "PUSH", "validation": "MANUAL"}
GROUP = {
    "name": "Headers",
    "apiType": "PROXY",
    "phase": "REQUEST",
    "steps": [{"policy": "transform-headers", "configuration": {}}],
}
DESCRIPTION = """openapi: 3.1.0
info: {title: Tides, version: "1"}
servers: [{url: "https://sea.example/described"}]
"""
_AUTO = plan_spec("auto", "API_KEY")
_API = "/apis/<api_id>"
_PLAN = f"{_API}/plans/<plan_id>"
_SUBSCRIPTION = f"{_API}/subscriptions/<subscription_id>"
_KEY = f"{_SUBSCRIPTION}/api-keys"
_SHARED_KEY = "/applications/<application_id>/api-keys"
_LETTERS = f"{_SUBSCRIPTION}/dead-letters"
_GROUP = "/shared-policy-groups/<group_id>"


@dataclass(frozen=True)
class Step:
    """A write, of a sequence that uses every path that writes."""

    verb: str
    path: str
    body: Any = None
    """JSON, in which ``$NAME`` stands for the id of that name, or text."""
    keeps: str = ""
    """The name of the id of what the step creates."""
    ids: dict[str, str] = field(default_factory=dict)
    """The names of the ids in the path, where they are not those of its parts."""
    credentials: Mapping[str, str] = field(default_factory=lambda: ADMIN)
    """Of the request; empty for the cookie of a session."""


_OF_CLIENT = {"application_id": "client_id"}
_SHARED = {**_OF_CLIENT, "key_id": "shared_id"}
_OF_IMPORT = {"api_id": "imported_id"}
FILES = {
    "https://files.example/new": api_body("/fetched"),
    "https://files.example/changed": api_body("/imported", name="Changed"),
}
"""Definitions at URLs."""
_COPY = {"contextPath": "/copy", "filteredFields": ["PLANS"]}
_OPEN = {"applicationId": "$application_id", "planId": "$plan_id"}
STEPS = [
    # APIs and plans.
    Step("POST", "/apis", api_body("/a"), "api_id"),
    Step("PUT", _API, api_body("/a", name="put")),
    Step("PATCH", _API, {"name": "patched"}),
    Step("POST", f"{_API}/plans", KEYS, "plan_id"),
    Step("POST", f"{_API}/plans", {**KEYS, "name": "Other"}, "other_plan_id"),
    Step("PUT", _PLAN, {**KEYS, "description": "put"}),
    Step("PATCH", _PLAN, {"description": "patched"}),
    Step("POST", f"{_PLAN}/_publish"),
    Step("POST", f"{_PLAN}/_publish", ids={"plan_id": "other_plan_id"}),
    Step("POST", f"{_API}/deployments", {"deploymentLabel": "first"}),
    Step("POST", f"{_API}/_start"),
    Step("POST", f"{_API}/_stop"),
    Step("POST", f"{_API}/_rollback", {"deploymentNumber": 1}),
    Step("POST", f"{_API}/_duplicate", _COPY, "copy_id"),
    Step(
        "POST",
        "/apis/_import/definition",
        {"api": api_body("/imported"), "plans": [plan_body()]},
        "imported_id",
    ),
    Step(
        "PUT",
        f"{_API}/_import/definition",
        {"api": api_body("/imported", name="Put"), "plans": [plan_body(name="Put")]},
        ids=_OF_IMPORT,
    ),
    Step("POST", "/apis/_import/definition-url", "https://files.example/new"),
    Step(
        "PUT",
        f"{_API}/_import/definition-url",
        "https://files.example/changed",
        ids=_OF_IMPORT,
    ),
    Step("POST", "/apis/_import/swagger", {"payload": DESCRIPTION}),
    # Shared policy groups.
    Step("POST", "/shared-policy-groups", GROUP, "group_id"),
    Step("PUT", _GROUP, {"name": "put"}),
    Step("POST", f"{_GROUP}/_deploy"),
    Step("POST", f"{_GROUP}/_undeploy"),
    Step("DELETE", _GROUP),
    # Applications, subscriptions and keys.
    Step("POST", "/applications", {"name": "Reader"}, "application_id"),
    Step("PUT", "/applications/<application_id>", {"name": "put"}),
    Step("PATCH", "/applications/<application_id>", {"name": "patched"}),
    Step("POST", "/applications", {"name": "Client"}, "client_id"),
    Step("POST", f"{_API}/subscriptions", _OPEN, "subscription_id"),
    Step("PUT", _SUBSCRIPTION, {"metadata": {"a": "b"}}),
    Step("POST", f"{_SUBSCRIPTION}/_pause"),
    Step("POST", f"{_SUBSCRIPTION}/_resume"),
    Step("POST", f"{_SUBSCRIPTION}/_transfer", {"planId": "$other_plan_id"}),
    Step("POST", f"{_KEY}/_renew", {"customApiKey": "a-custom-key"}, "key_id"),
    Step("PUT", f"{_KEY}/<key_id>", {"expireAt": "2100-01-01T00:00:00Z"}),
    Step("POST", f"{_KEY}/<key_id>/_revoke"),
    Step("POST", f"{_KEY}/<key_id>/_reactivate"),
    Step("POST", f"{_SUBSCRIPTION}/_close"),
    Step(
        "POST",
        "/applications/<application_id>/subscriptions",
        {"planId": "$plan_id", "apiKeyMode": "SHARED"},
        "asked_id",
        _OF_CLIENT,
    ),
    Step("POST", f"{_SUBSCRIPTION}/_accept", {}, "", {"subscription_id": "asked_id"}),
    Step(
        "POST",
        f"{_SHARED_KEY}/_renew",
        {},
        "shared_id",
        _OF_CLIENT,
    ),
    Step(
        "PUT",
        f"{_SHARED_KEY}/<key_id>",
        {"expireAt": "2100-01-01T00:00:00Z"},
        ids=_SHARED,
    ),
    Step(
        "POST",
        f"{_SHARED_KEY}/<key_id>/_revoke",
        ids=_SHARED,
    ),
    Step(
        "POST",
        f"{_SHARED_KEY}/<key_id>/_reactivate",
        ids=_SHARED,
    ),
    Step(
        "DELETE", "/applications/<application_id>", ids={"application_id": "client_id"}
    ),
    # Deliveries.
    Step("POST", "/apis", hooked_api("/hooked"), "hooked_id"),
    Step("POST", f"{_API}/plans", HOOKS, "hooks_id", {"api_id": "hooked_id"}),
    Step(
        "POST",
        f"{_PLAN}/_publish",
        ids={"api_id": "hooked_id", "plan_id": "hooks_id"},
    ),
    Step(
        "POST",
        f"{_API}/subscriptions",
        {
            "applicationId": "$application_id",
            "planId": "$hooks_id",
            "consumerConfiguration": configuration("https://hooks.example/a"),
        },
        "pushed_id",
        {"api_id": "hooked_id"},
    ),
    *(
        Step(
            verb,
            path,
            ids={
                "api_id": "hooked_id",
                "subscription_id": "pushed_id",
                "letter_id": letter,
            },
        )
        for verb, path, letter in (
            ("POST", f"{_SUBSCRIPTION}/_resumeFailure", ""),
            ("POST", f"{_LETTERS}/_replay", ""),
            ("POST", f"{_LETTERS}/<letter_id>/_replay", "letter_1"),
            ("DELETE", f"{_LETTERS}/<letter_id>", "letter_1"),
            ("DELETE", _LETTERS, ""),
        )
    ),
    Step(
        "POST",
        "/applications/<application_id>/subscriptions",
        {
            "planId": "$hooks_id",
            "consumerConfiguration": configuration("https://hooks.example/b"),
        },
        "pending_id",
        {"application_id": "second_id"},
    ),
    Step(
        "POST",
        f"{_SUBSCRIPTION}/_reject",
        {"reason": "no"},
        ids={"api_id": "hooked_id", "subscription_id": "pending_id"},
    ),
    # The ends.
    Step("POST", f"{_PLAN}/_deprecate"),
    Step("POST", f"{_PLAN}/_close"),
    Step("DELETE", _PLAN, ids={"plan_id": "other_plan_id"}),
    Step("DELETE", _API, ids={"api_id": "copy_id"}),
    # The Automation API.
    Step("PUT", f"{AUTOMATION}/shared-policy-groups", {"hrid": "auto", **GROUP}),
    Step("PUT", f"{AUTOMATION}/apis", api_spec("/auto", hrid="auto", plans=[_AUTO])),
    Step("PUT", f"{AUTOMATION}/applications", {"hrid": "auto", "name": "Auto"}),
    Step(
        "PUT",
        f"{AUTOMATION}/apis/<api_hrid>/subscriptions",
        {"hrid": "auto", "applicationHrid": "auto", "planHrid": "auto"},
    ),
    Step("DELETE", f"{AUTOMATION}/apis/<api_hrid>/subscriptions/<hrid>"),
    Step("DELETE", f"{AUTOMATION}/applications/<hrid>"),
    Step("DELETE", f"{AUTOMATION}/apis/<hrid>"),
    Step("DELETE", f"{AUTOMATION}/shared-policy-groups/<hrid>"),
    # Users, tokens and sessions.
    Step(
        "POST",
        f"{ROOT}/users",
        {"name": "bob", "password": PASSWORD, "role": "ADMIN"},
        "name",
    ),
    Step("PUT", f"{ROOT}/users/<name>", {"role": "PUBLISHER"}),
    Step(
        "POST",
        f"{ROOT}/users/current/tokens",
        {"name": "one"},
        "token_id",
        credentials=BOB,
    ),
    Step("DELETE", f"{ROOT}/users/current/tokens/<token_id>", credentials=BOB),
    Step(
        "POST",
        f"{ROOT}/users/current/tokens",
        {"name": "two"},
        "token_id",
        credentials=BOB,
    ),
    Step("DELETE", f"{ROOT}/users/<name>/tokens/<token_id>"),
    Step("DELETE", f"{ROOT}/session", credentials={}),
    Step("DELETE", f"{ROOT}/sessions"),
    Step(
        "PUT",
        f"{ROOT}/users/current/password",
        {"password": NEW_PASSWORD},
        credentials=BOB,
    ),
    Step("DELETE", f"{ROOT}/users/<name>"),
]
