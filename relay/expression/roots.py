"""The variables of expressions, and their members."""

from __future__ import annotations

OPEN: frozenset[str] = frozenset()
"""Of a variable whose members are not fixed."""

ROOTS: dict[str, frozenset[str]] = {
    "request": frozenset(
        {
            "id",
            "transactionId",
            "uri",
            "path",
            "paths",
            "pathInfo",
            "pathInfos",
            "contextPath",
            "params",
            "pathParams",
            "headers",
            "method",
            "scheme",
            "host",
            "version",
            "timestamp",
            "remoteAddress",
            "localAddress",
        }
    ),
    "response": frozenset({"status", "headers"}),
    "context": frozenset({"attributes"}),
    "message": frozenset(
        {
            "id",
            "type",
            "topic",
            "timestamp",
            "content",
            "jsonContent",
            "headers",
            "metadata",
            "attributes",
            "contentLength",
        }
    ),
    "api": frozenset({"id", "name", "version", "properties"}),
    "plan": frozenset({"id", "name"}),
    "application": frozenset({"id"}),
    "subscription": frozenset({"id"}),
    "endpoints": OPEN,
    "properties": OPEN,
    "group": OPEN,
    "groupName": OPEN,
    "keyId": OPEN,
    "calloutResponse": frozenset({"status", "content", "headers"}),
    "parameters": OPEN,
    "error": frozenset(
        {"key", "message", "cause", "status", "statusCode", "parameters"}
    ),
}
"""The members by variable; any name is allowed where none are listed."""

HELD = {
    ("request", "content"),
    ("request", "jsonContent"),
    ("request", "xmlContent"),
    ("response", "content"),
    ("response", "jsonContent"),
    ("response", "xmlContent"),
}
"""Members of Gravitee's that need a gateway which buffers bodies."""

REFUSED = {
    "node": "a definition does not depend on the process that serves it",
    "dictionaries": "there are no dictionaries; use the properties of the API",
    "secrets": "there are no secret providers",
    "request.ssl": "the plan decides about certificates; see the plan mtls",
    "subscription.clientId": "use #context.attributes['oauth.client_id'] with tokens",
    "subscription.applicationName": "gateways know the id of an application only",
    "subscription.metadata": "gateways do not know the metadata of subscriptions",
}
"""Variables and members of Gravitee's that are refused, with the reason."""
