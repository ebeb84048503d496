"""What an exchange has transferred."""

from __future__ import annotations

from typing import NamedTuple


class Transferred(NamedTuple):
    """What an exchange has transferred so far."""

    received_bytes: int
    """Bytes of the request's body."""
    sent_bytes: int
    """Bytes of the response's body, without framing."""
    events: int
    """Events that the client was sent."""
