"""The clock: whether it is synchronized, and its difference to a server's."""

from __future__ import annotations

import ctypes
from email.utils import parsedate_to_datetime

from relay.cli.doctor.finding import Finding, ok, warning

MOST_SKEW_S = 5.0
_UNSYNCHRONIZED = 0x40
_ADVICE = (
    "install chrony or switch systemd-timesyncd on: JWTs, certificates and the dates "
    "of subscriptions depend on the clock"
)


class _Timex(ctypes.Structure):
    """The beginning of the kernel's ``struct timex``, with room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def kernel_status() -> int | None:
    """Return the status bits of the kernel's clock; None where they are unknown."""
    try:
        kernel = ctypes.CDLL(None, use_errno=True)
        state = _Timex()
        return None if kernel.adjtimex(ctypes.byref(state)) < 0 else int(state.status)
    except (AttributeError, OSError):
        return None


def check_synchronization(status: int | None) -> Finding:
    """
    Check whether a time server disciplines the clock.

    :param status: as of :func:`kernel_status`.
    """
    if status is None:
        return ok("clock", "the kernel does not say whether the clock is synchronized")
    if status & _UNSYNCHRONIZED:
        return warning("clock", "no time server disciplines the clock", _ADVICE)
    return ok("clock", "a time server disciplines the clock")


def check_skew(host: str, date: str | None, now_s: float) -> Finding | None:
    """
    Compare the clock with the ``Date`` of a response.

    :param date: the header; it has whole seconds.
    :param now_s: when the response came, since the Unix epoch.
    :return: None for a response without a readable date.
    """
    try:
        skew_s = now_s - parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError):
        return None
    # The header cuts up to a second off.
    if 0 <= skew_s <= 1:
        skew_s = 0.0
    shown = f"this clock and that of {host} differ by {abs(skew_s):.0f} s"
    if abs(skew_s) > MOST_SKEW_S:
        way = "ahead" if skew_s > 0 else "behind"
        return warning("clock", f"{shown}; this one is {way}", _ADVICE)
    return ok("clock", shown)
