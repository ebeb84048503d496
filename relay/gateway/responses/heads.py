"""The fields that the gateway adds to the head of every response."""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.http.fields import put_field
from relay.http.headers import add_via, http_date


def complete(headers: Headers, now_ms: int, via: bool, event_stream: bool) -> None:
    """
    Add the fields that a response of a feed does not have.

    :param headers: changed in place.
    :param now_ms: the time of day, in milliseconds since the Unix epoch.
    :param via: whether ``Via`` is added.
    :param event_stream: whether the body is an event stream.
    """
    if event_stream and not headers.hasHeader(b"x-accel-buffering"):
        # An nginx in front would collect events before it lets them go.
        put_field(headers, b"X-Accel-Buffering", b"no")
    if not headers.hasHeader(b"date"):
        put_field(headers, b"Date", http_date(now_ms // 1000))
    if via:
        add_via(headers)


def replace_fields(headers: Headers, given: Headers, now_ms: int) -> None:
    """
    Put the fields of a refusal's wording in the place of those of the same name.

    :param headers: changed in place; ``Date`` is set.
    :param given: the fields of the wording.
    :param now_ms: the time of day, in milliseconds since the Unix epoch.
    """
    for name, values in given.getAllRawHeaders():
        headers.setRawHeaders(name, list(values))
    headers.setRawHeaders(b"date", [http_date(now_ms // 1000)])
