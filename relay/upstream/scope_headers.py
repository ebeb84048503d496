"""Headers and heads as values of expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from twisted.web.http_headers import Headers

from relay.expression.values import Fields, Lookup, Value


class HeaderValues(Lookup):
    """
    Headers by name, in upper or lower case.

    :param headers: returns the current headers of a request or a response.
    """

    def __init__(self, headers: Callable[[], Headers]) -> None:
        self._headers = headers

    def get(self, name: str) -> Value:
        """Return the values of one header."""
        values = self._headers().getRawHeaders(name.encode("utf-8", "replace"))
        if values is None:
            return None
        return [value.decode("utf-8", "replace") for value in values]

    def names(self) -> list[str]:
        """Return the names."""
        return [
            name.decode("latin-1") for name, _ in self._headers().getAllRawHeaders()
        ]


class Known(Fields):
    """
    Members that are computed when they are read.

    :param members: by name, the functions that compute them.
    """

    def __init__(self, members: Mapping[str, Callable[[], Value]]) -> None:
        self._members = members

    def get(self, name: str) -> Value:
        """Compute a member."""
        member = self._members.get(name)
        return None if member is None else member()


def response_values(status: Callable[[], int], headers: Callable[[], Headers]) -> Known:
    """
    Return the value of ``#response``.

    :param status: returns the current HTTP status.
    :param headers: returns the current headers.
    """
    return Known({"status": status, "headers": lambda: HeaderValues(headers)})
