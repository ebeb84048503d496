"""Bodies of MESSAGE APIs that tests start from, and strategies that generate more."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.model.bodies import sometimes, words

_SOURCES: dict[str, dict[str, Any]] = {
    "sse": {"configuration": {"target": "https://source.example/sse"}},
    "memory": {},
    "mock": {},
}


def message_api(
    kind: str = "sse",
    entrypoints: tuple[str, ...] = ("sse",),
    channel: Any = None,
    **changes: Any,
) -> dict[str, Any]:
    """A small MESSAGE API.

    :param kind: the type of its endpoint.
    :param entrypoints: the types of its entrypoints.
    :param channel: what the group says about its channels; nothing if None.
    :param changes: members to put in place of others, or to add.
    """
    group: dict[str, Any] = {
        "name": "group",
        "type": kind,
        "endpoints": [{"name": "endpoint", "type": kind, **_SOURCES.get(kind, {})}],
    }
    if channel is not None:
        group["sharedConfiguration"] = {"channel": channel}
    return {
        "definitionVersion": "V4",
        "name": "Events",
        "apiVersion": "1.0",
        "type": "MESSAGE",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": "/events"}],
                "entrypoints": [{"type": one} for one in entrypoints],
            }
        ],
        "endpointGroups": [group],
        **changes,
    }


_milliseconds = st.integers(1, 2**31 - 1)
_or_off = st.just(0) | _milliseconds
_flags = st.booleans() | st.none()
_heartbeat = st.just(0) | st.integers(100, 2**31 - 1) | st.just(15000.0)
_cors: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        {},
        {"allowOrigin": []},
        {"allowOrigin": ["https://app.example", "http://localhost:3000"]},
        {"allowOrigin": ["https://app.example"], "allowCredentials": True},
    ]
)
_slow: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        {"policy": "skip", "maxBehindBytes": 4096},
        {"policy": "latest", "latestKey": "sensor.id", "maxBehindMs": 500},
    ]
)
_key = sometimes(
    {},
    {
        "query": st.lists(words | st.just("user.*"), max_size=2),
        "headers": st.lists(
            st.sampled_from(["Authorization", "Cookie", "X-*"]), max_size=2
        ),
    },
)
_history: dict[str, st.SearchStrategy[Any]] = {
    "maxEvents": st.integers(1, 1_000_000),
    "maxBytes": st.integers(1024, 2**32),
    "maxAgeMs": _milliseconds,
}


def _channel(kind: str) -> st.SearchStrategy[Any]:
    history = dict(_history)
    members: dict[str, st.SearchStrategy[Any]] = {
        "lingerMs": _or_off,
        "maxChannels": st.integers(1, 1_000_000),
        "maxChannelsPerAddress": st.integers(1, 1_000_000),
        "onUnknownId": st.sampled_from(["oldest", "live", None]),
        "resumeWindowMs": _or_off,
        "reconnect": st.sampled_from([None, {}, {"initialMs": 50, "maxMs": 500}]),
        "maxEventBytes": st.integers(1024, 2**32),
    }
    if kind != "mock":
        history["durable"] = _flags
    if kind != "memory":
        members["key"] = _key
    if kind == "sse":
        members["mode"] = st.sampled_from(["failover", "merge"])
    return sometimes({}, {"history": sometimes({}, history), **members})


def _encoded(value: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([value, json.dumps(value)])


_configurations: dict[str, st.SearchStrategy[Any]] = {
    "sse": sometimes(
        {},
        {
            "heartbeatIntervalInMs": _heartbeat,
            "metadataAsComment": _flags,
            "headersAsComment": _flags,
            "retryMs": st.sampled_from([None, {}, {"min": 1, "max": 1}]),
            "maxDurationMs": _or_off,
            "refusals": st.sampled_from(["status", "retry"]),
            "gapNotice": st.sampled_from(["event", "header", "none"]),
            "controlEvents": st.sampled_from(["event", "off"]),
            "slowConsumer": _slow,
            "allowFilter": _flags,
            "cors": _cors,
        },
    ),
    "http-get": sometimes(
        {},
        {
            "messagesLimitCount": st.integers(1, 1000),
            "messagesLimitDurationMs": _milliseconds,
            "headersInPayload": _flags,
            "metadataInPayload": _flags,
        },
    ),
    "http-post": sometimes(
        {}, {"requestHeadersToMessage": _flags, "maxBatchEvents": st.integers(1, 1000)}
    ),
    "websocket": sometimes(
        {},
        {
            "subscriber": st.sampled_from([None, {}, {"enabled": True}]),
            "heartbeatIntervalInMs": _heartbeat,
            "slowConsumer": _slow,
            "cors": _cors,
        },
    ),
}
_pairs = (
    st.lists(sometimes({"name": words}, {"value": words | st.none()}), max_size=2)
    | st.none()
)
_endpoints: dict[str, st.SearchStrategy[Any]] = {
    "sse": words.map(lambda word: {"target": f"https://source.example/{word}"}),
    "memory": st.just({}),
    "mock": sometimes(
        {},
        {
            "messageInterval": _milliseconds,
            "messageContent": st.text("ab{}\n\u2028", max_size=5),
            "messageCount": st.none() | st.integers(0, 2**31 - 1),
            "headers": _pairs,
            "metadata": _pairs,
        },
    ),
}


@st.composite
def _bodies(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["sse", "memory", "mock"]))
    types = ["sse", "http-get", "websocket"]
    types += ["http-post"] if kind == "memory" else []
    body = message_api(
        kind,
        tuple(draw(st.lists(st.sampled_from(types), min_size=1, unique=True))),
        type=draw(st.sampled_from(["MESSAGE", "message"])),
    )
    for entrypoint in body["listeners"][0]["entrypoints"]:
        configuration = draw(_configurations[entrypoint["type"]])
        if kind == "memory" and entrypoint["type"] == "websocket":
            configuration["publisher"] = {"enabled": draw(st.booleans())}
        entrypoint["configuration"] = draw(_encoded(configuration))
        entrypoint["qos"] = draw(st.sampled_from(["NONE", "auto", None]))
    group = body["endpointGroups"][0]
    shared = {"channel": draw(_channel(kind))}
    group["sharedConfiguration"] = draw(_encoded(shared))
    count = draw(st.integers(1, 3)) if kind == "sse" else 1
    group["endpoints"] = [
        {
            "name": f"endpoint {number}",
            "type": kind,
            "inheritConfiguration": draw(st.booleans()),
            "configuration": draw(_endpoints[kind].flatmap(_encoded)),
        }
        for number in range(count)
    ]
    return body


message_bodies: st.SearchStrategy[dict[str, Any]] = _bodies()
"""Bodies of MESSAGE APIs that hold nothing to object to."""
