"""What a call brings to a stream whose grants it renews, in any worker of a daemon."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from twisted.internet.defer import Deferred

from relay.gateway.active_grants import ActiveGrants, Admitted
from relay.http.refusals import Refusal
from relay.plans.verdict import Grant

NO_STREAM = Refusal(
    404,
    "STREAM_NOT_FOUND",
    "This daemon has no such stream that could be renewed; another one may have it",
)
ANOTHERS = Refusal(
    403, "STREAM_OF_ANOTHER", "The stream is not one of this subscription"
)


class Renewal(NamedTuple):
    """
    What a call brings to a stream.

    :param api_id: of the API that was called.
    :param holder: the plan, the application, the subscription and the user of the call,
        which are to be those of the stream.
    :param grants: those of the call.
    """

    api_id: str
    holder: tuple[str | None, ...]
    grants: tuple[Grant, ...]


RenewElsewhere = Callable[[str, Renewal], Deferred[Refusal | None]]
"""Renews a stream of another worker, by its request id; fires with the reason why not,
or with None."""


def renew_here(
    grants: ActiveGrants, request_id: str, renewal: Renewal
) -> Refusal | None:
    """
    Replace the grants of a stream of this process.

    :return: why not; None when they are replaced.
    """
    stream = grants.find(request_id)
    if stream is None or stream.record.api_id != renewal.api_id:
        return NO_STREAM
    if holder_of(stream) != renewal.holder:
        return ANOTHERS
    grants.renew(stream, renewal.grants)
    return None


def holder_of(exchange: Admitted) -> tuple[str | None, ...]:
    """Return the plan, the application, the subscription and the user."""
    admission = exchange.admission
    assert admission is not None
    return (
        admission.plan_id,
        admission.application_id,
        admission.subscription_id,
        admission.attributes.get("user"),
    )
