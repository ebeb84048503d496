"""Redeployment: what a deployment does to the event streams that are open."""

from __future__ import annotations

from typing import Literal

from relay.model.schema.base import Options
from relay.model.schema.types.scalars import MillisecondsOrOff


class RedeploymentOptions(Options):
    """What becomes of the open event streams of an API when it is deployed again."""

    running_streams: Literal["keep", "drain"] = "keep"
    """Whether open streams continue while their source stays the same, or are ended."""
    spread_ms: MillisecondsOrOff = 0
    """The time over which open streams are ended, evenly; 0 ends them at once."""
