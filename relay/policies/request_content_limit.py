"""``policy-request-content-limit``: limits the size of request bodies."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.scalars import Flag, Integral
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class RequestContentLimit(Options):
    """How large a body may be."""

    limit: Annotated[int, Strict(), Field(ge=0, le=2**53 - 1), Integral]
    """Bytes."""
    require_length: Flag = False
    """Whether a body whose length is not told is refused with 411, as in Gravitee; else
    it is counted as it comes."""


REQUEST_CONTENT_LIMIT = PolicyType(
    "policy-request-content-limit",
    "Request content limit",
    RequestContentLimit,
    proxy=("request",),
    message=("request",),
)


@implementer(IPolicy)
class RequestContentLimitType:
    """Makes ``policy-request-content-limit`` steps."""

    kind = REQUEST_CONTENT_LIMIT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return ContentLimited(RequestContentLimit.read(configuration))


class ContentLimited(Policy):
    """One step."""

    def __init__(self, options: RequestContentLimit) -> None:
        self._options = options

    def on_request(self, call: Call) -> None:
        """Refuse a body that is too large, by its length or while it is received."""
        length, limit = call.request.content_length, self._options.limit
        if length is None and self._options.require_length:
            raise Interrupted(
                411,
                "The request must tell the length of its body",
                "REQUEST_CONTENT_LIMIT_LENGTH_REQUIRED",
            )
        if length is not None and length > limit:
            raise Interrupted(
                413,
                f"The request body is larger than {limit} bytes",
                "REQUEST_CONTENT_LIMIT_TOO_LARGE",
            )
        if length is None:
            call.limit_body(limit)


request_content_limit = RequestContentLimitType()
