"""The shapes of the technical API."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from relay.management.shapes.common import Count, Extended, Listing, Timestamp
from relay.management.shapes.plugins import ProbeResult
from relay.model.schema.base import Value

T = TypeVar("T")

Unreachable = tuple[str, ...] | None
"""The workers that have not answered, so that their part is missing."""


class NodeListing(Listing[T], Generic[T]):
    """A page of a list that all workers of the daemon contribute to."""

    unreachable: Unreachable = None


class NodeVersion(Value):
    """The version of the daemon."""

    major_version: Annotated[str, Field(alias="MAJOR_VERSION")]


class NodeMetadata(Value):
    """Where the daemon runs."""

    hostname: Annotated[str, Field(alias="node.hostname")]
    pid: Annotated[int, Field(alias="process.pid")]


class Worker(Value):
    """A worker process of the daemon."""

    id: str
    pid: int | None = None
    """None while it does not answer."""
    started_at: Timestamp | None = None
    uptime_ms: Count | None = None


class Node(Value):
    """The daemon itself."""

    id: str
    name: str
    version: NodeVersion
    metadata: NodeMetadata
    started_at: Timestamp
    uptime_ms: Count
    workers: tuple[Worker, ...] | None = None
    """Of a daemon with several of them."""


ProbeResults = dict[str, ProbeResult]
"""The results of probes by name."""


class Readiness(Value):
    """Whether clients should be sent to the daemon."""

    ready: bool
    reasons: dict[str, str] | tuple[str, ...] | None = None
    """Why not; without credentials, the names only."""


class Setting(Value):
    """A setting in force, without secrets."""

    value: Any
    origin: str
    """Such as `default`, `file` or `environment`."""
    source: str | None = None
    """The file, the variable or the option that it is from."""
    default: Any = None
    next: Any = None
    """The value that takes effect at the next start."""


class Samples(Value):
    """The samples of the last hour, as columns."""

    interval_ms: Count
    timestamps: tuple[int, ...]
    series: dict[str, tuple[float | None, ...]] | None = None
    """Of the daemon, by name."""
    apis: dict[str, dict[str, tuple[float | None, ...]] | None] | None = None
    """Of APIs, by id."""
    unreachable: Unreachable = None


class DrainState(Value):
    """The drain of the daemon."""

    state: Literal["serving", "draining", "drained"]
    stopping: bool | None = None
    """Whether the daemon stops."""
    started_at: Timestamp | None = None
    streams_at_start: Count | None = None
    streams: Count | None = None
    """The event streams that are left."""
    calls: Count | None = None
    """The other calls that are left."""
    streams_per_second: float | None = None
    last_stream_ends_at: Timestamp | None = None
    hard_stop_at: Timestamp | None = None
    unreachable: Unreachable = None


class ReloadedSettings(Value):
    """What a reload changes."""

    dry_run: bool
    applied: tuple[str, ...]
    """The settings that are in force now."""
    left: tuple[str, ...]
    """The settings whose new values take effect at the next start."""
    unreachable: Unreachable = None


class ChannelReaders(Value):
    """The readers of a channel."""

    total: Count
    lagging: Count
    states: dict[str, Count] | None = None
    """How many are in each state."""


class ChannelLog(Value):
    """The log of a channel."""

    first: int
    last: int
    entries: Count
    bytes: Count
    oldest_ms: Count | None = None
    newest_ms: Count | None = None
    last_event_id: str | None = None
    max_events: int | None = None
    max_bytes: int | None = None
    max_age_ms: int | None = None


class SourceConnection(Value):
    """A connection to a source."""

    endpoint: str | None = None
    problem: str | None = None
    clocks: dict[str, int]
    """Milliseconds until each clock fires."""


class ChannelSource(Value):
    """The source of a channel."""

    state: Literal["UP", "DOWN", "REFUSED", "NO_SOURCE"]
    problem: str | None = None
    endpoint: str | None = None
    url: str | None = None
    connections: tuple[SourceConnection, ...]


class NodeChannel(Value):
    """An open channel of the daemon."""

    api_id: str
    channel: str
    """Names the channel among those of its API."""
    topic: str | None = None
    """Only administrators see it."""
    state: str
    readers: ChannelReaders
    log: ChannelLog
    source: ChannelSource
    clocks: dict[str, int]


class ReaderLag(Value):
    """How far a reader is behind."""

    events: Count
    ms: Count
    bytes: Count


class ReaderPosition(Value):
    """The position of a reader."""

    stream_id: str | None = None
    state: str
    lagging: bool
    place: int | None = None
    event_id: str | None = None
    lag: ReaderLag
    clocks: dict[str, int]


class SourceMoment(Extended):
    """Something that has happened to a source."""

    at: Timestamp
    mark: str


class NodeChannelDetail(NodeChannel):
    """An open channel with the positions of its readers."""

    positions: tuple[ReaderPosition, ...]
    moments: tuple[SourceMoment, ...]


class StreamRate(Value):
    """What a client was sent in the last seconds."""

    events_per_second: float
    bytes_per_second: float
    window_ms: Count


class StreamLag(Value):
    """How far a client is behind."""

    events: Count
    ms: Count
    bytes: Count
    unsent_bytes: Count
    unacknowledged_bytes: Count | None = None


class StreamPosition(Value):
    """Where a client reads its channel."""

    event_id: str | None = None
    place: int | None = None
    head: int | None = None


class StreamState(Value):
    """The state of a stream."""

    paused: bool
    paced: bool
    challenged: bool
    reader: str | None = None


class Stream(Value):
    """A live stream."""

    id: str
    transaction_id: str
    api_id: str | None
    plan_id: str | None
    application_id: str | None
    subscription_id: str | None
    listener: str | None
    entrypoint: str | None
    protocol: str | None
    remote_address: str | None
    method: str
    host: str | None
    path: str | None = None
    """Only administrators see it."""
    started_at: Timestamp
    phase: str
    endpoint: str | None
    status: int | None
    age_ms: Count
    ttfb_ms: Count | None
    events: Count
    bytes_in: Count
    bytes_out: Count
    rate: StreamRate
    lag: StreamLag
    position: StreamPosition | None
    state: StreamState
    clocks: dict[str, int]
    """Milliseconds until each clock fires."""


class EndedStreams(Value):
    """How many streams were ended."""

    ended: Count
    unreachable: Unreachable = None


class EndingStreams(Value):
    """How many streams end, spread over a time."""

    ending: Count
    over_seconds: float
    unreachable: Unreachable = None
