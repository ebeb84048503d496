"""The settings of tracing."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from relay.settings.types import (
    SECRET,
    Check,
    CountOrOff,
    HeaderName,
    Milliseconds,
    MillisecondsOrOff,
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

    endpoint: Annotated[str, Check(_otlp_url)] | None = None
    """The URL that spans are sent to, such as ``http://127.0.0.1:4318/v1/traces``; None
    switches tracing off."""
    headers: Annotated[str, Check(_headers), SECRET] | None = None
    """Headers of each export, as ``name=value`` pairs between commas."""
    headers_file: str | None = None
    """A file with more of them, between commas or line ends, which is read when tracing
    is switched on."""
    sample_ratio: Ratio = 1.0
    """The share of the traces that begin here and are recorded."""
    max_per_second: CountOrOff = 100
    """How many recorded exchanges and calls may begin in a second, whoever decided to
    record them; 0 sets no limit."""
    trust: Literal["none", "proxies", "all"] = "proxies"
    """Whose ``traceparent`` is continued: nobody's, that of trusted proxies, or that of
    all clients."""
    service_name: Annotated[str, Check(str)] = "relay"
    attributes: tuple[Annotated[str, Check(_resource_attribute)], ...] = ()
    """More attributes of the service, as ``name=value`` pairs."""
    event_marks_ms: MillisecondsOrOff = 60_000
    """The interval at which the number of sent events is added to the span of a stream;
    0 adds none."""
    user_agent: bool = False
    """Whether spans have the ``User-Agent`` of the client."""
    redact: tuple[Annotated[str, Check(str)], ...] = ()
    """Names of attributes whose values are not exported; ``*`` stands for any
    characters."""
    response_header: HeaderName | None = None
    """The header of responses that has the trace id; None for none."""
    timeout_ms: Milliseconds = 10_000
    """How long an export may take, with its retries."""
    max_queue: Annotated[int, Range(1, 100_000)] = 2048
    """How many spans may wait for their export; further ones are dropped."""
