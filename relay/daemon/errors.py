"""The error that ends a start."""

from __future__ import annotations


class CannotStart(SystemExit, Exception):
    """
    Ends the daemon with status 1, and one line for each reason.

    It is an ``Exception``, too: twistd passes exceptions on to the process that waits
    for the daemon to detach.

    :param reasons: each in one line without a line end.
    """

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("\n".join(f"relay: {reason}" for reason in reasons))
