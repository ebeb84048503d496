"""Contents in expressions, for policies that hold requests and responses."""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.expression.json_path import parse_json
from relay.expression.values import Fields, Lookup, Value

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


def is_encoded(headers: Headers) -> bool:
    """Whether headers say that the content is encoded, such as with gzip."""
    encodings = headers.getRawHeaders(b"content-encoding", [])
    return any(one.strip().lower() not in (b"", b"identity") for one in encodings)
