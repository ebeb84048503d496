"""The definitions of the demo: the API of the tutorial, and its plan."""

from __future__ import annotations

from typing import Any

API_NAME = "SSE consumer"

# Above the 60 s between heartbeats of Ably, so that the API suits both sources.
_IDLE_TIMEOUT_MS = 70_000


def api_definition(target: str, context_path: str) -> dict[str, Any]:
    """The API of the tutorial, with every option."""
    return {
        "definitionVersion": "V4",
        "name": API_NAME,
        "apiVersion": "1.0",
        "description": "An event stream through a deployed API",
        "type": "PROXY",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": context_path}],
                "entrypoints": [
                    {"type": "http-proxy", "qos": "AUTO", "configuration": {}}
                ],
            }
        ],
        "endpointGroups": [
            {
                "name": "Default HTTP proxy group",
                "type": "http-proxy",
                "sharedConfiguration": {
                    "proxy": {"useSystemProxy": False, "enabled": False},
                    "http": {
                        "version": "HTTP_1_1",
                        "keepAlive": True,
                        "keepAliveTimeout": 30_000,
                        "connectTimeout": 5_000,
                        "readTimeout": 10_000,
                        "idleTimeout": _IDLE_TIMEOUT_MS,
                        "pipelining": False,
                        "useCompression": True,
                        "propagateClientHost": False,
                        "followRedirects": False,
                        "maxConcurrentConnections": 20,
                    },
                    "ssl": {
                        "hostnameVerifier": True,
                        "trustAll": False,
                        "trustStore": {"type": ""},
                        "keyStore": {"type": ""},
                    },
                },
                "endpoints": [
                    {
                        "name": "Default HTTP proxy",
                        "type": "http-proxy",
                        "weight": 1,
                        "inheritConfiguration": True,
                        "configuration": {"target": target},
                    }
                ],
            }
        ],
    }


PLAN_DEFINITION: dict[str, Any] = {
    "definitionVersion": "V4",
    "name": "Default Keyless (UNSECURED)",
    "description": "Default unsecured plan",
    "mode": "STANDARD",
    "security": {"type": "KEY_LESS", "configuration": {}},
    "validation": "MANUAL",
}
