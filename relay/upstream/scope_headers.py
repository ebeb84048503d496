"""Heads of requests and responses, as expressions see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from twisted.web.http_headers import Headers

from relay.expression.values import Fields, Lookup, Value


class HeaderValues(Lookup):
    """
    Headers, by names of any case.

    :param headers: of a request or a response, as they are when they are asked for.
    """

    def __init__(self, headers: Callable[[], Headers]) -> None:
        self._headers = headers

    def get(self, name: str) -> Value:
        """Give the values of one header."""
        values = self._headers().getRawHeaders(name.encode("utf-8", "replace"))
        if values is None:
            return None
        return [value.decode("utf-8", "replace") for value in values]

    def names(self) -> list[str]:
        """Give the names."""
        return [
            name.decode("latin-1") for name, _ in self._headers().getAllRawHeaders()
        ]


class Known(Fields):
    """
    Members that are found out when they are asked for.

    :param members: what finds them out.
    """

    def __init__(self, members: Mapping[str, Callable[[], Value]]) -> None:
        self._members = members

    def get(self, name: str) -> Value:
        """Find a member out."""
        member = self._members.get(name)
        return None if member is None else member()


def response_values(status: Callable[[], int], headers: Callable[[], Headers]) -> Known:
    """
    Give what ``#response`` stands for.

    :param status: gives the HTTP status, as it is when it is asked for.
    :param headers: gives the headers.
    """
    return Known({"status": status, "headers": lambda: HeaderValues(headers)})
