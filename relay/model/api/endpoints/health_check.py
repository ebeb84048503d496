"""Health checks of endpoints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from croniter import CroniterError, croniter
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    Strict,
    model_serializer,
    model_validator,
)

from relay.model.api.endpoints.http_proxy import HeaderValue
from relay.model.schema import unsupported
from relay.model.schema.base import Options
from relay.model.schema.types import target
from relay.model.schema.types.condition import condition
from relay.model.schema.types.keywords import MULTILINE
from relay.model.schema.types.scalars import (
    Flag,
    Integral,
    Literally,
    Milliseconds,
    Upper,
    decoded,
)
from relay.model.schema.types.sensitive import LOCATING, SENSITIVE

ASSERTION = "{#response.status == 200}"


def _schedule(value: str) -> str:
    # Refuse five fields: they mean minutes, but would be read as seconds.
    if len(value.split()) != 6:
        raise ValueError("must be a cron expression of six fields, seconds first")
    try:
        next_time(value, 0)
    except (CroniterError, ValueError, OverflowError):
        raise ValueError("is no cron expression that ever comes due") from None
    return value


def _target(value: str) -> str:
    if "://" in value:
        return target.check(value)
    if not re.fullmatch(r"[!-~]+", value) or "#" in value:
        raise ValueError("must be an http(s) URL or a path, percent-encoded")
    return value


Threshold = Annotated[int, Strict(), Field(ge=1, le=1000), Integral]


class HealthCheck(Options):
    """The configuration of a ``http-health-check``."""

    schedule: Annotated[str, AfterValidator(_schedule)]
    """A cron expression of six fields, seconds first, in UTC."""
    target: Annotated[Literally, AfterValidator(_target), LOCATING]
    """A path, or a URL of its own."""
    override_endpoint_path: Flag = True
    """Whether a path takes the place of the endpoint's, or follows it."""
    method: Annotated[
        Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"], Upper
    ] = "GET"
    """The method of the check."""
    headers: Annotated[tuple[HeaderValue, ...], Field(repr=False)] = ()
    """Headers of the check."""
    body: Annotated[Literally | None, Field(repr=False), SENSITIVE, MULTILINE] = None
    """The body of the check."""
    assertion: Annotated[str, AfterValidator(condition)] = ASSERTION
    """What must hold of the response's head."""
    success_threshold: Threshold = 2
    """Successes in a row by which an endpoint that was down is up again."""
    failure_threshold: Threshold = 2
    """Failures in a row by which it is down."""
    wait_for: Literal["head", "event"] = "head"
    """What must come in time: the response's head, or also something of its body, which
    of an event stream is an event or a heartbeat. The rest is not waited for."""
    timeout_ms: Milliseconds = 5000
    """The time that a check may take."""


class HealthCheckService(Options):
    """A health check of a group or an endpoint."""

    type: Literal["http-health-check"] = "http-health-check"
    """The type of the check."""
    enabled: Flag = True
    """The check runs."""
    override_configuration: Flag = False
    """Whether the endpoint has its own health check instead of that of its group."""
    configuration: Annotated[HealthCheck, BeforeValidator(decoded)]
    """The check."""
    _kept: dict[str, Any] | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _as_it_came(cls, body: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Keep one that is disabled: it may be unfinished."""
        if not (isinstance(body, Mapping) and body.get("enabled") is False):
            return handler(body)
        made = cls.model_construct(
            enabled=False,
            override_configuration=body.get("overrideConfiguration") is True,
        )
        made._kept = dict(body)
        return made

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        if self._kept is not None:
            return self._kept
        return super()._without_absent(handler)


class EndpointServices(Options):
    """The services of a group or an endpoint."""

    health_check: HealthCheckService | None = None
    discovery: unsupported.Discovery = None


def check_of(
    group: EndpointServices | None, endpoint: EndpointServices | None
) -> HealthCheck | None:
    """
    Find the health check of an endpoint.

    :param group: the services of its group.
    :param endpoint: its own services, which count if the group has none or they
        override those of the group.
    :returns: None when it is not checked.
    """
    theirs = group.health_check if group is not None else None
    own = endpoint.health_check if endpoint is not None else None
    if own is not None and (own.override_configuration or theirs is None):
        service: HealthCheckService | None = own
    else:
        service = theirs
    if service is None or not service.enabled:
        return None
    return service.configuration


def next_time(schedule: str, now_ms: int) -> int:
    """
    Compute the time of the next check.

    :param schedule: a cron expression of six fields.
    :param now_ms: the wall clock, in milliseconds since the Unix epoch.
    :returns: the first instant after it, in the same form.
    """
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    due: datetime = croniter(schedule, now, second_at_beginning=True).get_next(datetime)
    return int(due.timestamp() * 1000)


def url_of(check: HealthCheck, endpoint: str) -> str:
    """
    Resolve the target of a check.

    :param endpoint: the target of the endpoint.
    """
    if "://" in check.target:
        return check.target
    parts = urlsplit(endpoint)
    path, question, query = check.target.partition("?")
    if check.override_endpoint_path:
        path = path if path.startswith("/") else f"/{path}"
        query = query if question else ""
    else:
        path = parts.path.rstrip("/") + ("" if path.startswith("/") else "/") + path
        query = "&".join(one for one in (parts.query, query) if one)
    return parts._replace(path=path, query=query).geturl()
