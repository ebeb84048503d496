"""Definitions for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from relay.cli.definitions.files import Source
from relay.cli.definitions.reading import Definitions, read_definitions
from tests.installed import CATALOG


def api(hrid: str, /, **members: Any) -> dict[str, Any]:
    """Return the definition of an API, as the Automation API takes it."""
    return {
        "hrid": hrid,
        "name": hrid.title(),
        "version": "1.0",
        "type": "PROXY",
        "state": "STARTED",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": f"/{hrid}"}],
                "entrypoints": [{"type": "http-proxy"}],
            }
        ],
        "endpointGroups": [
            {
                "name": "main",
                "type": "http-proxy",
                "endpoints": [
                    {
                        "name": "main-1",
                        "type": "http-proxy",
                        "configuration": {"target": "https://events.example/sse"},
                    }
                ],
            }
        ],
        "plans": [
            {
                "hrid": "open",
                "name": "Open",
                "status": "PUBLISHED",
                "security": {"type": "KEY_LESS"},
            }
        ],
        **members,
    }


def resource(kind: str, name: str, /, **spec: Any) -> dict[str, Any]:
    """Return a custom resource."""
    return {
        "apiVersion": "gravitee.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def application(name: str, /, **spec: Any) -> dict[str, Any]:
    """Return an application."""
    return resource("Application", name, **{"name": name.title(), **spec})


def subscription(name: str, api: str, application: str, plan: str) -> dict[str, Any]:
    """Return a subscription."""
    return resource(
        "Subscription",
        name,
        api={"name": api, "kind": "ApiV4Definition"},
        application={"name": application},
        plan=plan,
    )


def policy_group(name: str, /, **spec: Any) -> dict[str, Any]:
    """Return a shared policy group."""
    given = {"name": name.title(), "apiType": "PROXY", "phase": "REQUEST", **spec}
    return resource("SharedPolicyGroup", name, **given)


def read(
    *documents: Mapping[str, Any], waived: tuple[str, ...] = (), **variables: str
) -> Definitions:
    """Read documents, each of a file of its own: ``0.json``, ``1.json``."""
    sources = [
        Source(f"{number}.json", json.dumps(one, indent=1).encode())
        for number, one in enumerate(documents)
    ]
    return read_definitions(sources, CATALOG, variables, waived)
