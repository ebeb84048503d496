"""Bodies that tests start from, and strategies that generate more of them."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

_TUTORIAL_API = """
{"definitionVersion": "V4", "name": "SSE consumer", "apiVersion": "1.0",
 "description": "", "type": "PROXY", "allowedInApiProducts": false,
 "listeners": [
  {"type": "HTTP", "paths": [{"path": "/sseconsumer"}],
   "entrypoints": [{"type": "http-proxy", "configuration": {}, "qos": "AUTO"}]}],
 "endpointGroups": [
  {"name": "Default HTTP proxy group", "type": "http-proxy",
   "sharedConfiguration": {
    "proxy": {"useSystemProxy": false, "enabled": false},
    "http": {"version": "HTTP_1_1", "keepAlive": true, "keepAliveTimeout": 30000,
     "connectTimeout": 5000, "readTimeout": 10000, "idleTimeout": 70000,
     "pipelining": false, "useCompression": true, "propagateClientHost": false,
     "followRedirects": false, "maxConcurrentConnections": 20},
    "ssl": {"hostnameVerifier": true, "trustAll": false, "trustStore": {"type": ""},
     "keyStore": {"type": ""}}},
   "endpoints": [
    {"name": "Default HTTP proxy", "type": "http-proxy", "weight": 1,
     "inheritConfiguration": true,
     "configuration":
      {"target": "https://rest.ably.io/sse?channel=ssechannel&v=1.1"}}]}]}
"""

_TUTORIAL_PLAN = """
{"definitionVersion": "V4", "name": "Default Keyless (UNSECURED)",
 "description": "Default unsecured plan", "mode": "STANDARD",
 "security": {"type": "KEY_LESS", "configuration": {}}, "validation": "MANUAL"}
"""


def tutorial_api(**changes: Any) -> dict[str, Any]:
    """
    Return the body with which the tutorial's console creates the API.

    :param changes: members to put in place of the tutorial's, or to add.
    """
    return {**json.loads(_TUTORIAL_API), **changes}


def tutorial_plan(**changes: Any) -> dict[str, Any]:
    """Return the body with which the tutorial's console creates the plan."""
    return {**json.loads(_TUTORIAL_PLAN), **changes}


def put(body: dict[str, Any], location: str, value: Any) -> dict[str, Any]:
    """Copy a body with one member changed or added.

    :param location: such as ``listeners[0].paths[0].path``; all but its last part
        must exist.
    """
    copy = deepcopy(body)
    *way, last = location.replace("[", ".").replace("]", "").split(".")
    place: Any = copy
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if isinstance(place, list):
        place[int(last) :] = [value, *place[int(last) + 1 :]]
    else:
        place[last] = value
    return copy


words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3)
    ),
    max_leaves=8,
)


