"""How calls of the Automation API name objects: by hrid or, if they say so, by id."""

from __future__ import annotations

from typing import TypeVar

from relay.management.http.errors import NotFound
from relay.management.http.parameters import Flag
from relay.management.http.routing import RestCall
from relay.model.consumers.records import ApplicationRecord, SubscriptionRecord
from relay.model.policy_groups.records import SharedPolicyGroupRecord
from relay.model.records import ApiRecord, PlanRecord
from relay.store.transaction import Transaction

Found = TypeVar("Found")

_WHAT = "Whether the `hrid` {} is an id."
BY_ID = Flag("hridContainsUUID", _WHAT.format("of the object"))
API_BY_ID = Flag("hridContainsApiUUID", _WHAT.format("of the API"))
APPLICATION_BY_ID = Flag("hridContainsAppUUID", _WHAT.format("of the application"))


def by_id(call: RestCall) -> bool:
    """Return whether a call names its object by the id."""
    return call.query.flag(BY_ID.name)


def find_api(tx: Transaction, name: str, is_id: bool) -> ApiRecord:
    """
    :raises NotFound: when there is no such API.
    """
    found = tx.apis.get(name) if is_id else tx.apis.with_hrid(name)
    return existing(found, name)


def find_any_api(tx: Transaction, name: str) -> ApiRecord:
    """
    Return the API with a hrid; without one, the API with the id.

    :raises NotFound: when there is neither.
    """
    return existing(tx.apis.with_hrid(name) or tx.apis.get(name), name)


def find_application(tx: Transaction, name: str, is_id: bool) -> ApplicationRecord:
    """
    :raises NotFound: when there is no such application, or it is archived.
    """
    if not is_id:
        return existing(tx.applications.with_hrid(name), name)
    found = existing(tx.applications.get(name), name)
    return existing(found if found.status == "ACTIVE" else None, name)


def find_group(tx: Transaction, name: str, is_id: bool) -> SharedPolicyGroupRecord:
    """
    :raises NotFound: when there is no such shared policy group.
    """
    found = tx.policy_groups.get(name) if is_id else tx.policy_groups.with_hrid(name)
    return existing(found, name)


def find_plan(tx: Transaction, api: ApiRecord, name: str, is_id: bool) -> PlanRecord:
    """
    :raises NotFound: when the API has no such plan.
    """
    found = tx.plans.get(api.id, name) if is_id else tx.plans.with_hrid(name, api.id)
    return existing(found, name)


def find_subscription(
    tx: Transaction, api: ApiRecord, name: str, is_id: bool
) -> SubscriptionRecord:
    """
    :raises NotFound: when there is no such subscription to the API, or it has ended.
    """
    if not is_id:
        return existing(tx.subscriptions.with_hrid(name, api.id), name)
    found = existing(tx.subscriptions.get(api.id, name), name)
    return existing(found if found.is_open else None, name)


def existing(found: Found | None, name: str) -> Found:
    """
    :param name: by which the object was looked for.
    :raises NotFound: when it was not found.
    """
    if found is None:
        raise NotFound(
            f"HRID [{name}] cannot be found.", "hrid.notFound", {"hrid": name}
        )
    return found
