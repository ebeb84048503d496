"""The shapes of logs and figures of calls."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from relay.management.shapes.common import Count, TimeRange, Timestamp
from relay.model.schema.base import Value


class LoggedSecurity(Value):
    """The security of a plan."""

    type: str | None = None


class LoggedPlan(Value):
    """The plan of a call, as far as it is known."""

    id: str
    api_id: str
    name: str | None = None
    description: str | None = None
    mode: str | None = None
    security: LoggedSecurity | None = None


class LoggedApplication(Value):
    """The application of a call, as far as it is known."""

    id: str
    """`1` for calls without an application."""
    name: str | None = None
    api_key_mode: str | None = None


class CallMetrics(Value):
    """The figures of one call; what is not known is left out."""

    timestamp: Timestamp
    api_id: str
    request_id: str
    transaction_id: str
    host: str
    plan: LoggedPlan | None = None
    application: LoggedApplication | None = None
    gateway: str
    uri: str
    status: int | None = None
    request_content_length: Count
    response_content_length: Count
    remote_address: str
    gateway_response_time: Count | None = None
    """Milliseconds until the response head."""
    endpoint_response_time: Count | None = None
    gateway_latency: Count | None = None
    method: str
    endpoint: str | None = None
    error_key: str | None = None


class Log(Value):
    """One call; what is not known is left out."""

    id: str
    request_id: str
    transaction_id: str
    timestamp: Timestamp
    api_id: str
    request_ended: bool
    method: str
    uri: str
    host: str
    protocol: str
    remote_address: str
    client_identifier: str | None = None
    """The id of the subscription."""
    plan: LoggedPlan | None = None
    application: LoggedApplication | None = None
    entrypoint: str | None = None
    endpoint: str | None = None
    gateway: str
    status: int | None = None
    gateway_response_time: Count | None = None
    """Milliseconds until the response head."""
    endpoint_response_time: Count | None = None
    duration: Count | None = None
    """Milliseconds."""
    request_content_length: Count
    response_content_length: Count
    events: Count
    outcome: str | None = None
    error_key: str | None = None
    clock: str | None = None
    """The clock that has ended the call."""
    calls: Count
    """The number of calls that the record stands for."""


class LoggedRequest(Value):
    """The request of a call."""

    method: str
    uri: str


class LoggedResponse(Value):
    """The response to a call."""

    status: int


class Moment(Value):
    """A moment of a call."""

    at_ms: Count
    """Milliseconds since the beginning."""
    mark: str
    detail: dict[str, Any] | None = None


class LogDetail(Log):
    """One call with its timeline."""

    entrypoint_request: LoggedRequest
    entrypoint_response: LoggedResponse | None = None
    endpoint_response: LoggedResponse | None = None
    timeline: tuple[Moment, ...]
    timeline_dropped: Count
    """How many moments are left out."""


class CallCount(Value):
    """The number of calls."""

    analytics_type: Literal["COUNT"]
    count: Count


class CallStatistics(Value):
    """The statistics of a number."""

    analytics_type: Literal["STATS"]
    count: Count
    min: float | None = None
    max: float | None = None
    avg: float | None = None
    sum: float | None = None
    rps: float
    """Calls per second."""
    rpm: float
    rph: float


class GroupName(Value):
    """The name and the place of a group."""

    name: str
    order: str | None = None


class CallGroups(Value):
    """The number of calls, or an average, by the values of a field."""

    analytics_type: Literal["GROUP_BY"]
    values: dict[str, int]
    metadata: dict[str, GroupName]


class Bucket(Value):
    """A series of a histogram."""

    name: str
    data: tuple[float, ...]


class HistogramSeries(Value):
    """The series of one aggregation."""

    field: str
    name: str
    buckets: tuple[Bucket, ...]
    metadata: dict[str, GroupName] | None = None


class CallHistogram(Value):
    """Figures by interval of time."""

    analytics_type: Literal["HISTOGRAM"]
    timestamp: TimeRange
    values: tuple[HistogramSeries, ...]


Analytics = CallCount | CallStatistics | CallGroups | CallHistogram
"""What is returned for each ``type``."""


class CallTotals(Value):
    """The number of calls, and by entrypoint."""

    total: Count
    counts_by_entrypoint: dict[str, Count]


class CallAverages(Value):
    """An average, and by entrypoint."""

    average: float
    averages_by_entrypoint: dict[str, float]


class StatusRanges(Value):
    """The number of calls by hundreds of statuses."""

    ranges: dict[str, Count]
    ranges_by_entrypoint: dict[str, dict[str, Count]]


class ResponseTimes(Value):
    """The average times until the response head, by interval."""

    time_range: TimeRange
    data: tuple[Annotated[int, Field(ge=0)], ...]


class StatusesOverTime(Value):
    """The number of calls by status, by interval."""

    time_range: TimeRange
    data: dict[str, tuple[int, ...]]
