"""The protocol factory of the management API."""

from __future__ import annotations

from collections.abc import Callable
from socket import gethostname

from twisted.internet.interfaces import IReactorTime

from relay.catalog import Catalog
from relay.management.access.auth import Authenticator
from relay.management.access.passwords import Passwords
from relay.management.access.session_paths import SessionPaths
from relay.management.access.sessions import Sessions
from relay.management.access.tokens import Tokens
from relay.management.access.users import Users
from relay.management.automation.apis import AutomationApis
from relay.management.automation.applications import AutomationApplications
from relay.management.automation.policy_groups import AutomationPolicyGroups
from relay.management.automation.subscriptions import AutomationSubscriptions
from relay.management.consumers.api_keys import ApiKeys
from relay.management.consumers.applications import Applications
from relay.management.consumers.subscriptions import Subscriptions
from relay.management.definitions.exports import Exports
from relay.management.definitions.resource import Fetch, Imports, no_fetch
from relay.management.definitions.swagger import SwaggerImports
from relay.management.http.guard import Guard
from relay.management.http.root import NODE, ManagementRoot, Pages
from relay.management.http.routing import Families
from relay.management.http.site import RestSite
from relay.management.openapi.document import Section
from relay.management.openapi.pages import ReferencePages
from relay.management.policy_groups.resource import SharedPolicyGroups
from relay.management.policy_groups.trials import GroupTrials
from relay.management.resources.apis import Apis
from relay.management.resources.audits import Audits
from relay.management.resources.channels import Channels, ChannelView, no_channels
from relay.management.resources.dead_letters import (
    DeadLetters,
    DeliveryView,
    no_deliveries,
)
from relay.management.resources.deployment_history import DeploymentHistory
from relay.management.resources.deployments import Deployments
from relay.management.resources.expressions import Expressions
from relay.management.resources.gateway import NO_GATEWAY, Gateway
from relay.management.resources.health import Health, HealthView, no_health
from relay.management.resources.instances import Instances, ThisInstance
from relay.management.resources.migration import Migration
from relay.management.resources.node import Node, NodeView, no_checks
from relay.management.resources.pictures import Pictures
from relay.management.resources.plans import Plans
from relay.management.resources.plugins import Plugins
from relay.management.resources.probes import Prober, Probes, no_prober
from relay.management.resources.rollback import Rollback
from relay.management.resources.search import Search
from relay.management.resources.trials import Trials
from relay.management.traffic.analytics import ApiAnalytics
from relay.management.traffic.logs import Flush, Logs, nothing_waits
from relay.management.traffic.totals import ApiTotals
from relay.management.tryit.resource import TryIt
from relay.model.secrets import Masking
from relay.settings.schema import Settings
from relay.store.store import Store


class ManagementSite(RestSite):
    """A factory of connections to the management API.

    :param store: started.
    :param catalog: parses and checks definitions.
    :param settings: ``management``, ``console``, and the head timeout of the gateway.
    :param authentication: authenticates users.
    :param passwords: hashes passwords of new users; started.
    :param reactor: for the timeouts.
    :param gateway_urls: returns the URLs of the gateway, best first.
    :param channels: returns the open channels of an API.
    :param health: returns the results of its health checks.
    :param deliveries: returns the delivery of a subscription.
    :param gateway: tries deployments, and reports when they are served.
    :param node: returns the checks of the process.
    :param flush: writes the flight records that wait.
    :param technical: the resources of the technical API, which users also reach here.
    :param prober: makes probes of targets.
    :param pages: the console, which is served unless the settings switch it off.
    :param instance: the gateway of this process; None for a process without one.
    :param fetch: gets definitions from URLs.
    """

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        settings: Settings,
        authentication: Authenticator,
        passwords: Passwords,
        reactor: IReactorTime,
        gateway_urls: Callable[[], list[str]],
        channels: ChannelView = no_channels,
        health: HealthView = no_health,
        deliveries: DeliveryView = no_deliveries,
        gateway: Gateway = NO_GATEWAY,
        node: NodeView = no_checks,
        flush: Flush = nothing_waits,
        technical: Families | None = None,
        prober: Prober = no_prober,
        pages: Pages | None = None,
        instance: ThisInstance | None = None,
        fetch: Fetch = no_fetch,
    ) -> None:
        self._console = pages
        masking = Masking(catalog.type_of)
        self._sessions = Sessions(store, settings.console, authentication)
        trials = Trials(gateway, reactor)
        group_trials = GroupTrials(gateway, reactor)
        imports = Imports(store, catalog, trials, fetch)
        environment = Families(
            masking,
            Apis(store, catalog),
            imports,
            SwaggerImports(store, imports, fetch),
            Exports(store),
            Migration(store),
            Search(store),
            Deployments(store, gateway_urls, trials),
            DeploymentHistory(store, masking),
            Rollback(store, catalog, masking),
            Plans(store, catalog),
            Probes(catalog, prober, reactor),
            TryIt(store, gateway.own, gateway_urls, settings.gateway.api_key_header),
            Pictures(store),
            Channels(store, channels),
            Health(store, health, gethostname()),
            Instances(store, instance),
            Audits(store),
            Applications(store, catalog),
            Subscriptions(store, catalog),
            ApiKeys(store),
            DeadLetters(store, deliveries),
            SharedPolicyGroups(store, catalog, group_trials),
            Logs(store, flush),
            ApiAnalytics(store, flush),
            ApiTotals(store, flush),
        )
        installation = Families(
            masking,
            Plugins(catalog),
            Expressions(),
            Users(store, passwords, authentication),
            Tokens(store),
            SessionPaths(self._sessions),
            Node(node),
        )
        automation = Families(
            masking,
            AutomationApis(store, catalog, trials),
            AutomationSubscriptions(store, catalog),
            AutomationApplications(store),
            AutomationPolicyGroups(store, catalog, group_trials),
        )
        sections = [
            Section("/management/v2/environments/DEFAULT", tuple(environment.by_class)),
            Section("/management/v2", tuple(installation.by_class)),
            Section(
                "/automation/organizations/DEFAULT/environments/DEFAULT",
                tuple(automation.by_class),
            ),
        ]
        if technical is not None:
            sections.append(Section(f"/{NODE}", tuple(technical.by_class)))
        self.sections = tuple(sections)
        """All that is served, as the OpenAPI document describes it."""
        self._reference = ReferencePages(self.sections, reactor)
        self._root = ManagementRoot(
            _guard(settings),
            authentication,
            self._sessions if settings.console.enabled else None,
            environment.resource(),
            installation.resource(),
            automation.resource(),
            None if technical is None else technical.resource(),
            self._pages(settings),
        )
        super().__init__(
            self._root,
            reactor,
            settings.gateway.head_timeout_ms,
            settings.management.max_body_bytes,
        )

    def take(self, settings: Settings) -> None:
        """Take other settings, for the next requests."""
        self._root.guard = _guard(settings)
        self._sessions.settings = settings.console
        enabled = settings.console.enabled
        self._root.sessions = self._sessions if enabled else None
        self._root.pages = self._pages(settings)
        self.head_timeout_ms = settings.gateway.head_timeout_ms
        self.max_body_bytes = settings.management.max_body_bytes

    def _pages(self, settings: Settings) -> tuple[Pages, ...]:
        if self._console is None or not settings.console.enabled:
            return (self._reference,)
        return (self._reference, self._console)


def _guard(settings: Settings) -> Guard:
    return Guard(settings.management.hosts, "management.hosts")
