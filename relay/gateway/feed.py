"""What answers an exchange: a call of the source, or a place in a channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from relay.model.outcome import Outcome


class Feed(Protocol):
    """What answers an exchange."""

    def pause(self) -> None:
        """The client takes no more for now."""

    def resume(self) -> None:
        """The client takes more."""

    def farewell(self, outcome: Outcome) -> bytes | None:
        """
        Give what ends the body before its time, between two events.

        :param outcome: why it ends.
        :return: None when a body cannot end but by being cut.
        """

    def control(self, name: str, told: Mapping[str, object]) -> bytes | None:
        """
        Give what tells a client something of the gateway's, between two events.

        :param name: what kind of thing, such as ``relay.challenge``.
        :param told: what is to be told.
        :return: None when the body has no place for it.
        """

    def release(self) -> None:
        """The exchange is over: let go of whatever feeds it, at once."""
