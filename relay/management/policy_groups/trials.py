"""The trial of a version of a shared policy group before it is deployed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.management.resources.gateway import Gateway
from relay.model.api.lifecycle import ActionRefused
from relay.model.policy_groups.records import SharedPolicyGroupRecord
from relay.model.records import Deployment
from relay.reactor.settled import settled
from relay.reactor.turns import STREAMS, turns_of
from relay.store.transaction import Transaction


class GroupTrials:
    """
    Tries the deployments that use a group.

    :param gateway: the gateway of this process.
    :param reactor: divides many trials over turns.
    """

    _log = Logger()

    def __init__(self, gateway: Gateway, reactor: IReactorTime) -> None:
        self._gateway = gateway
        self._reactor = reactor

    async def try_out(
        self, group: SharedPolicyGroupRecord, users: Sequence[Deployment]
    ) -> None:
        """
        Try all deployments that use a group with its next version.

        :raises ActionRefused: when one of them could not be served.
        """
        next_one = group.put_in_force(0).in_force()
        reasons: list[tuple[Deployment, str]] = []
        turns = turns_of(self._reactor, STREAMS)
        for deployment in users:
            has_time: Deferred[None] = Deferred()
            turns.each([partial(has_time.callback, None)])
            await has_time
            groups = {**deployment.groups, group.cross_id: next_one}
            try:
                tried = self._gateway.try_out(replace(deployment, groups=groups))
                await settled(tried)
            except (ValueError, OSError) as error:
                reasons.append((deployment, str(error) or type(error).__name__))
            except Exception:
                reasons.append((deployment, "an internal error, see the log"))
                self._log.failure(
                    "API {api_id}: shared policy group {group} cannot be tried",
                    failure=Failure(),
                    api_id=deployment.api_id,
                    group=group.cross_id,
                )
        if reasons:
            deployment, reason = reasons[0]
            raise ActionRefused(
                f"API [{deployment.api_id}] could not be served with the shared policy"
                f" group: {reason}",
                "sharedPolicyGroup.refused",
                api=deployment.api_id,
                reason=reason,
            )


def users_of(tx: Transaction, cross_id: str) -> list[Deployment]:
    """Return the deployments in force that use a group."""
    users = [tx.deployments.active(one) for one in tx.group_uses.deployed(cross_id)]
    return [one for one in users if one is not None]
