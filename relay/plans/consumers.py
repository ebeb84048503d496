"""The subscriptions in force, in memory, so that no call waits for the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Generic, Protocol, TypeVar

from relay.model.consumers.records import Entitlement, KeyState
from relay.plans.verdict import Grant

_T = TypeVar("_T")


class Watcher(Protocol):
    """A listener for changes of the grants that admissions depend on."""

    def revoked(self, key: str) -> None:
        """
        A grant has ended.

        :param key: of a :class:`~relay.plans.verdict.Grant`.
        """

    def moved(self, grant: Grant) -> None:
        """
        The end of a grant has changed.

        :param grant: with its new end.
        """

    def plan_closed(self, plan_id: str) -> None:
        """A plan no longer admits any consumer."""


class _Index(Generic[_T]):
    """
    Subscriptions by plan and credential.

    There may be two subscriptions with one credential for a moment, when one replaces
    the other: removing either keeps the other.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[_T, ...]] = {}

    def find(self, plan_id: str, credential: str) -> _T | None:
        found = self._found.get((plan_id, credential))
        return None if found is None else found[-1]

    def add(self, plan_id: str, credential: str, one: _T) -> None:
        place = plan_id, credential
        self._found[place] = (*self._found.get(place, ()), one)

    def drop(self, plan_id: str, credential: str, one: _T) -> None:
        place = plan_id, credential
        left = [each for each in self._found.pop(place, ()) if each != one]
        if left:
            self._found[place] = tuple(left)


class Consumers:
    """
    The subscriptions in force, by the credentials of their callers.

    They are replaced as the store changes. :attr:`watchers` are notified of each grant
    that has ended or moved.
    """

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []
        self.on_pushed: Callable[[Entitlement], None] | None = None
        """Called when a subscription with a ``consumerConfiguration`` may have changed,
        with its current state, or the last one if it is no longer in force."""
        self.closed_plans: frozenset[str] = frozenset()
        """Closed plans; deployments may still contain them."""
        self._all: dict[str, Entitlement] = {}
        self._by_key: _Index[tuple[Entitlement, KeyState]] = _Index()
        self._by_client: _Index[Entitlement] = _Index()
        self._by_certificate: _Index[Entitlement] = _Index()
        self._pushed: dict[str, dict[str, Entitlement]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def with_key(
        self, plan_id: str, digest: str
    ) -> tuple[Entitlement, KeyState] | None:
        """
        Find the subscription to a plan that an API key belongs to.

        :param digest: the SHA-256 digest of the key.
        """
        return self._by_key.find(plan_id, digest)

    def with_client(self, plan_id: str, client_id: str) -> Entitlement | None:
        """
        Find the subscription to a plan of the application with a client id.
        """
        return self._by_client.find(plan_id, client_id)

    def with_certificate(self, plan_id: str, digest: str) -> Entitlement | None:
        """
        Find the subscription to a plan of the application with a client certificate.

        :param digest: the ``x5t#S256`` of the certificate.
        """
        return self._by_certificate.find(plan_id, digest)

    def pushed(self, api_id: str) -> list[Entitlement]:
        """List the subscriptions to an API that have a ``consumerConfiguration``."""
        return list(self._pushed.get(api_id, {}).values())

    def replace_all(self, entitlements: Mapping[str, Entitlement | None]) -> None:
        """
        Replace all subscriptions.

        :param entitlements: subscriptions in force, by id.
        """
        gone = dict.fromkeys(set(self._all) - set(entitlements))
        self.apply({**entitlements, **gone})

    def apply(self, changes: Mapping[str, Entitlement | None]) -> None:
        """
        Apply changes; other subscriptions stay.

        :param changes: subscriptions by id, None for one that is no longer in force.
        """
        for subscription_id, after in changes.items():
            before = self._all.pop(subscription_id, None)
            if before is not None:
                self._forget(before)
            if after is not None:
                self._all[subscription_id] = after
                self._index(after)
            if before is not None and before != after:
                self._tell(before, after)
            known = after or before
            if known is not None and known.consumer_configuration is not None:
                self._follow(known, after is not None)

    def _follow(self, one: Entitlement, in_force: bool) -> None:
        of_api = self._pushed.setdefault(one.api_id, {})
        of_api.pop(one.subscription_id, None)
        if in_force:
            of_api[one.subscription_id] = one
        elif not of_api:
            del self._pushed[one.api_id]
        if self.on_pushed is not None:
            self.on_pushed(one)

    def close_plans(self, plan_ids: Collection[str]) -> None:
        """
        Add closed plans, which no longer admit any consumer.
        """
        newly = frozenset(plan_ids) - self.closed_plans
        self.closed_plans |= newly
        for watcher in self.watchers:
            for plan_id in newly:
                watcher.plan_closed(plan_id)

    def _index(self, one: Entitlement) -> None:
        for key in one.keys:
            self._by_key.add(one.plan_id, key.digest, (one, key))
        if one.client_id is not None:
            self._by_client.add(one.plan_id, one.client_id, one)
        if one.certificate is not None:
            self._by_certificate.add(one.plan_id, one.certificate, one)

    def _forget(self, one: Entitlement) -> None:
        for key in one.keys:
            self._by_key.drop(one.plan_id, key.digest, (one, key))
        if one.client_id is not None:
            self._by_client.drop(one.plan_id, one.client_id, one)
        if one.certificate is not None:
            self._by_certificate.drop(one.plan_id, one.certificate, one)

    def _tell(self, before: Entitlement, after: Entitlement | None) -> None:
        now = {grant.key: grant for grant in grants_of(after)}
        for grant in grants_of(before):
            if (kept := now.get(grant.key)) is None:
                for watcher in self.watchers:
                    watcher.revoked(grant.key)
            elif kept != grant:
                for watcher in self.watchers:
                    watcher.moved(kept)


def grants_of(one: Entitlement | None) -> Iterable[Grant]:
    """
    List the grants that admissions by a subscription can depend on.

    :param one: None for a subscription that is not in force, which has no grants.
    """
    if one is not None:
        yield subscription_grant(one)
        if one.client_id is not None:
            yield client_grant(one)
        if one.certificate is not None:
            yield certificate_grant(one)
        for key in one.keys:
            if not key.revoked:
                yield key_grant(one, key)


def subscription_grant(one: Entitlement) -> Grant:
    """
    Make the grant of a subscription. Its plan is part of the key: an admission does not
    outlive a change of the plan.
    """
    return Grant(f"subscription:{one.subscription_id}:{one.plan_id}", one.ends_at_ms)


def client_grant(one: Entitlement) -> Grant:
    """Make the grant of the client id of an application."""
    return Grant(f"client:{one.subscription_id}:{one.client_id}")


def certificate_grant(one: Entitlement) -> Grant:
    """Make the grant of the client certificate of an application."""
    return Grant(f"certificate:{one.subscription_id}:{one.certificate}")


def key_grant(one: Entitlement, key: KeyState) -> Grant:
    """
    Make the grant of an API key.

    :param one: the subscription that the key belongs to.
    """
    return Grant(f"key:{one.subscription_id}:{key.digest}", key.expires_at_ms)


def in_force(one: Entitlement, now_ms: int) -> bool:
    """
    Whether a subscription has begun and not ended.

    :param now_ms: the time, in milliseconds since the Unix epoch.
    """
    return (one.starts_at_ms is None or one.starts_at_ms <= now_ms) and (
        one.ends_at_ms is None or now_ms < one.ends_at_ms
    )
