"""The connectors of this installation: Relay's own, and those of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from relay import connectors
from relay.connectors.interfaces import IEndpoint, IEntrypoint
from relay.model.api.kinds import BUILT_IN, EndpointType, EntrypointType
from relay.plugins import UsablePlugins, found_in, modules_of

OWN = modules_of(
    connectors,
    "sse_endpoint",
    "memory_endpoint",
    "mock_endpoint",
    "sse_entrypoint",
    "http_get_entrypoint",
    "http_post_entrypoint",
    "websocket_entrypoint",
)
"""The modules with the connectors that Relay brings along."""


@dataclass(frozen=True)
class Connectors:
    """All connectors that can be used."""

    endpoints: UsablePlugins[IEndpoint, EndpointType]
    entrypoints: UsablePlugins[IEntrypoint, EntrypointType]


def find_connectors() -> Connectors:
    """Find the connectors, once a start."""
    return sort_out(found_in(connectors))


def sort_out(found: Iterable[object]) -> Connectors:
    """
    Choose the connectors that can be used.

    :param found: plugins, as from :func:`relay.plugins.found_in`.
    """
    found = list(found)
    return Connectors(
        UsablePlugins(found, IEndpoint, EndpointType, OWN, _objection),
        UsablePlugins(found, IEntrypoint, EntrypointType, OWN, _objection),
    )


def _objection(kind: EndpointType | EntrypointType) -> str | None:
    if kind.api_type != "MESSAGE":
        return "it is not for MESSAGE APIs"
    if kind.id in BUILT_IN:
        return f"[{kind.id}] is Relay's own"
    if isinstance(kind, EntrypointType) and kind.listener != "HTTP":
        return "it is not for HTTP listeners"
    return None