def sometimes(
    required: dict[str, st.SearchStrategy[Any]],
    optional: dict[str, st.SearchStrategy[Any]],
) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of its optional members."""
    return st.fixed_dictionaries(required, optional=optional)


def _encoded(value: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([value, json.dumps(value)])


_milliseconds = st.integers(1, 2**31 - 1)
_shared = sometimes(
    {},
    {
        "http": st.none()
        | sometimes(
            {},
            {
                "version": st.sampled_from(["HTTP_1_1", "http_1_1"]),
                "keepAlive": st.booleans(),
                "connectTimeout": _milliseconds,
                "idleTimeout": st.just(0) | _milliseconds | st.just(1000.0),
                "maxWaitQueueSize": st.integers(-1, 1000),
                "http2MaxFrameSize": st.just(16384),
            },
        ),
        "headers": st.lists(
            st.fixed_dictionaries({"name": st.just("X-Key"), "value": words}),
            max_size=2,
        ),
        "proxy": st.sampled_from(
            [
                None,
                {},
                {"enabled": True, "host": "proxy", "port": 3128, "type": "socks5"},
            ]
        ),
        "ssl": st.sampled_from(
            [
                None,
                {"trustStore": {"type": "PEM", "path": "/ca.pem", "content": ""}},
                {"trustAll": True, "keyStore": {"type": "none"}},
            ]
        ),
    },
)
_endpoint = sometimes(
    {
        "name": words,
        "type": st.just("http-proxy"),
        "configuration": st.fixed_dictionaries(
            {"target": words.map(lambda word: f"https://example.com/{word}?{word}")}
        ).flatmap(_encoded),
    },
    {
        "weight": st.integers(-3, 100),
        "secondary": st.booleans(),
        "inheritConfiguration": st.booleans() | st.none(),
        "sharedConfigurationOverride": st.none() | _shared.flatmap(_encoded),
        "services": st.sampled_from([None, {}, {"healthCheck": {"enabled": False}}]),
        "tenants": st.sampled_from([None, []]),
    },
)
_group = sometimes(
    {
        "name": words,
        "type": st.just("http-proxy"),
        "sharedConfiguration": _shared.flatmap(_encoded),
        "endpoints": st.lists(_endpoint, min_size=1, max_size=3),
    },
    {
        "loadBalancer": st.sampled_from(
            [None, {}, {"type": "RANDOM"}, {"type": "weighted-round-robin"}]
        )
    },
)
_listener = sometimes(
    {
        "type": st.sampled_from(["HTTP", "http"]),
        "paths": st.lists(
            sometimes(
                {"path": words.map(lambda word: f"//{word}")},
                {
                    "host": st.sampled_from([None, "", "A.example", "b.example"]),
                    "overrideAccess": st.booleans(),
                },
            ),
            min_size=1,
            max_size=3,
            unique_by=lambda path: path["path"],
        ),
        "entrypoints": st.just([{"type": "http-proxy"}]),
    },
    {
        "servers": st.none() | st.lists(words),
        "pathMappings": st.none() | st.lists(words),
        "cors": st.sampled_from([None, {}, {"enabled": False, "maxAge": -1}]),
        "requestValidation": st.sampled_from([None, {"rejectNullByte": True}]),
    },
)


_property = sometimes(
    {"key": words},
    {
        "value": st.none() | words | st.booleans() | st.integers(),
        "dynamic": st.none() | st.booleans(),
    },
)


def _with_distinct_names(body: dict[str, Any]) -> dict[str, Any]:
    copy = deepcopy(body)
    for number, group in enumerate(copy["endpointGroups"]):
        group["name"] += f" group {number}"
        for position, endpoint in enumerate(group["endpoints"]):
            endpoint["name"] += f" {number} {position}"
    return copy


api_bodies: st.SearchStrategy[dict[str, Any]] = sometimes(
    {
        "type": st.sampled_from(["PROXY", "proxy"]),
        "name": words,
        "apiVersion": words,
        "listeners": st.lists(_listener, min_size=1, max_size=1),
        "endpointGroups": st.lists(_group, min_size=1, max_size=2),
    },
    {
        "definitionVersion": st.sampled_from(["V4", "4.0.0"]),
        "description": st.none() | words,
        "tags": st.none() | st.lists(words),
        "labels": st.lists(words),
        "metadata": json_values,
        "properties": st.none() | st.lists(_property, unique_by=lambda one: one["key"]),
        "picture": st.none() | words,
        "analytics": st.sampled_from(
            [None, {}, {"enabled": False, "sampling": {"type": "COUNT"}}]
        ),
        "flows": st.sampled_from(
            [None, [], [{"enabled": False, "request": [{"policy": "x"}]}]]
        ),
        "failover": st.sampled_from([None, {"enabled": False, "maxRetries": 2}]),
        "flowExecution": st.sampled_from([None, {"mode": "BEST_MATCH"}]),
        "id": words,
        "createdAt": words,
        "visibility": st.sampled_from(["PUBLIC", "private", None]),
    },
).map(_with_distinct_names)
"""Bodies that hold nothing to object to."""

plan_bodies: st.SearchStrategy[dict[str, Any]] = sometimes(
    {
        "name": words,
        "security": sometimes(
            {"type": st.sampled_from(["KEY_LESS", "key-less"])},
            {"configuration": st.sampled_from([None, {}, "{}", "null"])},
        ),
    },
    {
        "description": st.none() | words,
        "order": st.integers(0, 10),
        "mode": st.sampled_from([None, "STANDARD", "standard"]),
        "validation": st.sampled_from(["AUTO", "manual"]),
        "characteristics": st.lists(words),
        "commentRequired": st.booleans(),
        "flows": st.sampled_from([None, []]),
        "selectionRule": st.sampled_from([None, "", "#request.id == '1'"]),
        "tags": st.sampled_from([None, []]),
        "status": st.just("PUBLISHED"),
    },
)
"""The same of plans."""
