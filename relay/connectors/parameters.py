"""The parameters of a call that reads a channel."""

from __future__ import annotations

from relay.channel import ids
from relay.channel.channels import ChannelElsewhere, ChannelRefused
from relay.channel.subscribers.filter import Filter, FilterError, TooManyFilters
from relay.gateway.flows.events import EventRefused
from relay.gateway.message import MessageCall
from relay.gateway.responses import refusals
from relay.http.refusals import Refusal, bad_request


class BadParameter(Exception):
    """
    A parameter is invalid.

    :param problem: the text that follows the name in the message.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")


NotAttached = (BadParameter, TooManyFilters, ChannelRefused)
"""The exceptions after which a call has no channel to read or write."""


def refusal_of(reason: BadParameter | TooManyFilters | ChannelRefused) -> Refusal:
    """Make the refusal of a call that has no channel."""
    if isinstance(reason, BadParameter):
        return bad_request(str(reason), "BAD_PARAMETER")
    if isinstance(reason, TooManyFilters):
        return Refusal(429, "TOO_MANY_FILTERS", str(reason))
    if isinstance(reason, EventRefused):
        return reason.refusal
    if isinstance(reason, ChannelElsewhere):
        return refusals.CHANNEL_OWNED_ELSEWHERE
    if reason.of_address:
        return refusals.TOO_MANY_CHANNELS_OF_ADDRESS
    return refusals.TOO_MANY_CHANNELS


def read_filter(call: MessageCall, allowed: bool) -> Filter:
    """
    Read ``types`` (names, separated by commas) and ``filter`` (JMESPath).

    :param allowed: whether the publisher allows filters.
    :raises BadParameter: when a parameter is not allowed or invalid.
    """
    types = call.parameters.get("types", "")
    expression = call.parameters.get("filter", "")
    for name, value in (("types", types), ("filter", expression)):
        if value and not allowed:
            raise BadParameter(name, "is not allowed by this API")
    wanted = frozenset(name.strip() for name in types.split(",") if name.strip())
    try:
        return Filter.read(wanted, expression)
    except FilterError as error:
        raise BadParameter("filter", str(error)) from None


def read_number(
    call: MessageCall, name: str, default: int, least: int, most: int
) -> int:
    """
    Read a whole number.

    :param default: the value when the parameter is missing.
    :param least: the smallest value that is allowed.
    :param most: the largest value that is allowed.
    :raises BadParameter: when it is no number, or out of bounds.
    """
    text = call.parameters.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) < 10:
        number = int(text)
        if least <= number <= most:
            return number
    raise BadParameter(name, f"must be a whole number from {least} to {most}")


def read_cursor(call: MessageCall) -> str | None:
    """
    Read ``cursor``: the last event that a polling client has.

    :raises BadParameter: when the value is no event id; see :func:`read_last_event_id`.
    """
    return _place("cursor", call.parameters.get("cursor", ""))


def read_last_event_id(call: MessageCall) -> str | None:
    """
    Read the last event that the client has: ``Last-Event-ID``, or ``lastEventId``.

    The header takes precedence: a browser that reconnects sends it to a URL that still
    has the first value of the parameter.

    :raises BadParameter: when the value is too long, or has a control character, which
        no field value may have (RFC 9110, 5.5).
    """
    header = call.header(b"last-event-id")
    if header is not None:
        value = header.decode("utf-8", "replace")
    else:
        value = call.parameters.get("lastEventId", "")
    return _place("Last-Event-ID", value)


def _place(name: str, value: str) -> str | None:
    if len(value) > ids.LONGEST_FIELD:
        raise BadParameter(name, f"is longer than {ids.LONGEST_FIELD} characters")
    if ids.has_control(value):
        raise BadParameter(name, "has a control character")
    return value or None
