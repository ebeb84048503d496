"""An API as a publisher defines it, in the JSON shape of a Gravitee v4 API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from relay.model.api.endpoints.failover import FailoverOptions
from relay.model.api.endpoints.groups import Endpoint, EndpointGroup, LoadBalancer
from relay.model.api.flow import Flow, FlowExecution
from relay.model.api.listener import (
    HttpListener,
    Listener,
    ListenerEntrypoint,
    ListenerValidation,
    Path,
    SubscriptionListener,
)
from relay.model.api.properties import Properties
from relay.model.api.read_only import without_api_fields
from relay.model.api.redeployment import RedeploymentOptions
from relay.model.api.resources.resource import Resources
from relay.model.api.response_templates import Templates
from relay.model.schema import unsupported
from relay.model.schema.base import Options
from relay.model.schema.descriptive import ApiDescription, Kept
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Flag, Name, Upper

__all__ = [
    "Analytics",
    "ApiDefinition",
    "DefinitionVersion",
    "Endpoint",
    "EndpointGroup",
    "HttpListener",
    "ListenerEntrypoint",
    "ListenerValidation",
    "LoadBalancer",
    "Path",
    "SubscriptionListener",
]


def _v4(value: object) -> object:
    if value in ("4.0.0", "v4"):
        return "V4"
    if isinstance(value, str) and value != "V4":
        raise ValueError("only v4 definitions are supported")
    return value


API_TYPES = ("PROXY", "MESSAGE")


def _api_type(value: object) -> object:
    if isinstance(value, str) and value not in API_TYPES:
        known = " and ".join(API_TYPES)
        raise ValueError(f"API type [{value}] is not supported, only {known}")
    return value


DefinitionVersion = Annotated[Literal["V4"], BeforeValidator(_v4)]


class Analytics(Options):
    """The options of the records about calls."""

    enabled: Annotated[Flag, INEFFECTIVE] = True
    """Without effect: the access log is a setting of the gateway."""
    sampling: Annotated[Kept, INEFFECTIVE] = None
    reporter_metrics_enabled: Annotated[Flag | None, INEFFECTIVE] = None
    """Without effect."""
    logging: unsupported.Logging = None
    tracing: unsupported.Tracing = None
    otel_logs: unsupported.LogExport = None


class ApiDefinition(ApiDescription):
    """A published definition.

    :meth:`read` checks each member;
    :meth:`relay.catalog.Catalog.parse_api` also knows the rules between members and
    the connectors, and is what bodies of clients go through. Reading what ``to_json``
    gave gives the same definition again. Runtime fields (``id``, ``state``, ...) are
    left aside.
    """

    definition_version: DefinitionVersion = "V4"
    """The version of the format."""
    type: Annotated[Literal["PROXY", "MESSAGE"], BeforeValidator(_api_type), Upper]
    """The type of the API."""
    name: Name
    """The name of the API."""
    api_version: Name
    """The version of the API."""
    listeners: tuple[Listener, ...]
    """How clients reach the API."""
    endpoint_groups: tuple[EndpointGroup, ...]
    """The groups of endpoints; the first one is the default."""
    analytics: Analytics = Analytics()
    failover: FailoverOptions | None = None
    flow_execution: FlowExecution | None = None
    flows: tuple[Flow, ...] | None = None
    """The flows of all plans."""
    properties: Properties = None
    """Values that expressions read by their keys."""
    resources: Resources | None = None
    """What plans and policies use by name."""
    response_templates: Templates | None = None
    """The responses to refused calls, by error key and media type."""
    redeployment: RedeploymentOptions | None = None
    services: unsupported.Services = None

    @property
    def http(self) -> HttpListener | None:
        """Where clients call; None when they do not."""
        for one in self.listeners:
            if isinstance(one, HttpListener):
                return one
        return None

    @property
    def subscription(self) -> SubscriptionListener | None:
        """How consumers are called; None when they are not."""
        for one in self.listeners:
            if isinstance(one, SubscriptionListener):
                return one
        return None

    @model_validator(mode="before")
    @classmethod
    def _without_runtime_fields(cls, body: Any) -> Any:
        return without_api_fields(body)
