"""The settings of what the daemon reports about itself."""

from dataclasses import dataclass
from typing import Annotated, Literal

from relay.settings.types import BytesOrOff, CountOrOff, Range

LogLevelName = Literal["debug", "info", "warn", "error"]
LogFormat = Literal["text", "json"]


@dataclass(frozen=True)
class LogSettings:
    """The daemon's own log, whose place twistd's options name, and the access log."""

    access: str = "{data_dir}/access.log"
    """A path, ``-`` for standard output, or ``off``; ``{data_dir}`` is replaced."""
    access_rotate_bytes: BytesOrOff = 104_857_600
    """The size at which a new file is begun; 0 never does."""
    access_keep: Annotated[int, Range(1, 1000)] = 5
    """The number of rotated files that are kept."""
    access_query: bool = False
    """Whether query values are written; they may hold keys."""
    level: LogLevelName = "info"
    """The lowest level of the daemon's log. Twisted's messages of the level ``info``
    count as ``debug``."""
    format: LogFormat = "text"
    """The form of the lines of the daemon's log."""


@dataclass(frozen=True)
class MetricsSettings:
    """The metrics of the technical API."""

    enabled: bool = True
    """Whether exchanges are counted, and metrics are offered."""
    max_series: Annotated[int, Range(10, 100_000)] = 1000
    """How many series a family may have with labels that definitions choose; all others
    share the series ``other``. The same number of APIs has series of their own in the
    history."""


@dataclass(frozen=True)
class RecordSettings:
    """The flight records, which the store keeps."""

    keep_hours: CountOrOff = 24
    """For how long, after a record was written last; 0 writes none."""
    max_rows: CountOrOff = 100_000
    """How many at most; 0 for any number."""
    max_bytes: BytesOrOff = 268_435_456
    """How many bytes at most; 0 for any size."""
