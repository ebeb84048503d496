"""The members of Gravitee's schemas of v4 APIs and plans, and what becomes of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tests.model.bodies import tutorial_api
from tests.model.message_bodies import message_api


@dataclass(frozen=True)
class Member:
    """A member of one of Gravitee's schemas, with a value that is in effect."""

    value: Any
    verdict: Literal["kept", "server", "refused"] = "kept"
    """Whether it is stored and returned, accepted and set by the server only, or
    refused."""
    stored: Any = None
    """The form in which it is returned, if that is another one."""


def refused(value: Any) -> Member:
    """A member that is refused at its location."""
    return Member(value, "refused")


def server(value: Any) -> Member:
    """A member that a client may send back, without effect."""
    return Member(value, "server")


STEP = {"policy": "latency", "configuration": {"time": 1}}
"""Of the request of a flow."""
CHECK = {
    "enabled": True,
    "type": "http-health-check",
    "configuration": {"schedule": "*/5 * * * * *", "target": "/up"},
}
BASE = tutorial_api(
    flows=[
        {
            "selectors": [
                {"type": "HTTP", "path": "/"},
                {"type": "CONDITION", "condition": "{#request.id != null}"},
            ],
            "request": [STEP],
        }
    ],
    failover={"enabled": True},
    responseTemplates={"DEFAULT": {"*/*": {"statusCode": 503}}},
    properties=[{"key": "a", "value": "b"}],
    resources=[
        {
            "name": "idp",
            "type": "oauth2",
            "configuration": {
                "authorizationServerUrl": "https://idp.example",
                "clientId": "a",
                "clientSecret": "b",
            },
        }
    ],
    analytics={
        "sampling": {"type": "COUNT", "value": "10"},
        "logging": {"mode": {}, "phase": {}, "content": {}},
        "tracing": {},
        "otelLogs": {},
    },
    services={},
)
for listener in BASE["listeners"]:
    listener["cors"] = {"enabled": True, "allowOrigin": ["https://a.example"]}
    listener["requestValidation"] = {}
for group in BASE["endpointGroups"]:
    group["loadBalancer"] = {}
    group["services"] = {}
    group["endpoints"][0]["services"] = {"healthCheck": CHECK}

GROUP = "endpointGroups[0]"
ENDPOINT = f"{GROUP}.endpoints[0]"
LISTENER = "listeners[0]"
ANALYTICS = "analytics"
LOGGING = f"{ANALYTICS}.logging"
FLOW = "flows[0]"

