"""Definitions that tests change."""

from __future__ import annotations

from typing import Any


def api(**members: Any) -> dict[str, Any]:
    """Return an API with the members of the management API."""
    endpoint = {
        "name": "one",
        "type": "http-proxy",
        "configuration": {"target": "http://127.0.0.1:9/x"},
    }
    return {
        "name": "Trams",
        "type": "PROXY",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": "/trams"}],
                "entrypoints": [{"type": "http-proxy"}],
            }
        ],
        "endpointGroups": [
            {"name": "all", "type": "http-proxy", "endpoints": [endpoint]}
        ],
        **members,
    }


def flow(*steps: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a flow with steps for the request."""
    return {"name": "all", "request": list(steps), **members}


def step(policy: str = "latency", **configuration: Any) -> dict[str, Any]:
    """Return a step."""
    return {"policy": policy, "configuration": configuration}


def resource(kind: str, name: str, /, **spec: Any) -> dict[str, Any]:
    """Return a custom resource."""
    return {
        "apiVersion": "gravitee.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }
