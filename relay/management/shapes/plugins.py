"""The shapes of plugins, of health checks and of other views of a process."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from relay.management.shapes.common import Count, Extended, TimeRange, Timestamp
from relay.model.schema.base import Value

JsonSchema = dict[str, Any]
"""A JSON Schema (2020-12)."""


class Phases(Value):
    """The phases of flows in which a policy can be a step."""

    http_proxy: Annotated[tuple[str, ...], Field(alias="HTTP_PROXY")]
    http_message: Annotated[tuple[str, ...], Field(alias="HTTP_MESSAGE")]


class Plugin(Value):
    """A plugin of any kind."""

    id: str
    name: str
    description: str
    """Markdown."""
    version: str
    deployed: Literal[True]
    built_in: bool
    """Whether Relay contains the plugin."""


class Policy(Plugin):
    """A policy."""

    flow_phase_compatibility: Phases


class Connector(Plugin):
    """A type of endpoints."""

    supported_api_type: Literal["PROXY", "MESSAGE"]
    supported_modes: tuple[str, ...]


class EntrypointConnector(Connector):
    """A type of entrypoints."""

    supported_listener_type: str


class MoreInformation(Value):
    """What a plugin is for."""

    description: str


class Documentation(Value):
    """The documentation of a plugin."""

    content: str
    language: Literal["MARKDOWN"]


class Grouped(Value):
    """A figure of health checks, by endpoint or gateway."""

    group: dict[str, float]
    global_: Annotated[float | None, Field(alias="global")] = None
    """The figure of all; absent without a check."""


class CheckDurations(Value):
    """The average durations of health checks, by interval."""

    time_range: TimeRange
    data: tuple[int | None, ...]
    """Milliseconds; null for an interval without a check."""


class CheckedEndpoint(Value):
    """The state of an endpoint."""

    endpoint: str
    status: str
    available: bool


class CheckRequest(Value):
    """The request of a check."""

    method: str


class CheckResponse(Value):
    """The response to a check."""

    status: int | None


class CheckStep(Value):
    """A step of a check; each check has one."""

    name: str
    success: bool
    request: CheckRequest
    response: CheckResponse
    message: str | None = None


class Check(Value):
    """One health check."""

    id: str
    timestamp: Timestamp
    endpoint_name: str
    gateway_id: str
    response_time: float
    """Milliseconds."""
    success: bool
    steps: tuple[CheckStep, ...]


class ProbeResult(Extended):
    """The result of a probe of the process, with its figures."""

    healthy: bool
    message: str | None = None


class ProcessHealth(Value):
    """The health of the process."""

    healthy: bool
    checks: dict[str, ProbeResult]


class Observation(Extended):
    """What a probe of a target has observed."""

    type: str


class TargetResult(Extended):
    """How a probe of a target ended."""

    ended: str


class ProbedTarget(Value):
    """What a target answers."""

    observations: tuple[Observation, ...]
    result: TargetResult


class Channel(Extended):
    """An open channel with its readers and the health of its source."""

    channel: str
    """Names the channel among those of its API."""


class TryPlace(Value):
    """Where an API can be called."""

    listener: str
    host: str | None
    path: str
    url: str


class TryPlaces(Value):
    """Where an API can be called from the console."""

    data: tuple[TryPlace, ...]
    api_key_header: str


class Replayed(Value):
    """How many dead letters are delivered again."""

    count: Count


class LastGap(Extended):
    """The last gap of a delivery."""

    at: Timestamp


class Delivery(Extended):
    """The progress of a delivery."""

    delivered: Count
    failed_attempts: Count
    failed_in_a_row: Count
    dead_letters: Count
    gaps: Count
    channel: str | None = None
    last_event_id: str | None = None
    last_gap: LastGap | None = None
    updated_at: Timestamp | None = None
    here: bool
    """Whether this process delivers; the other members are those of its delivery."""


class DeadLetter(Value):
    """An event that could not be delivered."""

    id: str
    event_id: str | None
    at: Timestamp
    attempts: Count
    reason: str
    replay: bool
    """Whether it is delivered again."""
    status: int | None = None
    """The status of the last response."""


class DeadLetterWithEvent(DeadLetter):
    """A dead letter with its event."""

    event: Any
