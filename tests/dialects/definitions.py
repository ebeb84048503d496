"""Hypothesis strategies of APIs with plans, as the management API stores them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.installed import CATALOG

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
words = st.text(_LETTERS, min_size=1, max_size=8)
names = (
    st.text(min_size=1, max_size=12)
    .filter(lambda text: bool(text.strip()))
    .filter(lambda text: ":" not in text and _is_plain(text))
)
"""Names, in any script and with any sign that can be stored."""
texts = st.text(max_size=40).filter(lambda text: _is_plain(text))
numbers_as_text = st.sampled_from(
    [
        "1",
        "1.10",
        "0123",
        "1e3",
        "2026-11-01",
        "21:30:00",
        "no",
        "true",
        "null",
        "~",
        "",
    ]
)
"""Texts that a careless writer of YAML makes something else of."""


def _is_plain(text: str) -> bool:
    return "\0" not in text and not any(0xD800 <= ord(one) < 0xE000 for one in text)


def _members(required: dict[str, Any], optional: dict[str, Any]) -> Any:
    return st.fixed_dictionaries(required, optional=optional)


steps = _members(
    {
        "policy": st.just("transform-headers"),
        "configuration": _members(
            {},
            {
                "removeHeaders": st.lists(words, max_size=2),
                "addHeaders": st.lists(
                    _members({"name": words, "value": numbers_as_text}, {}), max_size=2
                ),
            },
        ),
    },
    {"name": texts, "enabled": st.booleans(), "description": texts},
)
flows = _members(
    {"name": texts},
    {
        "enabled": st.booleans(),
        "selectors": st.lists(
            _members(
                {"type": st.just("HTTP"), "path": words.map("/{}".format)},
                {
                    "pathOperator": st.sampled_from(["EQUALS", "STARTS_WITH"]),
                    "methods": st.lists(st.sampled_from(["GET", "POST"]), max_size=2),
                },
            ),
            max_size=1,
        ),
        "request": st.lists(steps, max_size=2),
        "response": st.lists(steps, max_size=2),
    },
)
cors = _members(
    {"enabled": st.booleans()},
    {
        "allowOrigin": st.just(["https://shop.example.com"]),
        "allowMethods": st.just(["GET", "*"]),
        "maxAge": st.integers(-1, 1000),
        "runPolicies": st.booleans(),
    },
)
listeners = _members(
    {
        "type": st.just("HTTP"),
        "paths": st.lists(
            _members(
                {"path": words.map("/{}/".format)}, {"host": st.just("a.example")}
            ),
            min_size=1,
            max_size=1,
        ),
        "entrypoints": st.just([{"type": "http-proxy"}]),
    },
    {"cors": cors},
)
endpoints = _members(
    {
        "name": st.just("one"),
        "type": st.just("http-proxy"),
        "configuration": words.map(
            lambda one: {"target": f"http://{one}.example/?a=1"}
        ),
    },
    {
        "weight": st.integers(1, 9),
        "secondary": st.booleans(),
        "tenants": st.lists(words, max_size=2),
    },
)
groups = _members(
    {
        "name": st.just("all"),
        "type": st.just("http-proxy"),
        "endpoints": st.lists(endpoints, min_size=1, max_size=1),
    },
    {
        "loadBalancer": st.sampled_from(["RANDOM", "WEIGHTED_ROUND_ROBIN"]).map(
            lambda kind: {"type": kind}
        ),
        "sharedConfiguration": _members(
            {},
            {
                "http": st.just({"readTimeout": 7000, "keepAlive": False}),
                "headers": st.just([{"name": "X-From", "value": "1.10"}]),
            },
        ),
    },
)
apis = _members(
    {
        "name": names,
        "apiVersion": names | numbers_as_text.filter(bool),
        "type": st.just("PROXY"),
        "listeners": st.lists(listeners, min_size=1, max_size=1),
        "endpointGroups": st.lists(groups, min_size=1, max_size=1),
    },
    {
        "description": texts | numbers_as_text,
        "labels": st.lists(texts | numbers_as_text, max_size=3),
        "categories": st.lists(words, max_size=2),
        "tags": st.lists(words, max_size=2),
        "crossId": numbers_as_text,
        "flows": st.lists(flows, max_size=2),
        "flowExecution": st.just({"mode": "BEST_MATCH", "matchRequired": True}),
        "failover": st.just({"enabled": True, "maxRetries": 1}),
        "properties": st.lists(
            _members({"key": words, "value": texts | numbers_as_text}, {}),
            max_size=3,
            unique_by=lambda one: str(one["key"]),
        ),
        "responseTemplates": st.just(
            {"DEFAULT": {"*/*": {"statusCode": 400, "body": "a\n b: c\n"}}}
        ),
        "picture": st.just("data:image/png;base64,eA=="),
        "pages": st.just([{"name": "Doc", "content": "# a\n\n * b\n"}]),
        "analytics": st.just({"enabled": False}),
    },
)
plans = _members(
    {
        "name": names,
        "security": st.sampled_from(["API_KEY", "KEY_LESS"]).map(
            lambda kind: {"type": kind}
        ),
        "status": st.sampled_from(["STAGING", "PUBLISHED", "DEPRECATED", "CLOSED"]),
    },
    {
        "description": texts | numbers_as_text,
        "commentRequired": st.booleans(),
        "characteristics": st.lists(texts, max_size=2),
        "validation": st.sampled_from(["AUTO", "MANUAL"]),
        "flows": st.lists(flows, max_size=1),
        "order": st.integers(0, 5),
    },
)


def _stored(api: dict[str, Any], beside: dict[str, Any]) -> dict[str, Any]:
    return {**CATALOG.parse_api(api).to_json(), **beside}


stored_apis = st.builds(
    _stored,
    apis,
    st.fixed_dictionaries(
        {
            "id": st.uuids().map(str),
            "hrid": words | st.just("Trams_1"),
            "state": st.sampled_from(["STARTED", "STOPPED"]),
            "lifecycleState": st.sampled_from(["CREATED", "PUBLISHED", "UNPUBLISHED"]),
            "visibility": st.sampled_from(["PUBLIC", "PRIVATE"]),
        }
    ),
)
"""APIs in the JSON of the management API."""


def _stored_plans(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **CATALOG.parse_plan(body, api_type="PROXY").to_json(),
            "id": f"plan-{number}",
            "hrid": f"plan-{number}",
            "status": body["status"],
        }
        for number, body in enumerate(bodies)
    ]


stored_plans = st.lists(plans, max_size=3).map(_stored_plans)
"""The plans of an API in the same form."""
