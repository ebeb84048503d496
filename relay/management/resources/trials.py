"""Deployments before they are stored: their content, and their trial by a gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import TimeoutError as WaitedTooLong
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.management.resources.apis import check_paths_free
from relay.management.resources.gateway import Gateway
from relay.management.resources.representations import plan_json
from relay.model.api import lifecycle
from relay.model.api.differences import comparable
from relay.model.api.lifecycle import ActionRefused
from relay.model.records import ApiRecord, Deployment
from relay.reactor.settled import settled
from relay.store.transaction import Transaction

WAIT_S = 5.0
"""Time for which a response waits for the gateway of this process."""
MOST_TRIALS = 5
"""Number of trials of a deployment whose API changes meanwhile."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A deployment to put into force."""

    definition: dict[str, Any]
    plans: tuple[dict[str, Any], ...]
    number: int
    is_new: bool
    """Whether it must still be stored."""

    def is_same(self, other: Candidate) -> bool:
        """Return whether the other puts the same content into force."""
        return (self.number, self.is_new) == (other.number, other.is_new) and (
            comparable(self.definition, self.plans)
            == comparable(other.definition, other.plans)
        )


class Trials:
    """
    Tries deployments on a gateway, and waits until it serves them.

    :param gateway: the gateway of this process.
    :param reactor: for the timeouts.
    """

    _log = Logger()

    def __init__(self, gateway: Gateway, reactor: IReactorTime) -> None:
        self._gateway = gateway
        self._reactor = reactor

    async def try_out(self, api_id: str, tried: Candidate) -> None:
        """
        Build what the gateway would serve, and drop it.

        :raises ActionRefused: when the gateway could not serve it.
        """
        deployment = Deployment(
            "", api_id, tried.number, None, tried.definition, tried.plans, 0
        )
        try:
            await settled(self._gateway.try_out(deployment))
        except (ValueError, OSError) as error:
            raise _unservable(api_id, str(error) or type(error).__name__) from None
        except Exception:
            self._log.failure(
                "API {api_id}: a deployment cannot be tried",
                failure=Failure(),
                api_id=api_id,
            )
            raise _unservable(api_id, "an internal error, see the log") from None

    async def wait(self, api_id: str, number: int | None) -> None:
        """
        Wait until the gateway serves a deployment that is stored, for at most
        :data:`WAIT_S`.

        :param number: of the deployment; None for an API that is stopped or deleted.
        :raises ActionRefused: when the gateway has refused it.
        """
        waiting = self._gateway.reached(api_id, number)
        try:
            report = await waiting.addTimeout(WAIT_S, self._reactor)
        except WaitedTooLong:
            # The deployment is stored, and the gateway serves it as soon as possible.
            return
        if report is not None and report.number == number and report.reason:
            raise _unservable(api_id, report.reason)


def to_start(tx: Transaction, api: ApiRecord) -> Candidate:
    """
    Return the newest deployment of an API; without one, what is saved.

    :raises ActionRefused: when the API cannot be started.
    :raises Invalid: when another API has one of its paths.
    """
    lifecycle.check_start(api, tx.plans.list(api.id))
    newest = tx.deployments.latest(api.id)
    if newest is None:
        return _snapshot(tx, api, 1)
    _check_paths_free(tx, newest.definition, api.id)
    return Candidate(newest.definition, newest.plans, newest.number, is_new=False)


def to_deploy(tx: Transaction, api: ApiRecord) -> Candidate:
    """
    Return what is saved as the next deployment of an API.

    :raises ActionRefused: when the API cannot be deployed.
    :raises Invalid: when another API has one of its paths.
    """
    lifecycle.check_deploy(api, tx.plans.list(api.id))
    newest = tx.deployments.latest(api.id)
    return _snapshot(tx, api, 1 if newest is None else newest.number + 1)


def _snapshot(tx: Transaction, api: ApiRecord, number: int) -> Candidate:
    _check_paths_free(tx, api.definition, api.id)
    served = lifecycle.served(tx.plans.list(api.id))
    lifecycle.check_resources(api, served)
    lifecycle.check_plans_reached(api, served)
    plans = tuple(plan_json(plan) for plan in served)
    return Candidate({**api.definition, "id": api.id}, plans, number, is_new=True)


def _check_paths_free(tx: Transaction, definition: dict[str, Any], api_id: str) -> None:
    # Another API may use the paths since this API was stopped or deployed.
    check_paths_free(tx, lifecycle.places(definition), api_id)


def _unservable(api_id: str, reason: str) -> ActionRefused:
    return ActionRefused(
        f"The deployment cannot be served: {reason}",
        "api.deployment.refused",
        api=api_id,
        reason=reason,
    )
