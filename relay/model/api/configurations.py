"""The types of configurations, by plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from relay.model.api.endpoints.health_check import HealthCheck
from relay.model.api.flow import current_id
from relay.model.api.kinds import EndpointType, EntrypointType, PlanType, PolicyType
from relay.model.api.resources.resource import RESOURCES


class Configurations:
    """
    The types of all configurations that documents may hold.

    The parameters are the kinds, by their ids.
    """

    def __init__(
        self,
        endpoints: Mapping[str, EndpointType],
        entrypoints: Mapping[str, EntrypointType],
        plans: Mapping[str, PlanType],
        policies: Mapping[str, PolicyType],
    ) -> None:
        self._endpoints = endpoints
        self._entrypoints = entrypoints
        self._plans = plans
        self._policies = policies

    def type_of(
        self, key: str, holder: Mapping[str, Any], within: str
    ) -> type[BaseModel] | None:
        """
        Find the type of a configuration.

        :param key: the name of the member, such as ``sharedConfiguration``.
        :param holder: the object that it is a member of.
        :param within: the name of the member that this object stands in.
        :returns: None when it is not known.
        """
        kind = str(holder.get("type"))
        if key == "entrypointConfiguration":
            entrypoint = self._entrypoints.get(str(holder.get("entrypointId")))
            return None if entrypoint is None else entrypoint.subscription
        if key != "configuration":
            group = self._endpoints.get(kind)
            return None if group is None else group.shared_configuration
        if within == "resources":
            return RESOURCES.get(kind)
        if within == "healthCheck":
            return HealthCheck if kind == "http-health-check" else None
        one: EndpointType | EntrypointType | PlanType | PolicyType | None = None
        if "policy" in holder:
            one = self._policies.get(current_id(str(holder["policy"])))
        elif within == "endpoints":
            one = self._endpoints.get(kind)
        elif within == "entrypoints":
            one = self._entrypoints.get(kind)
        elif within == "security":
            one = self._plans.get(kind.replace("-", "_").upper())
        return None if one is None else one.configuration
