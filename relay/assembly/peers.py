"""What the processes of a daemon serve to each other, and the view of all of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from relay.assembly.foundation import Foundation
from relay.assembly.gateway import GatewayService
from relay.assembly.view import GatewayView, exchange_resources, local_streams
from relay.daemon.drain import NodeDrain
from relay.daemon.listeners import Listeners
from relay.gateway.grant_renewal import renew_here
from relay.management.http.routing import Families
from relay.management.http.site import RestSite
from relay.management.resources.gateway import Gateway
from relay.model.secrets import Masking
from relay.node.channels import PeerChannels
from relay.node.facts import WorkerList
from relay.node.gateway import PeerGateway
from relay.node.history import PeerSamples
from relay.node.peers import Peers
from relay.node.private import OwnGateway, OwnRoutes, private_site
from relay.node.streams import PeerStreams
from relay.observability.metrics.registry import Metrics
from relay.observability.metrics.scrape import Scraped
from relay.reactor.clock import wall_ms
from relay.technical.channels import NodeChannels
from relay.technical.drain import Drain, LocalDrain
from relay.technical.health import Health, Probes, Reasons
from relay.technical.history import NodeHistory
from relay.technical.metrics import PrometheusMetrics
from relay.technical.node import Node, NodeFacts
from relay.technical.streams.resource import LiveStreams
from relay.technical.trail import NoTrail, Trail
from relay.tryit.gateway import LocalGateway

OF_WORKERS = ("store", "follower", "loopLag", "memory", "openFiles", "certificates")
"""The probes that are run in each worker."""


def worker_site(
    base: Foundation,
    owner: str,
    gateway: GatewayService,
    view: GatewayView,
    metrics: Metrics | None,
    probes: Probes,
    unready: Reasons,
    token: str,
) -> RestSite:
    """
    Make the site of a worker's socket.

    :param owner: the worker's name among the processes that share the store.
    :param gateway: of this process.
    :param view: of that gateway.
    :param metrics: None if they are switched off.
    :param probes: of this process.
    :param unready: returns why clients should not be sent to this process.
    :param token: what the other processes of the daemon send.
    """
    clock, streams = base.reactor, local_streams(gateway)
    own = OwnGateway(
        streams,
        gateway.channels,
        metrics,
        view.channels,
        view.health,
        view.deliveries,
        view.gateway,
        view.flush,
        partial(renew_here, gateway.shared.grants),
    )
    families = Families(
        Masking(base.installed.catalog.type_of),
        Node(NodeFacts.of_start(owner, wall_ms(), clock)),
        Health(probes, unready),
        *exchange_resources(gateway, streams, NoTrail()),
        OwnRoutes(clock, own),
    )
    return private_site(families, clock, token)


def view_of_workers(
    base: Foundation,
    peers: Peers,
    listeners: Listeners,
    drain: NodeDrain,
    idle: GatewayView,
    metrics: Scraped | None,
) -> GatewayView:
    """
    Return the view of the gateways of all workers.

    :param peers: the workers.
    :param listeners: of the daemon, to which this process connects as a client does.
    :param drain: of the daemon.
    :param idle: of the gateway of this process, which serves nobody: it tries
        deployments, and probes targets.
    :param metrics: of all processes; None if they are switched off.
    """
    reactor, gateway = base.reactor, PeerGateway(peers)

    def resources(trail: Trail) -> tuple[object, ...]:
        return (
            PrometheusMetrics(metrics),
            NodeChannels(PeerChannels(peers)),
            NodeHistory(PeerSamples(peers, reactor, wall_ms), reactor),
            Drain(LocalDrain(drain, wall_ms)),
            LiveStreams(PeerStreams(peers, reactor), trail),
        )

    return replace(
        idle,
        channels=gateway.channels,
        health=gateway.health,
        deliveries=gateway.deliveries,
        gateway=Gateway(
            idle.gateway.try_out,
            gateway.reached,
            LocalGateway(reactor, listeners, gateway, wall_ms),
        ),
        flush=gateway.flush,
        resources=resources,
        workers=WorkerList(peers),
    )
