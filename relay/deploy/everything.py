"""All that a gateway serves, read from the store in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from relay.model.consumers.records import Entitlement
from relay.model.records import Deployment, ServingReport
from relay.store.transaction import Transaction


class Everything(NamedTuple):
    """
    Subscriptions and deployments.

    :param entitlements: subscriptions in force, by id.
    :param closed_plans: plans that were closed or deleted after they were deployed.
    :param deployments: the active deployment of every started API.
    :param reported: the last reports of this gateway, by API id.
    :param in_force: by API id, an older deployment that this gateway served instead of
        the active one.
    """

    entitlements: dict[str, Entitlement | None]
    closed_plans: frozenset[str]
    deployments: list[Deployment]
    reported: dict[str, ServingReport]
    in_force: dict[str, Deployment]


def read_everything(gateway_id: str, tx: Transaction) -> Everything:
    """
    Read everything.

    :param gateway_id: the id of this gateway among all on the store.
    """
    deployments = tx.deployments.all_active()
    closed = closed_plans(deployments, tx.plans.served())
    reported = tx.gateways.made_by(gateway_id)
    in_force: dict[str, Deployment] = {}
    for one in deployments:
        made = reported.get(one.api_id)
        if made is not None and made.serving not in (None, one.number):
            older = tx.deployments.numbered(one.api_id, made.serving)
            if older is not None:
                in_force[one.api_id] = older
    closed |= closed_plans(in_force.values(), tx.plans.served())
    return Everything(tx.entitlements.all(), closed, deployments, reported, in_force)


def closed_plans(
    deployments: Iterable[Deployment], served: frozenset[str]
) -> frozenset[str]:
    """
    Return the plans that were closed or deleted after they were deployed.

    :param served: the plans that are neither.
    """
    deployed = (plan["id"] for one in deployments for plan in one.plans)
    return frozenset(deployed) - served
