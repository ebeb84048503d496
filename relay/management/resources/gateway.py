"""The gateway of this process, as far as the management API asks it anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred, succeed

from relay.model.records import Deployment, ServingReport


def _takes_all(deployment: Deployment) -> None:
    """Nothing here could refuse a deployment."""


def _at_once(api_id: str, number: int | None) -> Deferred[ServingReport | None]:
    return succeed(None)


@dataclass(frozen=True, slots=True)
class Gateway:
    """What the management API asks of the gateway; by default there is none."""

    try_out: Callable[[Deployment], None] = _takes_all
    """Makes a deployment ready and drops it. It raises ``ValueError`` or ``OSError``,
    whose text is for people, when the deployment cannot be served."""
    reached: Callable[[str, int | None], Deferred[ServingReport | None]] = _at_once
    """Takes an API's id and the number of a deployment, or None for none; fires when
    the gateway has dealt with that deployment, with what came of it. Can be cancelled.
    """


NO_GATEWAY = Gateway()
