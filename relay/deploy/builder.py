"""Builds what serves a deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from relay.cluster.link import Link
from relay.connectors.interfaces import (
    EntrypointContext,
    IEndpoint,
    IEntrypoint,
    IHttpEndpoint,
)
from relay.deploy.channel_maker import ChannelKeepers, ChannelMaker
from relay.deploy.shared_channels import SharedChannels
from relay.deploy.tenants import for_tenant
from relay.gateway.flows.runner import FlowRunner, open_flows
from relay.gateway.message import BoundEntrypoint, MessageBackend, refuse
from relay.gateway.proxy import ProxyBackend
from relay.gateway.push import PushedApi, Pushing
from relay.gateway.routing import Destinations
from relay.gateway.served import ApiBackend, ServedApi
from relay.gateway.services import Services
from relay.model.api.definition import (
    ApiDefinition,
    EndpointGroup,
    ListenerEntrypoint,
)
from relay.model.records import Deployment
from relay.outbound import Outbound
from relay.plans.discovery import PlanTypes
from relay.plans.interfaces import PlanContext
from relay.plans.tokens.key_sets import KeySets
from relay.policies.discovery import PolicyTypes
from relay.policies.interfaces import PolicyContext
from relay.policies.scope import SharedScope, shared_scope
from relay.upstream.connection.response_rules import HeadLimits
from relay.upstream.failover import Failover
from relay.upstream.group import ConnectorGroup


class Builder:
    """
    Builds what serves a deployment.

    :param parse: reads a definition.
    :param endpoints: types of MESSAGE endpoints, by id.
    :param entrypoints: types of MESSAGE entrypoints, by id.
    :param outbound: makes the calls of policies and plans.
    :param store: of the leases and histories of channels.
    :param pushing: delivers the events of APIs with consumers that are called.
    :param link: to the processes that share the channels; None if none does.
    """

    def __init__(
        self,
        services: Services,
        parse: Callable[[dict[str, Any]], ApiDefinition],
        endpoints: Mapping[str, IEndpoint],
        entrypoints: Mapping[str, IEntrypoint],
        plans: PlanTypes,
        policies: PolicyTypes,
        outbound: Outbound,
        store: ChannelKeepers,
        pushing: Pushing,
        link: Link | None = None,
    ) -> None:
        self._pushing = pushing
        self._services = services
        self._parse = parse
        self._entrypoints = entrypoints
        self._plans = plans
        self._policies = policies
        self._outbound = outbound
        limits = services.limits
        self.head_limits = HeadLimits(limits.max_head_bytes, limits.max_headers)
        """The size limits of the heads of responses."""
        limited = {
            kind: _limited(plugin, self.head_limits)
            for kind, plugin in endpoints.items()
        }
        self._maker = ChannelMaker(services, limited, outbound, store, link)
        self._key_sets = KeySets(services.reactor, outbound.call)
        self.shared: dict[str, SharedChannels] = {}
        """The channels of the MESSAGE APIs that are served, by API."""
        self.destinations: dict[str, Destinations] = {}
        """The endpoints of the PROXY APIs that are served, by API."""

    def __call__(self, deployment: Deployment) -> ServedApi:
        """
        Build a deployment.

        :raises ValueError: when something in it cannot be served.
        :raises OSError: when a file that it needs cannot be read.
        """
        return self._build(deployment, trial=False)

    def limit_heads(self, max_bytes: int, max_fields: int) -> None:
        """
        Set the size limits of the heads of responses, for open connections, too.

        :param max_bytes: the first line and all fields.
        """
        limits = self.head_limits
        limits.max_bytes, limits.max_fields = max_bytes, max_fields

    def try_out(self, deployment: Deployment) -> None:
        """
        Build a deployment and drop it, without effect on the served APIs.

        :param deployment: one that is not in force.
        :raises ValueError: when something in it cannot be served.
        :raises OSError: when a file that it needs cannot be read.
        """
        self._build(deployment, trial=True).close()

    def _build(self, deployment: Deployment, trial: bool) -> ServedApi:
        services = self._services
        definition = for_tenant(
            self._parse(deployment.definition), services.settings.tenant
        )
        context = PlanContext(
            services.reactor,
            services.wall_ms,
            deployment.api_id,
            definition,
            services.consumers,
            services.settings,
            self._outbound,
            self._key_sets,
            services.counts.of(deployment.api_id).verdicts,
        )
        shared = shared_scope(deployment.api_id, definition, services.settings.tenant)
        plans = self._plans.chain(deployment.plans, context)
        flows: FlowRunner | None = None
        try:
            flows = self._flows(deployment, definition, shared)
            backend = self._backend(deployment, definition, flows, trial)
        except Exception:
            plans.close()
            if flows is not None:
                flows.close()
            raise
        try:
            return ServedApi(deployment, definition, plans, backend, shared, flows)
        except Exception:
            plans.close()
            backend.close()
            raise

    def _flows(
        self, deployment: Deployment, definition: ApiDefinition, shared: SharedScope
    ) -> FlowRunner | None:
        """Build the flows; None when there are none."""
        services = self._services
        context = PolicyContext(
            services.reactor,
            services.wall_ms,
            self._outbound,
            deployment.api_id,
            definition,
            services.tallies,
        )
        return open_flows(
            self._policies, deployment.plans, deployment.groups, context, shared
        )

    def _backend(
        self,
        deployment: Deployment,
        definition: ApiDefinition,
        flows: FlowRunner | None,
        trial: bool,
    ) -> ApiBackend:
        if definition.type == "MESSAGE":
            return self._message(deployment, definition, flows, trial)
        return self._proxy(deployment.api_id, definition, flows, trial)

    def _proxy(
        self,
        api_id: str,
        definition: ApiDefinition,
        flows: FlowRunner | None,
        trial: bool,
    ) -> ProxyBackend:
        reactor = self._services.reactor
        groups: list[ConnectorGroup] = []
        # The first group is the default; only flows can route to the others.
        wanted = definition.endpoint_groups[: 1 if flows is None else None]
        try:
            for group in wanted:
                groups.append(
                    ConnectorGroup(reactor, group, self.head_limits, owner=api_id)
                )
                groups[-1].guard_redirects(self._outbound.guard)
                groups[-1].count_in(self._services.counts.of(api_id).upstream)
        except Exception:
            for ready in groups:
                ready.close()
            raise
        options = definition.failover
        failover = None
        if options is not None and options.enabled:
            failover = Failover(reactor, options)
        destinations = Destinations(groups)
        if not trial:
            self.destinations[api_id] = destinations
            destinations.start(self._services.wall_ms)
        return ProxyBackend(
            destinations,
            failover,
            lambda: self._forget(api_id, destinations),
            flows,
        )

    def _forget(self, api_id: str, destinations: Destinations) -> None:
        if self.destinations.get(api_id) is destinations:
            del self.destinations[api_id]

    def health(self, api_id: str) -> list[dict[str, Any]]:
        """
        Describe the checked endpoints of a PROXY API as JSON.
        """
        destinations = self.destinations.get(api_id)
        return destinations.health() if destinations is not None else []

    def channels(self, api_id: str) -> list[dict[str, Any]]:
        """
        Describe the open channels of an API as JSON.
        """
        shared = self.shared.get(api_id)
        return shared.channels.as_json() if shared is not None else []

    def _message(
        self,
        deployment: Deployment,
        definition: ApiDefinition,
        flows: FlowRunner | None,
        trial: bool,
    ) -> MessageBackend:
        api_id, group = deployment.api_id, definition.endpoint_groups[0]
        if not group.endpoints:
            raise ValueError("no endpoint is for the tenant of this gateway")
        shared = self._channels(api_id, group, trial)
        if not trial:
            shared.channels.api = f"{api_id} ({definition.name})"
        listed = definition.http.entrypoints if definition.http is not None else ()
        context = EntrypointContext(
            self._services.reactor,
            shared.channels,
            frozenset(one.type for one in listed),
        )
        ordered = sorted(listed, key=lambda one: self._entrypoints[one.type].order)
        try:
            entrypoints = [self._bound(one, context) for one in ordered]
        except Exception:
            # The deployment before stays in force, and keeps its channels.
            if not shared.users:
                shared.channels.close()
                shared.sources.close()
            raise
        release = shared.hold()
        if not trial:
            self._adopt(api_id, shared)
        if definition.subscription is not None and not trial:
            pushed = PushedApi(
                api_id,
                {
                    one.type: one.configuration
                    for one in definition.subscription.entrypoints
                },
                frozenset(
                    one["id"] for one in deployment.plans if one.get("mode") == "PUSH"
                ),
                shared.channels,
                shared.delivery_lease(api_id),
                flows,
                self._services.wall_ms,
                self._services.counts.of(api_id).webhooks,
            )
            release = partial(self._withdraw, pushed, shared)
            self._pushing.begin(pushed)
        return MessageBackend(
            entrypoints,
            shared.channels,
            group.name,
            shared.lease if shared.exclusive else None,
            release,
            shared.hold,
            flows,
        )

    def _bound(
        self, listed: ListenerEntrypoint, context: EntrypointContext
    ) -> BoundEntrypoint:
        plugin = self._entrypoints[listed.type]
        operations = set()
        if plugin.kind.subscribes:
            operations.add("SUBSCRIBE")
        if plugin.kind.publishes(listed.configuration):
            operations.add("PUBLISH")
        entrypoint = plugin.build(listed.configuration, context)
        away = getattr(entrypoint, "turn_away", refuse)
        return BoundEntrypoint(entrypoint, listed.type, frozenset(operations), away)

    def _channels(
        self, api_id: str, group: EndpointGroup, trial: bool
    ) -> SharedChannels:
        """
        Find or make the channels of a group. If the group has not changed, these are
        the channels of the deployment before, so that their streams continue. A trial
        has channels of its own, which are never opened.
        """
        before = None if trial else self.shared.get(api_id)
        if before is not None and before.users and before.group == group:
            before.channels.reopen()
            return before
        return self._maker.make(api_id, group, self._release)

    def _adopt(self, api_id: str, shared: SharedChannels) -> None:
        """Make channels those of an API, in place of those before."""
        before = self.shared.get(api_id)
        if before is shared:
            return
        if before is not None and before.lease is not None:
            # An API has one lease: the channels before are closed by then.
            before.lease.close()
        if shared.exclusive:
            lease = shared.open_lease(api_id)
            shared.channels.is_here = lambda: lease.here
        self.shared[api_id] = shared

    def _withdraw(self, pushed: PushedApi, shared: SharedChannels) -> None:
        self._pushing.end(pushed).addBoth(lambda _: self._release(shared))

    def _release(self, shared: SharedChannels) -> None:
        shared.users -= 1
        if not shared.users:
            for api_id, one in list(self.shared.items()):
                if one is shared:
                    del self.shared[api_id]
            shared.channels.close()
            shared.sources.close()
            if shared.lease is not None:
                shared.lease.close()


def _limited(plugin: IEndpoint, limits: HeadLimits) -> IEndpoint:
    return plugin.limited_to(limits) if IHttpEndpoint.providedBy(plugin) else plugin
