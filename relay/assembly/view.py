"""What operators see and use of a gateway, in the management and technical APIs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from relay.assembly.gateway import GatewayService
from relay.gateway.drain import end_evenly
from relay.gateway.live_view import LiveView
from relay.management.resources.channels import ChannelView
from relay.management.resources.dead_letters import DeliveryView
from relay.management.resources.gateway import Gateway
from relay.management.resources.health import HealthView
from relay.management.resources.probes import Prober
from relay.management.traffic.logs import Flush
from relay.outbound import Outbound
from relay.technical.channels import NodeChannels
from relay.technical.drain import Drain, LocalDrain
from relay.technical.history import LocalSamples, NodeHistory
from relay.technical.metrics import PrometheusMetrics
from relay.technical.node import Workers
from relay.technical.streams.listing import Streams
from relay.technical.streams.resource import LiveStreams
from relay.technical.streams.view import LocalStreams
from relay.technical.streams.watch import Watches
from relay.technical.trail import Trail
from relay.tryit.gateway import LocalGateway, LocalRoutes

if TYPE_CHECKING:
    from relay.assembly.metrics import DaemonMetrics


@dataclass(frozen=True)
class GatewayView:
    """
    A gateway, as the sites for operators use it.

    :param channels: returns the open channels of an API.
    :param health: returns the results of its health checks.
    :param deliveries: returns the delivery of a subscription.
    :param gateway: tries deployments, and reports when they are served.
    :param prober: makes probes of targets.
    :param outbound: gets definitions from URLs.
    :param flush: writes the flight records that wait.
    :param resources: makes the resources of the technical API that are the gateway's.
    :param workers: lists the worker processes; None for a daemon that is one process.
    """

    channels: ChannelView
    health: HealthView
    deliveries: DeliveryView
    gateway: Gateway
    prober: Prober
    outbound: Outbound
    flush: Flush
    resources: Callable[[Trail], tuple[object, ...]]
    workers: Workers | None = None


def view_of(gateway: GatewayService, metrics: DaemonMetrics | None) -> GatewayView:
    """
    Return the view of the gateway of this process.

    :param metrics: None if they are switched off.
    """
    services = gateway.shared
    return GatewayView(
        gateway.builder.channels,
        gateway.builder.health,
        gateway.deliveries.view,
        Gateway(
            gateway.builder.try_out,
            gateway.reports.reached,
            LocalGateway(
                services.reactor,
                gateway.listeners,
                LocalRoutes(gateway.resource),
                services.wall_ms,
            ),
        ),
        gateway.prober,
        gateway.outbound,
        gateway.records.flush,
        partial(_resources, gateway, metrics),
    )


def _resources(
    gateway: GatewayService, metrics: DaemonMetrics | None, trail: Trail
) -> tuple[object, ...]:
    return (
        PrometheusMetrics(None if metrics is None else metrics.all),
        *exchange_resources(gateway, local_streams(gateway), trail),
    )


def exchange_resources(
    gateway: GatewayService, streams: LocalStreams, trail: Trail
) -> tuple[object, ...]:
    """Return the resources of what a gateway serves."""
    return (
        NodeChannels(gateway.channels),
        NodeHistory(LocalSamples(gateway.history), gateway.shared.reactor),
        Drain(LocalDrain(gateway.drain, gateway.shared.wall_ms)),
        LiveStreams(streams, trail),
    )


def local_streams(gateway: GatewayService) -> LocalStreams:
    """Return the live streams of this process, as operators see them."""
    services, watches = gateway.shared, Watches()
    services.observers.add(watches)
    reactor = services.reactor
    return LocalStreams(
        Streams(reactor, services.live, LiveView()),
        watches,
        partial(end_evenly, reactor),
    )
