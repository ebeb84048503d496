"""The states of a connection to an upstream, and which may follow which."""

from __future__ import annotations

from enum import IntEnum, auto


class State(IntEnum):
    """
    The states of an :class:`UpstreamConnection`.

    Whole numbers, whose hash costs no call of a Python method in each change of state.
    """

    CONNECTING = auto()
    """The TLS handshake is under way."""
    IDLE = auto()
    """There is no call."""
    SENDING = auto()
    """A part of the request has still to be sent, and no response has begun."""
    WAITING = auto()
    """The request has been sent, and no response has begun."""
    BODY = auto()
    """The head of the response has been received."""
    CLOSED = auto()
    """The connection is of no use any more, or gone."""


NEXT: dict[State, frozenset[State]] = {
    State.CONNECTING: frozenset((State.IDLE, State.CLOSED)),
    State.IDLE: frozenset((State.SENDING, State.WAITING, State.CLOSED)),
    State.SENDING: frozenset((State.WAITING, State.BODY, State.CLOSED)),
    State.WAITING: frozenset((State.BODY, State.CLOSED)),
    State.BODY: frozenset((State.IDLE, State.CLOSED)),
    State.CLOSED: frozenset(),
}
"""The states that may follow each state."""


class ConnectionBusy(Exception):
    """A request was made on a connection that is not idle."""