MEMBERS: dict[str, dict[str, Member]] = {
    "": {
        "id": server("1"),
        "name": Member("Other"),
        "description": Member("text"),
        "crossId": Member("cross"),
        "apiVersion": Member("2"),
        "definitionVersion": Member("4.0.0", stored="V4"),
        "type": Member("PROXY"),
        "deployedAt": server("2026-01-01T00:00:00Z"),
        "createdAt": server("2026-01-01T00:00:00Z"),
        "updatedAt": server("2026-01-01T00:00:00Z"),
        "disableMembershipNotifications": Member(True),
        "metadata": Member([{"key": "a"}]),
        "groups": Member(["a"]),
        "state": server("STARTED"),
        "deploymentState": server("DEPLOYED"),
        "visibility": server("PUBLIC"),
        "lifecycleState": server("PUBLISHED"),
        "labels": Member(["a"]),
        "tags": Member(["a"]),
        "primaryOwner": server({"id": "a"}),
        "categories": Member(["a"]),
        "originContext": server({"origin": "MANAGEMENT"}),
        "definitionContext": server({"origin": "KUBERNETES"}),
        "workflowState": server("DRAFT"),
        "responseTemplates": Member({"DEFAULT": {}}),
        "resources": Member([]),
        "properties": Member([{"key": "c"}]),
        "_links": server({}),
        "listeners": Member(BASE["listeners"]),
        "endpointGroups": Member(BASE["endpointGroups"]),
        "failover": Member({"enabled": True}),
        "flowExecution": Member({"mode": "BEST_MATCH", "matchRequired": True}),
        "flows": Member([]),
        "services": refused({"dynamicProperty": {"enabled": True}}),
        "allowedInApiProducts": Member(True),
        "allowMultiJwtOauth2Subscriptions": Member(True),
        "pages": Member([{}]),
        "members": Member([{}]),
        "picture": Member("data:image/png;base64,AA=="),
        "background": Member("data:image/png;base64,AA=="),
    },
    ANALYTICS: {
        "enabled": Member(False),
        "sampling": Member({"type": "COUNT", "value": "10"}),
        "reporterMetricsEnabled": Member(True),
        "logging": refused({"mode": {"endpoint": True}}),
        "tracing": refused({"enabled": True}),
        "otelLogs": refused({"enabled": True}),
    },
    LOGGING: {
        "condition": Member("{#request.id != null}"),
        "messageCondition": Member("true"),
        "content": Member({"headers": True}),
        "mode": refused({"entrypoint": True}),
        "phase": refused({"response": True}),
    },
    f"{LOGGING}.content": {
        "headers": Member(True),
        "messageHeaders": Member(True),
        "payload": Member(True),
        "messagePayload": Member(True),
        "messageMetadata": Member(True),
    },
    f"{LOGGING}.mode": {"endpoint": refused(True), "entrypoint": refused(True)},
    f"{LOGGING}.phase": {"request": refused(True), "response": refused(True)},
    f"{ANALYTICS}.tracing": {"enabled": refused(True), "verbose": Member(True)},
    f"{ANALYTICS}.sampling": {"type": Member("COUNT"), "value": Member("5")},
    "failover": {
        "enabled": Member(False),
        "maxRetries": Member(3),
        "slowCallDuration": Member(500),
        "openStateDuration": Member(600),
        "maxFailures": Member(7),
        "perSubscription": Member(False),
        "failureCondition": Member("{#response.status == 500}"),
        "forceNextEndpointOnFailure": Member(True),
    },
    LISTENER: {
        "type": Member("http", stored="HTTP"),
        "servers": Member(["a"]),
        "pathMappings": Member(["/a/:b"]),
        "cors": Member({"enabled": False, "maxAge": 5}),
        "requestValidation": Member({"rejectNullByte": True}),
    },
    f"{LISTENER}.paths[0]": {
        "host": Member("A.example", stored="a.example"),
        "path": Member("/a", stored="/a/"),
        "overrideAccess": Member(True),
    },
    f"{LISTENER}.entrypoints[0]": {
        "type": refused("tcp-proxy"),
        "qos": Member("NONE"),
        "dlq": refused({"endpoint": "a"}),
        "configuration": Member({}),
    },
    f"{LISTENER}.requestValidation": {"rejectNullByte": Member(True)},
    f"{LISTENER}.cors": {
        "enabled": Member(True),
        "allowCredentials": Member(True),
        "allowHeaders": Member(["X-A"]),
        "allowMethods": Member(["GET"]),
        "allowOrigin": Member(["https://b.example"]),
        "exposeHeaders": Member(["X-A"]),
        "maxAge": Member(3),
        "runPolicies": Member(True),
        "allowPrivateNetwork": Member(True),
    },
    GROUP: {
        "name": Member("other"),
        "type": refused("kafka"),
        "loadBalancer": Member({"type": "RANDOM"}),
        "sharedConfiguration": Member({"http": {"readTimeout": 5}}),
        "services": refused({"discovery": {"enabled": True}}),
    },
    f"{GROUP}.loadBalancer": {
        "type": Member("weighted-random", stored="WEIGHTED_RANDOM")
    },
    f"{GROUP}.services": {
        "discovery": refused({"enabled": True}),
        "healthCheck": Member(CHECK),
    },
    ENDPOINT: {
        "name": Member("other"),
        "type": refused("sse"),
        "weight": Member(3),
        "inheritConfiguration": Member(False),
        "configuration": Member({"target": "https://b.example"}),
        "sharedConfigurationOverride": Member({"http": {"readTimeout": 5}}),
        "secondary": Member(True),
        "tenants": Member(["a"]),
    },
    f"{ENDPOINT}.services.healthCheck": {
        "enabled": Member(False),
        "type": refused("other"),
        "configuration": Member({"schedule": "*/9 * * * * *", "target": "/a"}),
        "overrideConfiguration": Member(True),
    },
    FLOW: {
        "id": Member("1"),
        "name": Member("a"),
        "enabled": Member(False),
        "request": Member([]),
        "response": Member([{**STEP, "policy": "mock", "enabled": False}]),
        "subscribe": refused([STEP]),
        "publish": refused([STEP]),
        "entrypointConnect": refused([STEP]),
        "interact": refused([STEP]),
        "tags": refused(["a"]),
    },
    f"{FLOW}.request[0]": {
        "name": Member("a"),
        "description": Member("a"),
        "enabled": Member(False),
        "policy": refused("groovy"),
        "configuration": Member({"time": 2}),
        "condition": Member("{#request.id != null}"),
        "messageCondition": refused("{#message.id != null}"),
    },
    f"{FLOW}.selectors[0]": {
        "type": refused("MCP"),
        "path": Member("/a"),
        "pathOperator": Member("EQUALS"),
        "methods": Member(["GET"]),
    },
    f"{FLOW}.selectors[1]": {"condition": Member("{#request.id == '1'}")},
    "responseTemplates.DEFAULT.*/*": {
        "statusCode": Member(500),
        "headers": Member({"X-A": "b"}),
        "body": Member("text"),
        "propagateErrorKeyToLogs": Member(True),
    },
    "properties[0]": {
        "key": Member("c"),
        "value": Member("d"),
        "encrypted": refused(True),
        "dynamic": Member(True),
        "encryptable": Member(True, stored=False),
    },
    "resources[0]": {
        "name": Member("other"),
        "type": refused("cache"),
        "enabled": Member(False),
        "configuration": refused({}),
    },
}
"""The members of Gravitee's schemas of a v4 API, by the location of the object."""

