"""The settings of tracing."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from relay.settings.setting import setting
from relay.settings.types import (
    SECRET,
    Check,
    CountOrOff,
    HeaderName,
    Milliseconds,
    MillisecondsOrOff,
    Path,
    Range,
    Ratio,
)

_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([ -+\--~]*)")
"""One header in the form of ``OTEL_EXPORTER_OTLP_HEADERS``."""


def read_headers(text: str | None) -> dict[str, str]:
    """
    Read the headers of exports.

    :param text: ``name=value`` pairs between commas or line ends, the values
        percent-encoded.
    :raises ValueError: when it has another form.
    """
    fields: dict[str, str] = {}
    for one in re.split("[,\n]", text or ""):
        if not one.strip():
            continue
        found = _FIELD.fullmatch(one.strip())
        value = unquote(found[2]) if found else ""
        if found is None or not value.isprintable():
            # The message omits the values, which are secrets.
            raise ValueError(
                "must be name=value pairs between commas, the values percent-encoded"
            )
        fields[found[1].lower()] = value
    return fields


def _headers(text: str) -> str:
    read_headers(text)
    return text


def _otlp_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and parts.port != 0 and parts.username is None
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("must be an http or https URL without user name and password")
    return text


def _resource_attribute(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+=.+", text):
        raise ValueError(f"must be name=value pairs, not {text!r}")
    return text


@dataclass(frozen=True)
class TracingSettings:
    """Spans of OpenTelemetry, which are exported over OTLP/HTTP."""

    endpoint: Annotated[str, Check(_otlp_url, kind="URL")] | None = setting(
        None,
        "the URL that spans are sent to over OTLP/HTTP; without one, tracing is off",
        example="http://127.0.0.1:4318/v1/traces",
    )
    headers: Annotated[str, Check(_headers), SECRET] | None = setting(
        None,
        "headers of each export: `name=value` pairs between commas, the values "
        "percent-encoded; a secret",
        example="Authorization=Basic%20dXNlcjpwYXNzd29yZA==",
    )
    headers_file: Path | None = setting(
        None,
        "a file with more of them, one pair on a line",
        example="/etc/relay/otlp-headers",
    )
    sample_ratio: Ratio = setting(
        1.0, "share of the traces that begin in Relay and are recorded"
    )
    max_per_second: CountOrOff = setting(
        100,
        "how many exchanges and calls may begin to be recorded in a second; 0 for no "
        "limit",
    )
    trust: Literal["none", "proxies", "all"] = setting(
        "proxies",
        "whose `traceparent` is continued; `proxies` are the `trusted_proxies` of the "
        "listener",
    )
    service_name: Annotated[str, Check(str)] = setting(
        "relay", "the attribute `service.name`"
    )
    attributes: tuple[Annotated[str, Check(_resource_attribute)], ...] = setting(
        (),
        'more attributes of the service: `["deployment.environment.name=production"]`',
    )
    event_marks_ms: MillisecondsOrOff = setting(
        60_000,
        "interval at which the number of sent events is added to the span of a stream; "
        "0 adds none",
    )
    user_agent: bool = setting(False, "whether the `User-Agent` of clients is exported")
    redact: tuple[Annotated[str, Check(str)], ...] = setting(
        (),
        "names of attributes whose values are not exported; `*` stands for any "
        "characters",
    )
    response_header: HeaderName | None = setting(
        None,
        "a header of all responses that has the trace id",
        example="X-Trace-Id",
    )
    timeout_ms: Milliseconds = setting(
        10_000, "how long an export may take, with its retries"
    )
    max_queue: Annotated[int, Range(1, 100_000)] = setting(
        2048, "spans that may wait for their export; further ones are dropped"
    )
