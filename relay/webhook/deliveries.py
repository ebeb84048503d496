"""
All deliveries of this process, started and stopped with subscriptions and deployments.

After each change the deliveries that are to run are compared with those that run. Each
subscription is delivered once, and a delivery that is to run differently has ended
before its successor is started.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from relay.channel.ownership import Owners
from relay.gateway.push import PushedApi
from relay.gateway.services import Services
from relay.model.consumers.records import Entitlement
from relay.observability.access import DeliveryRecord
from relay.outbound import Outbound
from relay.plans.consumers import in_force
from relay.webhook.assignment import Assignment
from relay.webhook.attempt_result import AttemptResult
from relay.webhook.courier import Courier
from relay.webhook.delivery import Delivery
from relay.webhook.event import OutgoingEvent
from relay.webhook.progress import Progress, ProgressStore
from relay.webhook.turns import Turns

GRACE_S = 0.6
"""How long a running attempt may take after its subscription has ended, in seconds."""
LONGEST_WAIT_S = 60.0
"""The longest interval, in seconds, between checks of which subscriptions begin or end
by their dates."""


class Deliveries(Service):
    """
    Delivers the events of all subscriptions that this process is to deliver.

    :param drain_ms: how long attempts may still take when the service stops.
    :param owners: where the leases of subscriptions are kept, by which one of several
        processes with the same channels delivers; None if there is no other.
    """

    log = Logger()

    def __init__(
        self,
        services: Services,
        store: ProgressStore,
        outbound: Outbound,
        drain_ms: int,
        owners: Owners | None = None,
    ) -> None:
        self._clock = services.reactor
        self._wall_ms = services.wall_ms
        self._consumers = services.consumers
        self._access = services.access
        self._outbound = outbound
        self.drain_ms = drain_ms
        self._progress = Progress(services.reactor, store)
        self._turns = Turns(services.reactor, owners, self._turn_moved)
        self._apis: dict[str, PushedApi] = {}
        self._running: dict[str, tuple[Hashable, Delivery]] = {}
        self._ending: dict[str, Deferred[None]] = {}
        self._broken: dict[str, Hashable] = {}
        """The keys of assignments that cannot be started, by subscription."""
        self._timer: IDelayedCall | None = None
        self._drained = False
        services.consumers.on_pushed = self._changed

    def begin(self, api: PushedApi) -> None:
        """
        Deliver the events of an API.

        :param api: a deployment, which replaces the one before.
        """
        self._apis[api.id] = api
        if api.lease is not None:
            api.lease.on_change = lambda: self._moved(api)
        self._reconcile(api.id)

    def end(self, api: PushedApi) -> Deferred[None]:
        """
        Stop the deliveries of a deployment, unless another one has replaced it.

        :return: fires when the last attempt is over and all states are stored.
        """
        if self._apis.get(api.id) is not api:
            return succeed(None)
        del self._apis[api.id]
        self._reconcile(api.id)
        return self._quiet(api.id)

    def stopService(self) -> Deferred[None]:
        """
        Start nothing more, and let running attempts end.

        :return: fires when all are over and all states are stored.
        """
        super().stopService()
        self._drained = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for subscription_id in list(self._running):
            self._stop(subscription_id, self.drain_ms / 1000)
        return self._quiet(None).addCallback(lambda _: self._turns.close())

    def view(self, subscription_id: str) -> dict[str, Any] | None:
        """
        Describe a delivery for the management API.

        :return: None when this process does not deliver the subscription.
        """
        running = self._running.get(subscription_id)
        return None if running is None else running[1].as_json()

    @property
    def under_way(self) -> list[Delivery]:
        """The deliveries of this process."""
        return [delivery for _, delivery in self._running.values()]

    def _quiet(self, api_id: str | None) -> Deferred[None]:
        waiting = [
            done
            for subscription_id, done in self._ending.items()
            if api_id is None
            or self._running[subscription_id][1].assignment.api.id == api_id
        ]
        over: Deferred[None] = Deferred()
        ended = DeferredList([_beside(one) for one in waiting])
        ended.addCallback(lambda _: self._progress.flush())
        ended.addBoth(lambda _: over.callback(None))
        return over

    def _changed(self, subscription: Entitlement) -> None:
        running = self._running.get(subscription.subscription_id)
        if running is not None:
            running[1].look_for_replays()
        self._reconcile(subscription.api_id)

    def _moved(self, api: PushedApi) -> None:
        """Act on a change of the lease of an API."""
        if self._apis.get(api.id) is api or api.id not in self._apis:
            if not api.here:
                for subscription_id, (_, delivery) in list(self._running.items()):
                    if delivery.assignment.api.id == api.id:
                        self._stop(subscription_id, 0)
                self._progress.forget(api.id)
            self._reconcile(api.id)

    def _turn_moved(self, api_id: str, subscription_id: str) -> None:
        """Act on a change of the lease of a subscription."""
        if not self._turns.has(subscription_id, api_id):
            self._stop(subscription_id, 0)
            self._progress.forget_one(subscription_id)
        self._reconcile(api_id)

    def _give_back(self, subscription_id: str, api_id: str) -> None:
        """Let another process deliver a subscription, once its state is stored."""

        def flushed(_: None) -> None:
            if subscription_id not in self._running:
                self._progress.forget_one(subscription_id)
                self._turns.give_back(subscription_id, api_id)

        api = self._apis.get(api_id)
        if api is not None and not api.here:
            # Other processes have the channels, and have stored newer states.
            flushed(None)
        else:
            self._progress.flush().addCallback(flushed)

    def _reconcile(self, api_id: str) -> None:
        """Run the deliveries of an API that are to run, and no others."""
        if self._drained:
            # All are ending, each within ``drain_ms``.
            return
        wanted: dict[str, tuple[Hashable, PushedApi, Entitlement]] = {}
        due: set[str] = set()
        api = self._apis.get(api_id)
        if api is not None and api.here:
            for one in self._consumers.pushed(api_id):
                if self._is_due(api, one):
                    due.add(one.subscription_id)
                    if self._turns.take(one.subscription_id, api_id):
                        key = Assignment.key(api, one)
                        wanted[one.subscription_id] = (key, api, one)
            self._expect_next()
        for subscription_id, (key, delivery) in list(self._running.items()):
            if delivery.assignment.api.id == api_id and (
                subscription_id not in wanted
                or wanted[subscription_id][0] != key
                or delivery.gave_up
            ):
                self._stop(subscription_id, GRACE_S)
        for subscription_id, found in wanted.items():
            if subscription_id not in self._running:
                self._start(*found)
        for subscription_id in self._turns.of(api_id):
            if subscription_id not in due and subscription_id not in self._running:
                self._give_back(subscription_id, api_id)

    def _is_due(self, api: PushedApi, one: Entitlement) -> bool:
        configuration = one.consumer_configuration or {}
        return (
            one.plan_id in api.plan_ids
            and one.plan_id not in self._consumers.closed_plans
            and not one.failed
            and in_force(one, self._wall_ms())
            and configuration.get("entrypointId") in api.entrypoints
        )

    def _start(self, key: Hashable, api: PushedApi, one: Entitlement) -> None:
        if self._broken.get(one.subscription_id) == key:
            return
        try:
            turn = partial(self._turns.has, one.subscription_id, one.api_id)
            assignment = Assignment.of(api, one, turn)
            courier = Courier(
                self._clock,
                self._wall_ms,
                self._outbound,
                assignment.webhook,
                assignment.options.http,
            )
        except (ValueError, OSError) as error:
            self._broken[one.subscription_id] = key
            self.log.error(
                "API {api_id}: subscription {subscription_id} cannot be delivered:"
                " {error}",
                api_id=one.api_id,
                subscription_id=one.subscription_id,
                error=error,
            )
            return
        except Exception:
            # An unexpected failure of one subscription must not stop the others.
            self._broken[one.subscription_id] = key
            self.log.failure(
                "API {api_id}: subscription {subscription_id} cannot be begun",
                api_id=one.api_id,
                subscription_id=one.subscription_id,
            )
            return
        self._broken.pop(one.subscription_id, None)
        delivery = Delivery(
            assignment,
            self._clock,
            self._wall_ms,
            courier,
            self._progress,
            self._report,
        )
        self._running[one.subscription_id] = (key, delivery)
        delivery.start()

    def _stop(self, subscription_id: str, grace_s: float) -> None:
        running = self._running.get(subscription_id)
        if running is None:
            # It has ended together with another one.
            return
        delivery = running[1]
        if subscription_id in self._ending:
            if grace_s <= 0:
                delivery.stop(0)
            return
        done = self._ending[subscription_id] = Deferred()

        def over(_: None) -> None:
            del self._running[subscription_id], self._ending[subscription_id]
            done.callback(None)
            self._reconcile(delivery.assignment.api.id)

        delivery.stop(grace_s).addCallback(over)

    def _expect_next(self) -> None:
        """Schedule a check for when the next subscription begins or ends."""
        now_ms = self._wall_ms()
        instants = [
            at_ms
            for api_id in self._apis
            for one in self._consumers.pushed(api_id)
            for at_ms in (one.starts_at_ms, one.ends_at_ms)
            if at_ms is not None and at_ms > now_ms
        ]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if instants:
            wait_s = min((min(instants) - now_ms) / 1000, LONGEST_WAIT_S)
            self._timer = self._clock.callLater(wait_s, self._look)

    def _look(self) -> None:
        self._timer = None
        for api_id in list(self._apis):
            self._reconcile(api_id)

    def _report(
        self,
        assignment: Assignment,
        event: OutgoingEvent,
        attempt: int,
        result: AttemptResult,
        next_step: str,
        took_s: float,
    ) -> None:
        one = assignment.subscription
        record = DeliveryRecord(
            api_id=one.api_id,
            plan_id=one.plan_id,
            application_id=one.application_id,
            subscription_id=one.subscription_id,
            entrypoint=assignment.configuration.entrypoint_id,
            event_id=event.id,
            attempt=attempt,
            status=result.status or 0,
            bytes_out=len(event.body),
            duration_ms=round(took_s * 1000),
            result=next_step,
            problem=result.problem or None,
        )
        self._access.delivered(record, self._wall_ms())
        assignment.api.counts.count(next_step)


def _beside(done: Deferred[None]) -> Deferred[None]:
    """Return a Deferred that fires with another one."""
    copy: Deferred[None] = Deferred()
    done.addCallback(copy.callback)
    return copy
