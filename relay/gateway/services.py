"""The services that all exchanges of the gateway share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from relay.gateway.active_grants import ActiveGrants
from relay.gateway.counts import Counts
from relay.gateway.grant_renewal import RenewElsewhere
from relay.observability.access import AccessLog, CurrentAccessLog
from relay.observability.live import LiveExchanges
from relay.observability.observers import AccessLogging, Observers
from relay.plans.consumers import Consumers
from relay.policies.limits.tallies import Tallies
from relay.settings.gateway import GatewaySettings, LimitSettings


@dataclass
class Services:
    """
    The services that all exchanges of the gateway share.

    :param limits: how many exchanges there may be.
    :param access: the access log.
    :param live: the exchanges under way.
    :param observers: of all exchanges; the first are ``live`` and ``access``.
    :param counts: what happens in each API.
    :param consumers: the subscriptions in force.
    :param grants: of the exchanges under way.
    :param tallies: what limits count with, those of policies included.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param renew_elsewhere: renews a stream of another worker of the daemon, by its
        request id; fires with the reason why not, or None. None for one process.
    """

    reactor: IReactorTime
    settings: GatewaySettings
    limits: LimitSettings
    access: CurrentAccessLog
    live: LiveExchanges
    observers: Observers
    counts: Counts
    consumers: Consumers
    grants: ActiveGrants
    tallies: Tallies
    wall_ms: Callable[[], int]
    renew_elsewhere: RenewElsewhere | None = None

    def take(self, settings: GatewaySettings, limits: LimitSettings) -> None:
        """
        Take other settings, for the exchanges that begin from now on.

        :param limits: how many exchanges there may be.
        """
        self.settings, self.limits = settings, limits
        self.grants.take(settings.challenge_ms, settings.revocation == "warn")

    @classmethod
    def assemble(
        cls,
        reactor: IReactorTime,
        settings: GatewaySettings,
        limits: LimitSettings,
        access: AccessLog,
        wall_ms: Callable[[], int],
        tallies: Tallies | None = None,
    ) -> Services:
        """
        Make the other services, and let the grants follow the subscriptions.

        :param limits: how many exchanges there may be.
        :param access: the access log.
        :param wall_ms: the time of day, in milliseconds since the Unix epoch.
        :param tallies: what limits count with; None to count in this process.
        """
        live, consumers = LiveExchanges(), Consumers()
        current = CurrentAccessLog(access)
        warns = settings.revocation == "warn"
        grants = ActiveGrants(reactor, wall_ms, live, settings.challenge_ms, warns)
        consumers.watchers.append(grants)
        observers = Observers(live, AccessLogging(current, wall_ms))
        return cls(
            reactor,
            settings,
            limits,
            current,
            live,
            observers,
            Counts(),
            consumers,
            grants,
            tallies or Tallies.alone(reactor),
            wall_ms,
        )
