"""Fields that would affect access or traffic, and are not supported yet.

Accepting such a field silently would suggest a protection that does not exist: it is
refused with a reason while it is in effect. Null, empty and disabled fields are stored
and returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator

from relay.model.schema.refusal import RECORDS, Cause, Where, refusal


def _is_on(value: object) -> bool:
    # Gravitee's default for `enabled` is true on flows, steps, resources, services.
    return bool(value) and not (
        isinstance(value, dict) and value.get("enabled") is False
    )


def switched_on(value: Any) -> Iterator[Where]:
    """Find ``enabled``, whose default is false here: ``cors``, ``tracing``."""
    if isinstance(value, dict):
        if value.get("enabled") not in (None, False):
            yield ("enabled",)
    elif value:
        yield ()


def service_on(value: Any) -> Iterator[Where]:
    """Find a service that is not disabled."""
    if _is_on(value):
        yield ()


def services_on(value: Any) -> Iterator[Where]:
    """Find the services that are not disabled."""
    if isinstance(value, dict):
        yield from ((name,) for name, service in value.items() if _is_on(service))
    elif value:
        yield ()


def logging_on(value: Any) -> Iterator[Where]:
    """Find the modes and phases that are logged."""
    if isinstance(value, dict):
        for part in ("mode", "phase"):
            switches = value.get(part)
            if isinstance(switches, dict):
                yield from ((part, name) for name, on in switches.items() if on)
            elif switches:
                yield (part,)
    elif value:
        yield ()


def anything(value: Any) -> Iterator[Where]:
    """Find anything that is not null and not empty."""
    if value:
        yield ()


def refused(
    in_effect: Callable[[Any], Iterator[Where]], reason: str, type: Cause = "refused"
) -> AfterValidator:
    """Refuse a field while it is in effect.

    :param in_effect: lists the locations, within the field, that are in effect.
    :param reason: the message of the refusal.
    :param type: that of the error, such as
        :data:`~relay.model.schema.refusal.RECORDS`.
    """

    def check(value: Any) -> Any:
        problems = [(where, reason) for where in in_effect(value)]
        if problems:
            raise refusal(problems, type)
        return value

    return AfterValidator(check)


# Access.
PlanTags = Annotated[
    Any,
    refused(
        anything,
        "sharding tags on a plan limit the gateways that offer it, which is not"
        " supported yet",
    ),
]
ExcludedGroups = Annotated[
    Any, refused(anything, "excluding groups from a plan is not supported yet")
]
KafkaPort = Annotated[Any, refused(anything, "Kafka listeners are not supported yet")]

ClientRegistration = Annotated[
    Any, refused(anything, "dynamic client registration is not supported yet")
]

# Traffic.
NativeSteps = Annotated[Any, refused(anything, "steps of Kafka APIs are not supported")]
Services = Annotated[
    Any,
    refused(
        services_on,
        "the services of an API (dynamic properties) are not supported yet",
    ),
]
Discovery = Annotated[
    Any, refused(service_on, "service discovery is not supported yet")
]
DeadLetterQueue = Annotated[
    Any,
    refused(
        anything,
        "dead letter queues at endpoints are not supported: each subscription has a"
        " list of its own",
    ),
]

# Records of traffic.
Logging = Annotated[
    Any,
    refused(logging_on, "logging of calls and bodies is not supported yet", RECORDS),
]
Tracing = Annotated[Any, refused(switched_on, "tracing is not supported yet", RECORDS)]
LogExport = Annotated[
    Any,
    refused(
        switched_on, "exporting logs by OpenTelemetry is not supported yet", RECORDS
    ),
]
