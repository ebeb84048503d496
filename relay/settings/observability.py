"""The settings of what the daemon reports about itself."""

from dataclasses import dataclass
from typing import Annotated, Literal

from relay.settings.setting import setting
from relay.settings.types import BytesOrOff, CountOrOff, Path, Range

LogLevelName = Literal["debug", "info", "warn", "error"]
LogFormat = Literal["text", "json"]


@dataclass(frozen=True)
class LogSettings:
    """The daemon's own log, whose place twistd's options name, and the access log."""

    access: Path = setting(
        "{data_dir}/access.log",
        "the [access log](../operations/logs.md#the-access-log): a path, `-` for "
        "standard output, or `off`; `{data_dir}` is replaced with the data directory",
    )
    access_rotate_bytes: BytesOrOff = setting(
        104_857_600, "size at which a new file is started; 0 never starts one"
    )
    access_keep: Annotated[int, Range(1, 1000)] = setting(
        5, "number of closed files that are kept"
    )
    access_query: bool = setting(
        False, "whether query values are written; they may contain keys"
    )
    level: LogLevelName = setting(
        "info",
        "the lowest level of the [daemon's own "
        "log](../operations/logs.md#the-daemons-log)",
    )
    format: LogFormat = setting("text", "the form of its lines")


@dataclass(frozen=True)
class MetricsSettings:
    """The metrics of the technical API."""

    enabled: bool = setting(
        True,
        "whether exchanges are counted, and `/_node/metrics/prometheus` of the "
        "technical API answers",
    )
    max_series: Annotated[int, Range(10, 100_000)] = setting(
        1000,
        "how many series a family may have with labels that definitions choose (API, "
        "plan, endpoint); all others share the series `other`. As many APIs have "
        "series of their own in the [history](technical-api.md#history-of-apis)",
    )


@dataclass(frozen=True)
class RecordSettings:
    """Flight records: what happened to each exchange of an API, for logs and analytics
    of the management API."""

    keep_hours: CountOrOff = setting(
        24,
        "how many hours a record is kept after it was written last; 0 records nothing",
    )
    max_rows: CountOrOff = setting(
        100_000,
        "how many records the store keeps; the oldest go first; 0 is no limit",
    )
    max_bytes: BytesOrOff = setting(
        268_435_456,
        "how many bytes of records it keeps; the oldest go first; 0 is no limit",
    )
