"""The head of a response, as expressions see it."""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.expression.values import Fields, Lookup, Value


class HeaderScope(Lookup):
    """
    Headers by name, each a list of values.

    :param headers: of a request or a response.
    """

    def __init__(self, headers: Headers) -> None:
        self._headers = headers

    def get(self, name: str) -> Value:
        """
        Give the values of a header; None when there is none.

        :param name: its name, in any letters.
        """
        values = self._headers.getRawHeaders(name.encode("utf-8"))
        return None if values is None else [one.decode("latin-1") for one in values]

    def names(self) -> list[str]:
        """Give the names of all headers."""
        return [name.decode("latin-1") for name, _ in self._headers.getAllRawHeaders()]


class ResponseScope(Fields):
    """
    ``#response``.

    :param status: of the response.
    :param headers: of the response.
    """

    def __init__(self, status: int, headers: Headers) -> None:
        self._status = status
        self._headers = headers

    def get(self, name: str) -> Value:
        """
        Give the status or the headers.

        :param name: ``status`` or ``headers``.
        """
        return self._status if name == "status" else HeaderScope(self._headers)
