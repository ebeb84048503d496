"""Reason phrases of HTTP statuses (RFC 9110, 15; RFC 6585), for every listener."""

from __future__ import annotations

from http import HTTPStatus

_PHRASES: dict[int, bytes] = {
    **{status.value: status.phrase.encode("ascii") for status in HTTPStatus},
    # RFC 9110 renamed these; Python has the new phrases from 3.13 on.
    413: b"Content Too Large",
    414: b"URI Too Long",
    416: b"Range Not Satisfiable",
    422: b"Unprocessable Content",
}


def reason_phrase(status: int) -> bytes:
    """
    Return the reason phrase of a status; empty for one that is not registered.
    """
    return _PHRASES.get(status, b"")
