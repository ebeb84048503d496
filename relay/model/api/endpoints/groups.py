"""Where the events of an API come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict

from relay.model.api.endpoints.health_check import EndpointServices
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import (
    Configuration,
    Flag,
    Integral,
    Name,
    SharedObject,
    Upper,
)

HEAVIEST = 1_000_000


class LoadBalancer(Options):
    """How the endpoints of a group take turns."""

    type: Annotated[
        Literal[
            "ROUND_ROBIN",
            "RANDOM",
            "WEIGHTED_ROUND_ROBIN",
            "WEIGHTED_RANDOM",
            "LEAST_STREAMS",
        ],
        Upper,
    ] = "ROUND_ROBIN"
    """How the endpoint of a call is selected."""


class Endpoint(Options):
    """One endpoint: a target and its options."""

    name: Name
    """The name, unique within the API."""
    type: Name
    """The type, the same as that of the group."""
    weight: Annotated[
        int,
        Strict(),
        Field(le=HEAVIEST),
        AfterValidator(lambda weight: max(weight, 1)),
        Integral,
    ] = 1
    """The share of the calls under a weighted load balancer."""
    inherit_configuration: Flag = False
    """The shared configuration of the group is used, instead of one of the endpoint."""
    secondary: Flag = False
    """The endpoint is called only while no other one is available."""
    configuration: Annotated[Configuration, Field(repr=False)] = {}
    """The options of the type of endpoint."""
    shared_configuration_override: Annotated[SharedObject, Field(repr=False)] = None
    """The shared configuration of the endpoint itself."""
    services: EndpointServices | None = None
    """The health check of the endpoint."""
    tenants: tuple[Name, ...] | None = None
    """The gateways that call the endpoint, by their ``gateway.tenant``; empty for
    all."""

    def serves(self, tenant: str | None) -> bool:
        """
        :param tenant: that of a gateway.
        :returns: whether that gateway dials the endpoint.
        """
        return not self.tenants or tenant in self.tenants


class EndpointGroup(Options):
    """Endpoints that stand in for each other; the first group is the default.

    For an endpoint holds the group's shared configuration if it inherits, else its
    own; the two are never mixed.
    """

    name: Name
    """The name, unique within the API."""
    type: Name
    """The type of the endpoints."""
    load_balancer: LoadBalancer = LoadBalancer()
    shared_configuration: Annotated[SharedObject, Field(repr=False)] = None
    """The options of endpoints that inherit their configuration."""
    endpoints: tuple[Endpoint, ...] = ()
    """The endpoints."""
    services: EndpointServices | None = None
    """The health check of the endpoints."""
