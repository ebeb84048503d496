"""The subscriptions in force, in memory: no call asks the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Generic, Protocol, TypeVar

from relay.model.consumers.records import Entitlement, KeyState
from relay.plans.verdict import Grant

_T = TypeVar("_T")


class Watcher(Protocol):
    """What is told when something that admissions rest on has changed."""

    def revoked(self, key: str) -> None:
        """
        It is no more.

        :param key: a :class:`~relay.plans.verdict.Grant`'s.
        """

    def moved(self, grant: Grant) -> None:
        """
        It ends at another time than before.

        :param grant: with its new end.
        """

    def plan_closed(self, plan_id: str) -> None:
        """
        A plan lets nobody in any more.

        :param plan_id: the plan.
        """


class _Index(Generic[_T]):
    """
    What credentials are for, under the plan by which they come.

    Two subscriptions may be there for one credential for a moment, as when one takes
    the place of another; whichever goes, the other stays.
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
    Who may call which API by which plan.

    What is in it is replaced as the store changes; whoever was let in by something
    that is no more is told to :attr:`watchers`.
    """

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []
        self.on_pushed: Callable[[Entitlement], None] | None = None
        """Told whenever something of a subscription whose events are sent to it may
        have changed, with what it was, or is now."""
        self.closed_plans: frozenset[str] = frozenset()
        """Plans that are closed, though a deployment may still have them."""
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
        Find the subscription that a key is for.

        :param plan_id: the plan by which it comes.
        :param digest: the SHA-256 digest of the key.
        """
        return self._by_key.find(plan_id, digest)

    def with_client(self, plan_id: str, client_id: str) -> Entitlement | None:
        """
        Find the subscription of the application that a token names.

        :param plan_id: the plan by which it comes.
        :param client_id: the application's.
        """
        return self._by_client.find(plan_id, client_id)

    def with_certificate(self, plan_id: str, digest: str) -> Entitlement | None:
        """
        Find the subscription of the application that has a client certificate.

        :param plan_id: the plan by which it comes.
        :param digest: the ``x5t#S256`` of the certificate.
        """
        return self._by_certificate.find(plan_id, digest)

    def pushed(self, api_id: str) -> list[Entitlement]:
        """
        List the subscriptions of an API whose events are sent to them.

        :param api_id: the API.
        """
        return list(self._pushed.get(api_id, {}).values())

    def replace_all(self, entitlements: Mapping[str, Entitlement | None]) -> None:
        """
        Know exactly these.

        :param entitlements: subscriptions in force, by id.
        """
        gone = dict.fromkeys(set(self._all) - set(entitlements))
        self.apply({**entitlements, **gone})

    def apply(self, changes: Mapping[str, Entitlement | None]) -> None:
        """
        Know what has changed; the rest stays as it is.

        :param changes: subscriptions by id, None for one that is not in force.
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
        Let nobody in by plans any more.

        :param plan_ids: all plans that are closed.
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
    Give all that admissions can rest on.

    :param one: a subscription, None for one that is not in force.
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
    Name a subscription as something to rest on: under its plan, which says what whoever
    was let in may do.

    :param one: the subscription.
    """
    return Grant(f"subscription:{one.subscription_id}:{one.plan_id}", one.ends_at_ms)


def client_grant(one: Entitlement) -> Grant:
    """
    Name the client of an application as something to rest on.

    :param one: the subscription.
    """
    return Grant(f"client:{one.subscription_id}:{one.client_id}")


def certificate_grant(one: Entitlement) -> Grant:
    """
    Name the certificate of an application as something to rest on.

    :param one: the subscription.
    """
    return Grant(f"certificate:{one.subscription_id}:{one.certificate}")


def key_grant(one: Entitlement, key: KeyState) -> Grant:
    """
    Name an API key as something to rest on.

    :param one: the subscription that it is for.
    :param key: the key.
    """
    return Grant(f"key:{one.subscription_id}:{key.digest}", key.expires_at_ms)


def in_force(one: Entitlement, now_ms: int) -> bool:
    """
    Whether a subscription has begun and not ended.

    :param one: the subscription.
    :param now_ms: the time, in milliseconds since the Unix epoch.
    """
    return (one.starts_at_ms is None or one.starts_at_ms <= now_ms) and (
        one.ends_at_ms is None or now_ms < one.ends_at_ms
    )
