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


class Endpoint(Options):
    """One endpoint: a target and its options."""

    name: Name
    type: Name
    weight: Annotated[
        int,
        Strict(),
        Field(le=HEAVIEST),
        AfterValidator(lambda weight: max(weight, 1)),
        Integral,
    ] = 1
    """At least 1: less than that is read as 1."""
    inherit_configuration: Flag = False
    secondary: Flag = False
    """Whether it is dialled only while no other endpoint can be."""
    configuration: Annotated[Configuration, Field(repr=False)] = {}
    shared_configuration_override: Annotated[SharedObject, Field(repr=False)] = None
    services: EndpointServices | None = None
    tenants: tuple[Name, ...] | None = None
    """The gateways that dial it, by their ``gateway.tenant``; all without any."""

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
    type: Name
    load_balancer: LoadBalancer = LoadBalancer()
    shared_configuration: Annotated[SharedObject, Field(repr=False)] = None
    endpoints: tuple[Endpoint, ...] = ()
    services: EndpointServices | None = None
