"""Contents in expressions, for policies that hold requests and responses."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.expression.json_path import parse_json
from relay.expression.nodes import Scope
from relay.expression.values import Fields, Lookup, Value
from relay.policies.call import Call, ContentTooLarge, Interrupted

MOST_BYTES = 10_485_760
"""The largest body that a policy may be configured to read."""


class WithContent(Fields):
    """
    A request or a response with its content.

    :param known: its other members.
    """

    __slots__ = ("_content", "_json", "_known")

    def __init__(self, known: Value, content: bytes) -> None:
        self._known = known
        self._content = content.decode("utf-8", "replace")
        self._json: tuple[Value] | None = None

    def get(self, name: str) -> Value:
        """Look up a member; JSON is parsed once."""
        if name == "content":
            return self._content
        if name == "jsonContent":
            if self._json is None:
                self._json = (parse_json(self._content),)
            return self._json[0]
        return self._known.get(name) if isinstance(self._known, Lookup) else None


def with_request_content(
    call: Call, most_bytes: int, key: str, act: Callable[[Scope], None]
) -> Deferred[None]:
    """
    Wait for the body of a request, and act with a scope that contains it.

    :param most_bytes: the largest body that is read.
    :param key: the prefix of the error keys of the policy.
    :param act: called with the scope.
    :return: fails with :class:`Interrupted` if the body is too large.
    :raises Interrupted: if the body is encoded, or its stated length is too large.
    """
    request = call.request
    if is_encoded(request.headers):
        raise Interrupted(
            415,
            "The content is encoded",
            f"{key}_CONTENT_ENCODED",
            [("Accept-Encoding", "identity")],
        )
    too_large = Interrupted(
        413,
        f"The content is larger than {most_bytes} bytes",
        f"{key}_CONTENT_TOO_LARGE",
        parameters={"limit": most_bytes},
    )
    if (request.content_length or 0) > most_bytes:
        raise too_large

    def arrived(content: bytes) -> None:
        known = WithContent(call.scope.get("request"), content)
        act({**call.scope, "request": known})

    def unread(failure: Failure) -> None:
        failure.trap(ContentTooLarge)
        raise too_large

    return request.body.read(most_bytes).addCallbacks(arrived, unread)


def is_encoded(headers: Headers) -> bool:
    """Whether headers say that the content is encoded, such as with gzip."""
    encodings = headers.getRawHeaders(b"content-encoding", [])
    return any(one.strip().lower() not in (b"", b"identity") for one in encodings)
