"""The forms of Gravitee's console for policies, and APIs with what they store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from relay.model.api.kinds import Phase
from relay.model.schema.errors import Invalid
from tests.installed import CATALOG
from tests.model.bodies import tutorial_api

SCOPES = ["REQUEST", "RESPONSE", "REQUEST_CONTENT", "RESPONSE_CONTENT"]
STRATEGIES = ["BLOCK_ON_INTERNAL_ERROR", "FALLBACK_PASS_TROUGH"]
SECRET = "a secret that has thirty-two bytes or more"
REQUEST: tuple[Phase, ...] = ("request",)
BOTH: tuple[Phase, ...] = ("request", "response")
ALL: tuple[Phase, ...] = ("request", "response", "subscribe", "publish")


class Form(NamedTuple):
    """
    The form of a policy in Gravitee.

    :param stored: its defaults, and plain values for what it requires.
    :param proxy: the phases of PROXY APIs in which Gravitee offers it.
    :param message: those of MESSAGE APIs.
    :param values: of each other member of the form values that are accepted.
    """

    stored: dict[str, Any]
    proxy: tuple[Phase, ...] = REQUEST
    message: tuple[Phase, ...] = REQUEST
    values: Mapping[str, list[Any]] = {}


def counted(member: str, units: list[str], headers: bool) -> Form:
    """Write the form of a policy that counts calls."""
    return Form(
        {
            "errorStrategy": "FALLBACK_PASS_TROUGH",
            "async": False,
            "addHeaders": headers,
            member: {
                "key": "",
                "useKeyOnly": False,
                "limit": 2,
                "periodTime": 1,
                "periodTimeUnit": units[0],
            },
        },
        values={
            "errorStrategy": STRATEGIES,
            "async": [True, False],
            "addHeaders": [True, False],
            f"{member}.key": ["k", "{#request.headers['x'][0]}"],
            f"{member}.useKeyOnly": [True],
            f"{member}.limit": [1, "1"],
            f"{member}.dynamicLimit": ["", "{(2*5)}", "{#properties['limit']}"],
            f"{member}.periodTime": [5],
            f"{member}.dynamicPeriodTime": ["", "  ", "{(20)}"],
            f"{member}.periodTimeUnit": units,
        },
    )


HEADER = {"name": "X-A", "value": "{#request.method}"}
FORMS: dict[str, Form] = {
    "dynamic-routing": Form(
        {"rules": []},
        values={"rules": [[{"pattern": "/a/(.*)", "url": "/b/{#group[0]}"}]]},
    ),
    "http-signature": Form(
        {
            "scheme": "AUTHORIZATION",
            "secret": "s",
            "clockSkew": 30,
            "decodeSignature": False,
            "strictMode": True,
        },
        values={
            "scheme": ["SIGNATURE"],
            "secret": ["{#properties[#keyId]}"],
            "algorithms": [
                ["HMAC_SHA1", "HMAC_SHA256", "HMAC_SHA384", "HMAC_SHA512"],
                [],
            ],
            "enforceHeaders": [["Host", "(request-target)"]],
            "clockSkew": [0, 60],
            "decodeSignature": [True],
            "strictMode": [False],
        },
    ),
    "ip-filtering": Form(
        {"lookupIpVersion": "ALL"},
        values={
            "matchAllFromXForwardedFor": [True, False],
            "useCustomIPAddress": [False],
            "customIPAddress": ["", "{#request.headers['x'][0]}"],
            "whitelistIps": [["192.0.2.0/24", "a.example", "::1,192.0.2.1"]],
            "blacklistIps": [["{#api.properties['forbidden']}"]],
            "lookupIpVersion": ["IPV4", "IPV6"],
            "isInclusiveHostCount": [True, False],
        },
    ),
    "latency": Form(
        {"time": 100, "timeUnit": "MILLISECONDS"},
        message=("request", "subscribe", "publish"),
        values={"time": [0], "timeUnit": ["SECONDS"]},
    ),
    "mock": Form(
        {"status": "200"},
        message=(),
        values={
            "status": ["204", "404", "507"],
            "headers": [[HEADER]],
            "content": ["", "{#request.method}"],
        },
    ),
    "policy-assign-attributes": Form(
        {"scope": "REQUEST", "attributes": [{"name": "a", "value": "1"}]},
        BOTH,
        ALL,
        {"scope": SCOPES, "attributes": [[]]},
    ),
    "policy-assign-content": Form(
        {"scope": "REQUEST", "body": "${context.attributes.a!}"},
        BOTH,
        ("subscribe", "publish"),
        {"scope": SCOPES, "body": ["", "{}"]},
    ),
    "policy-basic-authentication": Form(
        {"authenticationProviders": ["staff"], "realm": "gravitee.io"},
        values={"realm": ["other"]},
    ),
    "policy-generate-jwt": Form(
        {
            "signature": "HMAC_HS256",
            "keyResolver": "INLINE",
            "x509CertificateChain": "NONE",
            "issuer": "urn://gravitee-api-gw",
            "expiresIn": 30,
            "expiresInUnit": "SECONDS",
            "secretBase64Encoded": False,
            "content": SECRET,
        },
        values={
            "alias": [""],
            "storepass": [""],
            "keypass": [""],
            "kid": ["k"],
            "id": ["{#request.id}"],
            "audiences": [["a"], []],
            "subject": ["{#context.attributes['user-id']}"],
            "expiresInUnit": ["MINUTES", "HOURS", "DAYS"],
            "customClaims": [[{"name": "a", "value": "{#request.method}"}]],
        },
    ),
    "policy-http-callout": Form(
        {
            "scope": "REQUEST",
            "method": "GET",
            "url": "https://a.example",
            "fireAndForget": False,
            "exitOnError": False,
            "errorCondition": "{#calloutResponse.status >= 400 and"
            " #calloutResponse.status <= 599}",
            "errorStatusCode": "500",
            "http": {"maxConcurrentConnections": 20},
        },
        BOTH,
        BOTH,
        {
            "scope": SCOPES,
            "method": ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"],
            "useSystemProxy": [False],
            "headers": [[HEADER]],
            "body": ["{#request.method}"],
            "fireAndForget": [True],
            "variables": [
                [
                    {
                        "name": "a",
                        "value": "{#jsonPath(#calloutResponse.content, '$.field')}",
                        "evaluateAsString": True,
                    }
                ]
            ],
            "exitOnError": [True],
            "errorStatusCode": ["200", "507"],
            "errorContent": ["{#calloutResponse.content}"],
        },
    ),
    "policy-interrupt": Form(
        {"scope": "REQUEST", "errorKey": "MY_KEY", "message": "no"},
        BOTH,
        REQUEST,
        {"scope": SCOPES, "variables": [[{"name": "a", "value": "{#request.id}"}]]},
    ),
    "policy-request-validation": Form(
        {"scope": "REQUEST", "status": "400", "rules": []},
        values={
            "scope": ["REQUEST_CONTENT"],
            "status": ["422"],
            "rules": [
                [
                    {
                        "input": "{#request.method}",
                        "isRequired": True,
                        "constraint": {
                            "type": "NOT_NULL",
                            "parameters": [],
                            "message": "",
                        },
                    }
                ]
            ],
        },
    ),
    "quota": counted("quota", ["MONTHS", "HOURS", "DAYS", "WEEKS"], True),
    "rate-limit": counted("rate", ["SECONDS", "MINUTES"], False),
    "request-content-limit": Form({"limit": 10}),
    "resource-filtering": Form(
        {"normalizeRequestPath": False, "decodeEncodedSlash": False},
        values={
            "normalizeRequestPath": [True],
            "whitelist": [[{"pattern": "/a/**", "methods": ["CONNECT", "TRACE"]}], []],
            "blacklist": [[{"pattern": "**/admin/**", "methods": []}]],
        },
    ),
    "spike-arrest": counted("spike", ["SECONDS", "MINUTES"], False),
    "ssl-enforcement": Form(
        {
            "requiresSsl": True,
            "useXForwardedProto": False,
            "requiresClientAuthentication": False,
            "certificateLocation": "SESSION",
            "certificateHeaderName": "ssl-client-cert",
        },
        values={
            "requiresSsl": [False],
            "useXForwardedProto": [True],
            "requiresClientAuthentication": [True],
            "certificateLocation": ["HEADER"],
            "certificateHeaderName": ["x-cert"],
            "whitelistClientCertificates": [[]],
            "whitelistIssuers": [[]],
            "requiredCertificatePolicies": [[]],
            "whitelistSubjectAlternativeNames": [[]],
        },
    ),
    "status-code": Form(
        {"statusMappings": []},
        ("response",),
        (),
        {"statusMappings": [[{"inputStatusCode": 200, "outputStatusCode": 599}]]},
    ),
    "transform-headers": Form(
        {"scope": "REQUEST"},
        BOTH,
        ALL,
        {
            "scope": SCOPES,
            "removeHeaders": [["A"]],
            "whitelistHeaders": [["A"]],
            "addHeaders": [[HEADER]],
            "appendHeaders": [[HEADER]],
        },
    ),
}
NOT_OFFERED = {
    ("dynamic-routing", "MESSAGE", "request"),
    ("latency", "MESSAGE", "subscribe"),
    ("latency", "MESSAGE", "publish"),
    ("policy-http-callout", "MESSAGE", "response"),
}
"""The phases of Gravitee's in which a policy is refused."""
REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("mock", {"status": "100"}, "status"),
    ("policy-generate-jwt", {"keyResolver": "JKS"}, "keyResolver"),
    ("policy-generate-jwt", {"alias": "a"}, "alias"),
    ("policy-generate-jwt", {"x509CertificateChain": "X5C"}, "x509CertificateChain"),
    ("policy-http-callout", {"method": "CONNECT"}, "method"),
    ("policy-http-callout", {"method": "TRACE"}, "method"),
    ("policy-http-callout", {"useSystemProxy": True}, "useSystemProxy"),
    ("policy-http-callout", {"errorStatusCode": "101"}, "errorStatusCode"),
    (
        "policy-http-callout",
        {"http": {"maxConcurrentConnections": 5}},
        "http.maxConcurrentConnections",
    ),
    ("policy-request-validation", {"status": "102"}, "status"),
    (
        "ssl-enforcement",
        {"whitelistIssuers": ["CN=a"]},
        "whitelistIssuers",
    ),
    (
        "status-code",
        {"statusMappings": [{"inputStatusCode": 100, "outputStatusCode": 200}]},
        "statusMappings[0].inputStatusCode",
    ),
    ("rate-limit", {"rate": {"key": "", "useKeyOnly": False}}, "rate.limit"),
)
"""Values of the forms that are refused, with their locations."""


def api(api_type: str, phase: str, policy: str, stored: Any) -> dict[str, Any]:
    """Write an API with one step."""
    step = {"policy": policy, "configuration": stored}
    provider = {
        "name": "staff",
        "type": "auth-provider-inline-resource",
        "configuration": {"users": []},
    }
    members: dict[str, Any] = {"flows": [{phase: [step]}], "resources": [provider]}
    if api_type == "MESSAGE":
        listener = {
            "type": "HTTP",
            "paths": [{"path": "/a"}],
            "entrypoints": [{"type": "sse"}, {"type": "http-post"}],
        }
        endpoint = {"name": "e", "type": "memory", "inheritConfiguration": True}
        group = {
            "name": "g",
            "type": "memory",
            "sharedConfiguration": {},
            "endpoints": [endpoint],
        }
        members |= {
            "type": "MESSAGE",
            "listeners": [listener],
            "endpointGroups": [group],
        }
    return tutorial_api(**members)


def refusals(body: dict[str, Any]) -> dict[str, str]:
    """Return the messages of what is refused, by location."""
    try:
        CATALOG.parse_api(body)
    except Invalid as error:
        return {one.location: one.message for one in error.issues}
    return {}
