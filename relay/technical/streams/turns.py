"""How much of each turn of the reactor the list of streams may take."""

from __future__ import annotations

from relay.reactor.turns import Work

LISTING = Work(0.005, 0.010)
"""What is listed, watched and counted of live streams."""
SLICE = 16
"""How many streams are looked at before the time of the turn is."""
