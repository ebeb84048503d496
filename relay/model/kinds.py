"""The kinds of connectors and plans that a catalog holds."""

from __future__ import annotations

from dataclasses import dataclass

from relay.model.base import Value


@dataclass(frozen=True, slots=True)
class EndpointType:
    """A kind of endpoint."""

    id: str
    """As in ``"type": "http-proxy"``."""
    name: str
    """For people."""
    api_type: str
    configuration: type[Value]
    """Of one endpoint."""
    shared_configuration: type[Value] | None
    """Of a group; ``None`` if the type has none."""


@dataclass(frozen=True, slots=True)
class EntrypointType:
    """A kind of entrypoint."""

    id: str
    name: str
    api_type: str
    configuration: type[Value]


@dataclass(frozen=True, slots=True)
class PlanType:
    """A kind of plan security."""

    id: str
    """As in ``"type": "KEY_LESS"``."""
    name: str
    configuration: type[Value]
