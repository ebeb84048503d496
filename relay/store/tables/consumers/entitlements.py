"""The facts about subscriptions by which gateways admit callers."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, select, true

from relay.model.api.lifecycle import security_type
from relay.model.consumers.application import certificate_of, client_id_of
from relay.model.consumers.records import Entitlement, KeyState
from relay.store.schema import api_keys, applications, plans, subscriptions

_AT_ONCE = 500
"""How many ids one statement names."""


class Entitlements:
    """Subscriptions in force, with their keys, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> dict[str, Entitlement | None]:
        """Return every subscription in force, by its id."""
        return {**self._read(true())}

    def of(self, ids: Iterable[str]) -> dict[str, Entitlement | None]:
        """Return subscriptions by their ids, ``None`` for one that is not in force."""
        found: dict[str, Entitlement | None] = dict.fromkeys(ids)
        wanted = list(found)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            found.update(self._read(subscriptions.c.id.in_(some)))
        return found

    def _read(self, which: ColumnElement[bool]) -> dict[str, Entitlement]:
        in_force = which & (subscriptions.c.status == "ACCEPTED")
        keys = self._keys(in_force)
        rows = self._connection.execute(
            select(
                subscriptions.c.id,
                subscriptions.c.api_id,
                subscriptions.c.plan_id,
                subscriptions.c.application_id,
                subscriptions.c.starting_at_ms,
                subscriptions.c.ending_at_ms,
                subscriptions.c.consumer_configuration,
                subscriptions.c.consumer_status,
                subscriptions.c.metadata,
                applications.c.definition,
            )
            .join(applications, applications.c.id == subscriptions.c.application_id)
            .where(in_force, applications.c.status == "ACTIVE")
        )
        return {
            row.id: Entitlement(
                row.id,
                row.api_id,
                row.plan_id,
                row.application_id,
                row.starting_at_ms,
                row.ending_at_ms,
                tuple(keys[row.id]),
                client_id_of(row.definition),
                certificate_of(row.definition),
                row.definition.get("settings") or {},
                row.consumer_configuration,
                row.consumer_status == "FAILURE",
                row.definition["name"],
                row.metadata or {},
            )
            for row in rows
        }

    def _keys(self, which: ColumnElement[bool]) -> dict[str, list[KeyState]]:
        """Return the keys of each subscription: its own, and its application's."""
        own = api_keys.c.subscription_id == subscriptions.c.id
        shared = api_keys.c.subscription_id.is_(None) & (
            api_keys.c.application_id == subscriptions.c.application_id
        )
        found: dict[str, list[KeyState]] = defaultdict(list)
        for belongs in (own, shared):
            rows = self._connection.execute(
                select(
                    subscriptions.c.id,
                    subscriptions.c.plan_id,
                    api_keys.c.digest,
                    api_keys.c.expire_at_ms,
                    api_keys.c.revoked_at_ms,
                )
                .join(api_keys, belongs)
                .where(which)
            ).all()
            if belongs is shared and rows:
                by_key = self._plans_for_keys(which)
                rows = [row for row in rows if row.plan_id in by_key]
            for row in rows:
                found[row.id].append(
                    KeyState(
                        row.digest, row.expire_at_ms, row.revoked_at_ms is not None
                    )
                )
        return found

    def _plans_for_keys(self, which: ColumnElement[bool]) -> set[str]:
        """Return the plans that a shared key is for."""
        rows = self._connection.execute(
            select(plans.c.id, plans.c.definition).where(
                plans.c.id.in_(select(subscriptions.c.plan_id).where(which))
            )
        )
        return {row.id for row in rows if security_type(row.definition) == "API_KEY"}
