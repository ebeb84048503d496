"""The gateway of this process, as the management API uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred, succeed

from relay.management.tryit.calls import NoGateway, OwnGateway
from relay.model.records import Deployment, ServingReport
from relay.reactor.settled import Soon


def _takes_all(deployment: Deployment) -> None:
    """Accept any deployment, in a process without a gateway."""


def _at_once(api_id: str, number: int | None) -> Deferred[ServingReport | None]:
    return succeed(None)


_NO_CALLS = NoGateway()


@dataclass(frozen=True, slots=True)
class Gateway:
    """The functions of the gateway; by default those of a process without one."""

    try_out: Callable[[Deployment], Soon[None]] = _takes_all
    """Makes a deployment ready and drops it. Raises ``ValueError`` or ``OSError`` with
    a message for people when the deployment cannot be served."""
    reached: Callable[[str, int | None], Deferred[ServingReport | None]] = _at_once
    """Takes an API's id and the number of a deployment, or None for none; fires when
    the gateway has dealt with that deployment, with what came of it. Can be cancelled.
    """
    own: OwnGateway = _NO_CALLS
    """Makes calls to the listeners of the gateway."""


NO_GATEWAY = Gateway()