MESSAGE_BASE = message_api("memory", ("sse",))
MESSAGE_BASE["listeners"].append(
    {"type": "SUBSCRIPTION", "entrypoints": [{"type": "webhook"}]}
)
MESSAGE_BASE["flows"] = [{"selectors": [{"type": "CHANNEL", "channel": "/"}]}]
MESSAGE: dict[str, dict[str, Member]] = {
    "": {"failover": refused({"enabled": True})},
    "listeners[1]": {"servers": refused(["a"]), "cors": refused({"enabled": True})},
    "listeners[1].entrypoints[0]": {
        "qos": Member("AT_LEAST_ONCE"),
        "dlq": refused({"endpoint": "a"}),
        "configuration": refused({"logging": {"enabled": True}}),
    },
    f"{LISTENER}.entrypoints[0]": {
        "qos": refused("AT_MOST_ONCE"),
        "dlq": refused({"endpoint": "a"}),
    },
    GROUP: {"loadBalancer": refused({"type": "RANDOM"})},
    ENDPOINT: {"weight": refused(2)},
    f"{FLOW}.selectors[0]": {
        "channel": Member("/a"),
        "channelOperator": Member("EQUALS"),
        "operations": Member(["SUBSCRIBE"]),
        "entrypoints": Member(["sse"]),
    },
}
"""The members that have another verdict in a MESSAGE API, or none in a PROXY API."""

PLAN: dict[str, Member] = {
    "id": server("1"),
    "apiId": server("1"),
    "apiProductId": server("1"),
    "name": Member("a"),
    "description": Member("a"),
    "crossId": Member("a"),
    "definitionVersion": Member("V4"),
    "mode": Member("standard", stored="STANDARD"),
    "characteristics": Member(["a"]),
    "closedAt": server("2026-01-01T00:00:00Z"),
    "createdAt": server("2026-01-01T00:00:00Z"),
    "publishedAt": server("2026-01-01T00:00:00Z"),
    "updatedAt": server("2026-01-01T00:00:00Z"),
    "commentMessage": Member("a"),
    "commentRequired": Member(True),
    "excludedGroups": refused(["a"]),
    "generalConditions": Member("a"),
    "order": Member(3),
    "security": Member({"type": "API_KEY", "configuration": {}}),
    "selectionRule": Member("{#request.id != null}"),
    "status": server("PUBLISHED"),
    "tags": refused(["a"]),
    "type": server("API"),
    "validation": Member("AUTO"),
    "flows": Member([{"enabled": True, "request": [STEP]}]),
    "bootstrapPort": refused(9092),
    "brokerRangeStart": refused(9092),
    "brokerRangeEnd": refused(9092),
}
"""The members of Gravitee's schema of a v4 plan."""

UNTYPED = frozenset(
    {LOGGING, f"{ANALYTICS}.sampling", f"{ANALYTICS}.tracing"}
    | {one for one in MEMBERS if one.startswith(f"{LOGGING}.")}
)
"""The objects that are stored whole, with members of any name."""
