"""``status-code``: replaces statuses of responses."""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.phrases import reason_phrase
from relay.model.schema.base import Options
from relay.model.schema.types.texts import Status
from relay.policies.call import Call
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class StatusMapping(Options):
    """One status, and the status that replaces it."""

    input_status_code: Status
    """The status of the endpoint."""
    output_status_code: Status
    """The status that clients get."""


class StatusCode(Options):
    """The statuses that are replaced."""

    status_mappings: tuple[StatusMapping, ...] = ()
    """The last mapping of a status counts."""


STATUS_CODE = PolicyType(
    "status-code",
    "Status code transformation",
    StatusCode,
    proxy=("response",),
    description="Replaces the status of responses.",
)


@implementer(IPolicy)
class StatusCodeType:
    """Makes ``status-code`` steps."""

    kind = STATUS_CODE

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return StatusReplaced(StatusCode.read(configuration))


class StatusReplaced(Policy):
    """A configured ``status-code`` step."""

    def __init__(self, options: StatusCode) -> None:
        self._statuses = {
            one.input_status_code: one.output_status_code
            for one in options.status_mappings
        }

    def on_response(self, call: Call) -> None:
        """Replace the status of the response, and its reason phrase."""
        response = call.response
        assert response is not None
        status = self._statuses.get(response.status, response.status)
        if status != response.status:
            response.status = status
            response.phrase = reason_phrase(status)


status_code = StatusCodeType()
