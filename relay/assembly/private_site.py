"""The technical API of a worker."""

from __future__ import annotations

from relay.assembly.foundation import Foundation
from relay.assembly.view import GatewayView
from relay.management.http.routing import Families
from relay.model.secrets import Masking
from relay.observability.probes import Probes
from relay.reactor.clock import wall_ms
from relay.settings.schema import Settings
from relay.technical.access import ControlProcess
from relay.technical.health import Health, Reasons
from relay.technical.node import Node, NodeFacts
from relay.technical.site import TechnicalSite
from relay.technical.trail import NodeTrail


def private_site(
    base: Foundation,
    settings: Settings,
    view: GatewayView,
    owner: str,
    probes: Probes,
    unready: Reasons,
    token: str,
) -> TechnicalSite:
    """
    Make the technical API of a worker, which only the control process uses.

    :param owner: the worker's name among the processes that share the store.
    :param unready: returns why clients should not be sent to this worker.
    :param token: what the control process sends.
    """
    facts = NodeFacts.of_start(owner, wall_ms(), base.reactor)
    families = Families(
        Masking(base.installed.catalog.type_of),
        Node(facts),
        Health(probes, unready),
        *view.resources(NodeTrail(base.store, facts)),
    )
    return TechnicalSite(settings, list, ControlProcess(token), base.reactor, families)
