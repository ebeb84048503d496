"""``request-content-limit``: limits the size of request bodies."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import BYTES
from relay.model.schema.types.scalars import Flag, Integral
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class RequestContentLimit(Options):
    """How large a body may be."""

    limit: Annotated[int, Strict(), Field(ge=0, le=2**53 - 1), Integral, BYTES]
    """Bytes."""
    require_length: Flag = False
    """Whether a body without a stated length is refused with 411. Otherwise its bytes
    are counted while it is received."""


REQUEST_CONTENT_LIMIT = PolicyType(
    "request-content-limit",
    "Request content limit",
    RequestContentLimit,
    proxy=("request",),
    message=("request",),
    description="Refuses requests whose body is larger than a limit.",
)


@implementer(IPolicy)
class RequestContentLimitType:
    """Makes ``request-content-limit`` steps."""

    kind = REQUEST_CONTENT_LIMIT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return ContentLimited(RequestContentLimit.read(configuration))


class ContentLimited(Policy):
    """A configured ``request-content-limit`` step."""

    def __init__(self, options: RequestContentLimit) -> None:
        self._options = options

    def on_request(self, call: Call) -> None:
        """Refuse a body that is too large, by its length or while it is received."""
        length, limit = call.request.content_length, self._options.limit
        if length is None and self._options.require_length:
            raise Interrupted(
                411,
                "The request did not specify the length of its content, which is"
                " required by the requested resource.",
                "REQUEST_CONTENT_LIMIT_LENGTH_REQUIRED",
                parameters={"limit": limit},
            )
        if length is not None and length > limit:
            raise Interrupted(
                413,
                "The request is larger than the server is willing or able to process.",
                "REQUEST_CONTENT_LIMIT_TOO_LARGE",
                parameters={"length": length, "limit": limit},
            )
        if length is None:
            call.limit_body(limit)


request_content_limit = RequestContentLimitType()
