"""
The installed types of connectors, plans and policies: Relay's own and those of plugins.
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.catalog import Catalog
from relay.connectors.discovery import Connectors, find_connectors
from relay.model.api.endpoints.http_proxy import (
    HTTP_PROXY_ENDPOINT,
    HTTP_PROXY_ENTRYPOINT,
)
from relay.plans.discovery import PlanTypes, find_plans
from relay.policies.discovery import PolicyTypes, find_policies
from relay.webhook.options import WEBHOOK_ENTRYPOINT


@dataclass(frozen=True)
class Installed:
    """The plugins that can be used, and the catalog of all types."""

    connectors: Connectors
    plans: PlanTypes
    policies: PolicyTypes
    catalog: Catalog


def find_installed() -> Installed:
    """Find the plugins, once a start."""
    connectors, plans, policies = find_connectors(), find_plans(), find_policies()
    catalog = Catalog(
        [HTTP_PROXY_ENDPOINT, *connectors.endpoints.kinds],
        [
            HTTP_PROXY_ENTRYPOINT,
            *connectors.entrypoints.kinds,
            WEBHOOK_ENTRYPOINT,
        ],
        plans.kinds,
        policies.kinds,
        added=(
            *connectors.endpoints.added,
            *connectors.entrypoints.added,
            *plans.added,
            *policies.added,
        ),
    )
    return Installed(connectors, plans, policies, catalog)
