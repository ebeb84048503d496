"""Failover: the options of calls whose endpoint does not answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, Strict

from relay.model.schema.base import Options
from relay.model.schema.types.condition import condition
from relay.model.schema.types.keywords import MS
from relay.model.schema.types.scalars import LONGEST_MS, Flag, Integral


def _condition(value: str | None) -> str | None:
    return condition(value) if value else None


class FailoverOptions(Options):
    """Calls that failed before their head are tried again, at the next endpoint."""

    enabled: Flag = False
    """Failed calls are tried again."""
    max_retries: Annotated[int, Strict(), Field(ge=0, le=100), Integral] = 2
    """How often a call is tried again."""
    slow_call_duration: Annotated[
        int, Strict(), Field(ge=50, le=LONGEST_MS), Integral, MS
    ] = 2000
    """The time from the request until the head of the response, in one try; it is given
    up after that. The time in which the client sends its body does not count."""
    open_state_duration: Annotated[
        int, Strict(), Field(ge=500, le=LONGEST_MS), Integral, MS
    ] = 10_000
    """The time for which nothing is called once too many calls have failed."""
    max_failures: Annotated[int, Strict(), Field(ge=1, le=1_000_000), Integral] = 5
    """How many calls must fail in a row for that, each with all its tries."""
    per_subscription: Flag = True
    """Whether the failures of one subscription count for it alone."""
    failure_condition: Annotated[str | None, AfterValidator(_condition)] = None
    """Of which response heads are failures, too; without it no response is one."""
    force_next_endpoint_on_failure: Flag = False
    """Whether each further try goes to the endpoint that follows in the group, instead
    of the one that the load balancer selects."""
    retry_non_idempotent: Flag = False
    """Whether a request is sent again, too, that may do more when it comes twice, such
    as POST (RFC 9110, 9.2.2), once some of it may have reached a source."""
