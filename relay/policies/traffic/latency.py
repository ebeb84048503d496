"""``latency``: delays calls."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, Strict
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Integral, Upper
from relay.model.schema.types.texts import Scoped
from relay.policies.call import Call
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class Latency(Options):
    """How long."""

    scope: Annotated[Scoped | None, INEFFECTIVE] = None
    """Kept from older definitions; the phase decides."""
    time: Annotated[int, Strict(), Field(ge=0, le=3_600_000), Integral] = 100
    """The delay."""
    time_unit: Annotated[Literal["MILLISECONDS", "SECONDS"], Upper] = "MILLISECONDS"
    """The unit of the delay."""


LATENCY = PolicyType(
    "latency",
    "Latency",
    Latency,
    proxy=("request", "response"),
    message=("request",),
    description="Delays requests or responses.",
)


@implementer(IPolicy)
class LatencyType:
    """Makes ``latency`` steps."""

    kind = LATENCY

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Delayed(Latency.read(configuration), context.reactor)


class Delayed(Policy):
    """A configured ``latency`` step."""

    def __init__(self, options: Latency, reactor: Any) -> None:
        unit_s = 1.0 if options.time_unit == "SECONDS" else 0.001
        self._delay_s = options.time * unit_s
        self._reactor = reactor

    def on_request(self, call: Call) -> Deferred[None]:
        """Wait."""
        return deferLater(self._reactor, self._delay_s, lambda: None)

    on_response = on_request


latency = LatencyType()
